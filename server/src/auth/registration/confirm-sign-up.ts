import { errors } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import type { Session } from '../../database/database.ts'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { markVerified } from '../by-mail/verified-address.ts'
import { recordEvent } from '../events/record-event.ts'
import { type RedeemedToken, redeemToken } from '../mail/one-time-tokens.ts'
import { verifyPassword } from '../passwords.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import { setPassword } from '../users.ts'
import { isTakenAddress } from './is-taken-address.ts'
import { giveAddress } from './give-address.ts'
import type { NewUser } from '../../access/new-user.ts'
import type { RegistrationDeps } from './registration.ts'

export interface ConfirmedSignUp {
  readonly token: string
  /** Once more: whoever signed up with an address that is not theirs does not get the account made by its owner. */
  readonly password: string
}

/**
 * Makes the user who was asked for, or gives an anonymous one their address; then signs them in. A wrong password does not
 * use the link up.
 *
 * @throws Problem signUpLinkInvalid
 */
export async function confirmSignUp(
  deps: RegistrationDeps,
  { token, password }: ConfirmedSignUp,
  arrival: Arrival,
): Promise<SignInAnswer> {
  const redeemed = await deps.mail.database.transaction(async (session) => {
    const found = await redeemToken(session, 'signUp', token)
    if (!(await verifyPassword(textOf(found?.data['hash']), password)) || found === null)
      throw errors.signUpLinkInvalid()
    return found
  })
  const userId = await makeUser(deps, redeemed, arrival).catch((error: unknown) => {
    throw isTakenAddress(error) ? errors.signUpLinkInvalid({ cause: error }) : error
  })
  return startSession(deps.sessions, { ...arrival, userId, method: 'password' })
}

async function makeUser(deps: RegistrationDeps, redeemed: RedeemedToken, arrival: Arrival): Promise<string> {
  const { userId, email, data } = redeemed
  const { address, userAgent, requestId } = arrival
  const id = userId ?? newId()
  const finish = async (session: Session): Promise<void> => {
    await setPassword(session, id, textOf(data['hash']) ?? '')
    await markVerified(session, id)
    const kind = userId === null ? 'signedUp' : 'upgraded'
    await recordEvent(session, { kind, userId: id, actor: `user:${id}`, address, userAgent })
  }
  if (userId !== null) {
    await deps.mail.database.transaction(async (session) => {
      await giveAddress(session, userId, email, requestId)
      // Whoever planted or copied the anonymous session must not have the account that was made of it.
      await endSessions(deps.sessions, userId, { session, reason: 'upgraded' })
      await finish(session)
    })
    return id
  }
  // Written by `signUp`.
  const fields = JSON.parse(textOf(data['fields']) ?? '{}') as NewUser['fields']
  await deps.newUsers.create({ id, email, roles: deps.defaultRoles, fields, verified: true }, requestId, finish)
  return id
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
