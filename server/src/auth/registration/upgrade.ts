import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { recordEvent } from '../events/record-event.ts'
import { askForMail } from '../mail/outbox.ts'
import { hashPassword, refuseWeakPassword } from '../passwords.ts'
import { isPlaceholder, refusePlaceholder } from '../placeholder-address.ts'
import { findUser } from '../users.ts'
import type { RegistrationDeps } from './registration.ts'
import type { SignUp } from './sign-up.ts'

/**
 * Notes that a user without an address wants to have one, and a password. They stay the same user, so all that is theirs
 * stays theirs; it happens when they open the link, as with a sign-up.
 *
 * @throws Problem notAnonymous
 */
export async function upgrade(
  { mail }: RegistrationDeps,
  { userId }: Actor,
  { email, password, language }: Omit<SignUp, 'fields'>,
  { address, userAgent }: Arrival,
): Promise<void> {
  const user = userId === null ? null : await findUser(mail.database, userId)
  if (user === null) throw errors.notSignedIn()
  if (!isPlaceholder(user.email)) throw errors.notAnonymous()
  refuseWeakPassword(password)
  refusePlaceholder(email)
  const given = { hash: await hashPassword(password), fields: '{}', userId: user.id, currentEmail: user.email }
  await mail.database.transaction(async (session) => {
    await askForMail(session, { template: 'signUp', language, recipient: email, given })
    const event = { kind: 'upgradeAsked', userId: user.id, actor: `user:${user.id}`, address, userAgent }
    await recordEvent(session, event)
  })
  mail.wake()
}
