import { errors } from '@plinth/schema'
import { recordEvent } from '../events/record-event.ts'
import { redeemToken } from '../mail/one-time-tokens.ts'
import type { Arrival, ByMailDeps } from './by-mail-deps.ts'
import { markVerified } from './verified-address.ts'

/** Verifies the address of whoever the link was sent to. @throws Problem linkInvalid */
export async function verifyEmail({ mail }: ByMailDeps, token: string, { address, userAgent }: Arrival): Promise<void> {
  await mail.database.transaction(async (session) => {
    const redeemed = await redeemToken(session, 'verify', token)
    if (redeemed === null || redeemed.userId === null) throw errors.linkInvalid()
    const { userId } = redeemed
    await markVerified(session, userId)
    await recordEvent(session, { kind: 'emailVerified', userId, actor: `user:${userId}`, address, userAgent })
  })
}
