import { errors } from '@plinth/schema'
import { confirmPassword } from '../confirm-password.ts'
import { recordEvent } from '../events/record-event.ts'
import { forgetTokens, redeemToken } from '../mail/one-time-tokens.ts'
import { askForMail } from '../mail/outbox.ts'
import { isPlaceholder } from '../placeholder-address.ts'
import { tellUser } from '../mail/tell-user.ts'
import { sendMail } from '../mail/send-mail.ts'
import { findUser } from '../users.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { giveAddress } from '../registration/give-address.ts'
import { markVerified } from './verified-address.ts'

export interface AskedChange {
  readonly userId: string
  readonly email: string
  readonly password: string
  readonly language: string
}

/**
 * Sends a link to the new address, and tells the old one. Nothing tells whether the new one is somebody's.
 *
 * @throws Problem wrongCredentials, also for a user who has no password yet
 */
export async function askForEmailChange(
  { mail }: ByMailDeps,
  { userId, email, password, language }: AskedChange,
  arrival: Arrival,
): Promise<void> {
  const { address, userAgent } = arrival
  const user = await findUser(mail.database, userId)
  if (user === null) throw errors.notSignedIn()
  await confirmPassword(mail.database, userId, password, arrival)
  await mail.database.transaction(async (session) => {
    const given = { userId, oldEmail: user.email }
    await askForMail(session, { template: 'changeEmail', language, recipient: email, given })
    await tellUser(mail, session, userId, { template: 'changeEmailNotice', values: { newEmail: email } }, language)
    await recordEvent(session, { kind: 'emailChangeAsked', userId, actor: `user:${userId}`, address, userAgent })
  })
  mail.wake()
}

/** Gives the user whom the link was sent to their new address. @throws Problem linkInvalid, addressTaken */
export async function changeEmail(
  { mail, wakeChanges }: ByMailDeps,
  token: string,
  language: string,
  { address, userAgent, requestId }: Arrival,
): Promise<void> {
  await mail.database.transaction(async (session) => {
    const redeemed = await redeemToken(session, 'changeEmail', token)
    if (redeemed === null || redeemed.userId === null) throw errors.linkInvalid()
    const { userId, email: newEmail } = redeemed
    const oldEmail = (await findUser(session, userId))?.email ?? ''
    await giveAddress(session, userId, newEmail, requestId)
    await markVerified(session, userId)
    await forgetTokens(session, userId, ['verify', 'reset', 'magicLink', 'code', 'changeEmail'])
    await recordEvent(session, { kind: 'emailChanged', userId, actor: `user:${userId}`, address, userAgent })
    for (const to of isPlaceholder(oldEmail) ? [newEmail] : [oldEmail, newEmail]) {
      await sendMail(mail, { to, template: 'emailChanged', language, values: { oldEmail, newEmail } }, session)
    }
  })
  wakeChanges()
  mail.wake()
}
