import { errors, type Problem } from '@plinth/schema'
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'
import { recordEvent } from '../events/record-event.ts'
import type { Origin } from '../sessions/session.ts'
import type { Provider } from './provider.ts'
import type { ProviderDeps } from './provider-deps.ts'

const maxLength = 200

/** What went wrong between us and a provider, in words that hold no secret: what it has sent may hold some, and is left out. */
export function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return `The provider answered "${error.error.replace(/[^\w.-]/g, '').slice(0, 64)}".`
  if (!(error instanceof Error)) return 'It is unknown why.'
  // openid-client's own words are about OAuth; what our connection says is only to be found below them.
  const { message, cause } = error
  const own =
    error instanceof ClientError && error.code === undefined && cause instanceof Error ? cause.message : message
  return own.replace(/\s+/g, ' ').slice(0, maxLength)
}

/** Records why, for admins. Guests are told that it is so; the problem goes without its cause, too, which may hold tokens. */
export async function providerFailed(
  { mail }: Pick<ProviderDeps, 'mail'>,
  { name }: Provider,
  error: unknown,
  { address, userAgent }: Origin,
): Promise<Problem> {
  const details = { provider: name, reason: reasonOf(error) }
  const event = { kind: 'providerFailed', userId: null, actor: 'anonymous:', address, userAgent, details }
  await recordEvent(mail.database, event)
  return errors.providerFailed({ name })
}
