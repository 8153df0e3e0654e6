import { createHmac, timingSafeEqual } from 'node:crypto'
import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { issueToken, redeemToken } from '../mail/one-time-tokens.ts'
import { newSecret, secretHash } from '../secret.ts'
import { presetOf } from './presets.ts'
import type { Provider } from './provider.ts'

/** Who wants to add a way in, and the session by which they may. */
export interface Linking {
  readonly userId: string
  readonly sessionId: string
}

/** A sign-in that was begun: kept by the hash of its state, so that any copy of the server can finish it, once. */
export interface Attempt {
  readonly provider: string
  /** As `clientOf` tells: a provider that was set up for another one meanwhile finishes nothing. */
  readonly client: string
  readonly redirectTo: string
  /** The hash of the secret that the browser holds; null where an app finishes it, which holds the challenge's verifier. */
  readonly binding: string | null
  /** https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
  readonly challenge: string | null
  readonly link: Linking | null
  /** For a new user. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** What is sent along with an attempt, and expected back. */
export interface AttemptSecrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

interface KeptAttempt extends Attempt {
  readonly salt: string
}

const minutes = 10

/** Whom a provider knows us as, and where. */
export const clientOf = (provider: Provider): string => `${provider.clientId} ${presetOf(provider).issuer(provider)}`

export async function beginAttempt(session: Session, attempt: Attempt): Promise<AttemptSecrets> {
  const kept: KeptAttempt = { ...attempt, salt: newSecret() }
  // `redeemToken` gives back what it was given.
  const data = { ...kept }
  const state = await issueToken(session, { purpose: 'provider', userId: null, email: '', data, minutes })
  return secretsOf(state, kept.salt)
}

/**
 * Uses an attempt up. Who is not the browser that began it does not.
 *
 * @throws Problem attemptInvalid
 */
export async function takeAttempt(
  session: Session,
  state: string,
  { provider, binding }: { readonly provider: Provider['name']; readonly binding: string | null },
): Promise<{ readonly attempt: Attempt; readonly secrets: AttemptSecrets }> {
  const redeemed = await redeemToken(session, 'provider', state)
  if (redeemed === null) throw errors.attemptInvalid()
  // Written by `beginAttempt`.
  const { salt, ...attempt } = redeemed.data as unknown as KeptAttempt
  const isBound = attempt.binding === null || (binding !== null && isSame(attempt.binding, secretHash(binding)))
  if (attempt.provider !== provider || !isBound) throw errors.attemptInvalid()
  return { attempt, secrets: secretsOf(state, salt) }
}

/** Neither the database, which has the salt, nor the addresses, which have the state, are enough to know them. */
function secretsOf(state: string, salt: string): AttemptSecrets {
  const derived = (use: string): string => createHmac('sha256', salt).update(`${use}:${state}`).digest('base64url')
  return { state, nonce: derived('nonce'), verifier: derived('verifier') }
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
