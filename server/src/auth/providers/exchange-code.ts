import { hash } from 'node:crypto'
import { errors } from '@plinth/schema'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { redeemToken } from '../mail/one-time-tokens.ts'
import { secretHash } from '../secret.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import type { ProviderDeps } from './provider-deps.ts'
import { type Proved, useProof } from './use-proof.ts'

/** What was got back, and what only the app or the browser that began has. */
export interface Exchange {
  readonly code: string
  readonly verifier: string | null
  readonly binding: string | null
}

interface Kept {
  readonly proved: Proved
  readonly challenge: string | null
  readonly binding: string | null
}

/**
 * Gives an app what `finishAttempt` has kept for it, or a browser that is to ask for a second factor; null where it wanted to
 * link. A code that was read on its way opens
 * nothing, and a wrong verifier does not use it up.
 *
 * @throws Problem exchangeInvalid
 */
export async function exchangeCode(
  deps: ProviderDeps,
  { code, ...shown }: Exchange,
  arrival: Arrival,
): Promise<SignInAnswer | null> {
  const proved = await deps.mail.database.transaction(async (session) => {
    const redeemed = await redeemToken(session, 'exchange', code)
    // Written by `finishAttempt`.
    const kept = redeemed?.data as unknown as Kept | undefined
    if (kept === undefined || !isTheirs(kept, shown)) throw errors.exchangeInvalid()
    return kept.proved
  })
  return useProof(deps, proved, arrival)
}

const isTheirs = ({ challenge, binding }: Kept, shown: Omit<Exchange, 'code'>): boolean =>
  challenge === null
    ? shown.verifier === null && shown.binding !== null && secretHash(shown.binding) === binding
    : shown.verifier !== null && hash('sha256', shown.verifier, 'base64url') === challenge
