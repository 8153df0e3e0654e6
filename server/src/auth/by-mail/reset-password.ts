import { errors } from '@plinth/schema'
import { recordEvent } from '../events/record-event.ts'
import { forgetTokens, redeemToken } from '../mail/one-time-tokens.ts'
import { sendMail } from '../mail/send-mail.ts'
import { hashPassword, refuseWeakPassword } from '../passwords.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { setPassword } from '../users.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { claimAddress } from './verified-address.ts'

export interface NewPassword {
  readonly token: string
  readonly password: string
  readonly language: string
}

/**
 * Gives the user whom the link was sent to a new password, and ends whatever was opened with the old one.
 *
 * @throws Problem linkInvalid, or invalidBody for a weak password, which does not use the link up
 */
export async function resetPassword(
  deps: ByMailDeps,
  { token, password, language }: NewPassword,
  arrival: Arrival,
): Promise<void> {
  refuseWeakPassword(password)
  const hash = await hashPassword(password)
  const { mail, sessions } = deps
  await mail.database.transaction(async (session) => {
    const redeemed = await redeemToken(session, 'reset', token)
    if (redeemed === null || redeemed.userId === null) throw errors.linkInvalid()
    const { userId, email } = redeemed
    await claimAddress(deps, session, userId)
    await setPassword(session, userId, hash)
    await forgetTokens(session, userId, ['reset', 'magicLink', 'code', 'changeEmail'])
    await endSessions(sessions, userId, { session, reason: 'passwordChanged' })
    const { address, userAgent } = arrival
    await recordEvent(session, { kind: 'passwordReset', userId, actor: `user:${userId}`, address, userAgent })
    await sendMail(mail, { to: email, template: 'passwordChanged', language, values: {} }, session)
  })
  mail.wake()
}
