import { errors } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { recordEvent } from '../events/record-event.ts'
import type { Credentials } from '../first-admin.ts'
import { askForMail } from '../mail/outbox.ts'
import { refusePlaceholder } from '../placeholder-address.ts'
import { hashPassword, refuseWeakPassword } from '../passwords.ts'
import { isTakenAddress } from './is-taken-address.ts'
import type { NewUser } from '../../access/new-user.ts'
import type { RegistrationDeps } from './registration.ts'

export interface SignUp extends Credentials {
  readonly fields: NewUser['fields']
  readonly language: string
}

/**
 * Notes that somebody wants to become a user. Nothing is made of it before they have opened the link that is sent to the
 * address, so nobody can take an address that is not theirs; and all of it goes the same way for an address that is a
 * user's, who is told by mail.
 *
 * @throws Problem registrationClosed, or what is wrong with the fields or the password
 */
export async function signUp(
  { mail, newUsers, registration, defaultRoles }: RegistrationDeps,
  { email, password, fields, language }: SignUp,
  { address, userAgent, requestId }: Arrival,
): Promise<void> {
  if (registration !== 'open') throw errors.registrationClosed()
  refuseWeakPassword(password)
  refusePlaceholder(email)
  const user: NewUser = { id: newId(), email, roles: defaultRoles, fields, verified: true }
  // At once, so that the hash, which takes longest, covers how long the look at the database has taken.
  const [hash, fault] = await Promise.all([
    hashPassword(password),
    newUsers.check(user, requestId).then(
      () => null,
      (error: unknown) => ({ error }),
    ),
  ])
  // An address that has become somebody's at this very moment must not be told; anything else may be chosen anew.
  if (fault !== null && !isTakenAddress(fault.error)) throw fault.error
  const given = { hash, fields: JSON.stringify(fields) }
  await mail.database.transaction(async (session) => {
    await askForMail(session, { template: 'signUp', language, recipient: email, given })
    await recordEvent(session, { kind: 'signUpAsked', userId: null, actor: 'anonymous:', address, userAgent })
  })
  mail.wake()
}
