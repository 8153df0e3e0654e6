import { errors } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { recordEvent } from '../events/record-event.ts'
import { placeholderAddress } from '../placeholder-address.ts'
import type { SignInAnswer } from '../sessions/session.ts'
import { startSession } from '../sessions/start-session.ts'
import type { RegistrationDeps } from './registration.ts'

/**
 * Makes a user of somebody who tells nothing, and signs them in. They are as good as their session, until they upgrade.
 *
 * @throws Problem registrationClosed where the setting is off
 */
export async function startAnonymously(
  { sessions, newUsers, anonymousUsers, defaultRoles }: RegistrationDeps,
  arrival: Arrival,
): Promise<SignInAnswer> {
  if (!anonymousUsers) throw errors.registrationClosed()
  const { address, userAgent, requestId } = arrival
  const id = newId()
  const user = { id, email: placeholderAddress(id), roles: defaultRoles, fields: {} }
  await newUsers.create(user, requestId, (session) =>
    recordEvent(session, { kind: 'anonymousUserMade', userId: id, actor: `user:${id}`, address, userAgent }),
  )
  return startSession(sessions, { ...arrival, userId: id, method: 'anonymous' })
}
