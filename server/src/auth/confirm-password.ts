import { errors } from '@plinth/schema'
import type { Session } from '../database/database.ts'
import { recordEvent } from './events/record-event.ts'
import { verifyPassword } from './passwords.ts'
import type { Origin } from './sessions/session.ts'
import { findPassword } from './users.ts'

/**
 * Asks who is signed in for their password once more. A wrong one is written down: it may be guessed by who has stolen the
 * session.
 *
 * @throws Problem wrongCredentials, also for a user who has no password
 */
export async function confirmPassword(
  session: Session,
  userId: string,
  password: string,
  { address, userAgent }: Origin,
): Promise<void> {
  if (await verifyPassword(await findPassword(session, userId), password)) return
  await recordEvent(session, { kind: 'passwordRefused', userId, actor: `user:${userId}`, address, userAgent })
  throw errors.wrongCredentials()
}
