import { Problem } from '@plinth/schema'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { recordEvent } from '../events/record-event.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import type { Linking } from './attempts.ts'
import { enter, type Entering } from './enter.ts'
import { linkToUser } from './link-identity.ts'
import type { ProviderDeps } from './provider-deps.ts'

/** What somebody has proved at a provider, and what they want by it. */
export interface Proved extends Entering {
  readonly link: Linking | null
}

/** Signs in who has proved who they are; or gives a user one more way in, and answers null. What is refused is recorded. */
export async function useProof(deps: ProviderDeps, proved: Proved, arrival: Arrival): Promise<SignInAnswer | null> {
  const { link, identity } = proved
  const { provider } = identity
  const { address, userAgent } = arrival
  try {
    if (link !== null) {
      await linkToUser(deps, link, proved, arrival)
      return null
    }
    const userId = await enter(deps, proved, arrival)
    return await startSession(deps.sessions, { ...arrival, userId, method: 'oidc', provider })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await recordEvent(deps.mail.database, {
      kind: 'identityRefused',
      userId: link?.userId ?? null,
      actor: link === null ? 'anonymous:' : `user:${link.userId}`,
      address,
      userAgent,
      details: { provider, reason: error.code },
    })
    throw error
  }
}
