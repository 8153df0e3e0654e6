import { errors } from '@plinth/schema'
import { recordEvent } from '../events/record-event.ts'
import { redeemCode } from '../mail/one-time-codes.ts'
import { redeemToken } from '../mail/one-time-tokens.ts'
import type { SignInAnswer, SignInMethod } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { claimAddress } from './verified-address.ts'

/** Signs in whoever opened the link. @throws Problem linkInvalid */
export async function signInByLink(deps: ByMailDeps, token: string, arrival: Arrival): Promise<SignInAnswer> {
  const userId = await deps.mail.database.transaction(async (session) => {
    const redeemed = await redeemToken(session, 'magicLink', token)
    if (redeemed === null || redeemed.userId === null) throw errors.linkInvalid()
    await claimAddress(deps, session, redeemed.userId)
    return redeemed.userId
  })
  return welcome(deps, userId, 'magicLink', arrival)
}

export interface TriedCode {
  readonly ticket: string
  readonly code: string
}

/** Signs in whoever knows the code and holds the ticket. @throws Problem wrongCode */
export async function signInByCode(
  deps: ByMailDeps,
  { ticket, code }: TriedCode,
  arrival: Arrival,
): Promise<SignInAnswer> {
  // Not in one transaction: a wrong try must count although it is refused.
  const redeemed = await redeemCode(deps.mail.database, ticket, code)
  if (redeemed === null) {
    const { address, userAgent } = arrival
    const details = { method: 'code' }
    const event = { kind: 'signInFailed', userId: null, actor: 'anonymous:', address, userAgent, details }
    await recordEvent(deps.mail.database, event)
    throw errors.wrongCode()
  }
  await deps.mail.database.transaction((session) => claimAddress(deps, session, redeemed.userId))
  return welcome(deps, redeemed.userId, 'code', arrival)
}

const welcome = (
  { sessions }: ByMailDeps,
  userId: string,
  method: SignInMethod,
  arrival: Arrival,
): Promise<SignInAnswer> => startSession(sessions, { ...arrival, userId, method })
