import { errors } from '@plinth/schema'
import type { Origin, SignInAnswer } from '../sessions/session.ts'
import { secretHash } from '../secret.ts'
import { startSession } from '../sessions/start-session.ts'
import type { FactorDeps } from './factor-deps.ts'
import { tryTicket, useTicket } from './mfa-ticket.ts'
import { proveSecondFactor, type SecondFactor } from './prove-second-factor.ts'

/** What a passkey's answer counts for, when it is asked for with a ticket. */
export const ticketBinding = (ticket: string): string => `ticket:${secretHash(ticket)}`

/**
 * Signs in who has shown one factor, and shows the second one now. A wrong one is a try of the ticket; a right one uses the
 * ticket up.
 *
 * @throws Problem mfaTicketInvalid, wrongSecondFactor
 */
export async function finishSignIn(
  deps: FactorDeps,
  ticket: string,
  shown: SecondFactor,
  origin: Origin,
): Promise<SignInAnswer> {
  const { database } = deps.mail
  // Not in one transaction: a wrong try must count although it is refused.
  const holder = await tryTicket(database, ticket)
  if (holder === null) throw errors.mfaTicketInvalid()
  const { userId, method } = holder
  const use = { purpose: 'mfa', userId, boundTo: ticketBinding(ticket), verified: false } as const
  const second = await proveSecondFactor(deps, shown, use, origin)
  if (second === null) throw errors.wrongSecondFactor()
  if (!(await useTicket(database, ticket))) throw errors.mfaTicketInvalid()
  return startSession(deps.sessions, { userId, method, second, ...origin })
}
