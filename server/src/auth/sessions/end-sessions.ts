import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import type { SessionDeps } from './session.ts'

/** Why a session has ended. */
export type EndReason = 'signOut' | 'revoked' | 'passwordChanged' | 'blocked' | 'upgraded'

export interface EndOptions {
  /** The session that goes on: that of who asks. */
  readonly except?: string | undefined
  readonly reason?: EndReason
  /** The transaction this belongs to. */
  readonly session?: Session
}

type EndDeps = Pick<SessionDeps, 'database' | 'onEnded'>

/** Ends all sessions of a user, on all copies within a second. */
export async function endSessions(
  { database, onEnded }: EndDeps,
  userId: string,
  { except, reason = 'revoked', session = database }: EndOptions = {},
): Promise<void> {
  const rows = await session.run({
    text: `
      update plinth.sessions set revoked_at = now(), reason = $3
      where user_id = $1::uuid and id is distinct from $2::uuid and revoked_at is null and expires_at > now()
      returning id`,
    values: [userId, except ?? null, reason],
  })
  // Who has shown one factor must not finish with the other what has just been ended.
  await session.run({ text: 'delete from plinth.mfa_tickets where user_id = $1::uuid', values: [userId] })
  onEnded(rows.map(([id]) => id ?? ''))
}

/**
 * Ends one session of a user.
 *
 * @throws Problem sessionNotFound for one that is another's, or has ended
 */
export async function endSession(
  { database, onEnded }: EndDeps,
  { id, userId }: { readonly id: string; readonly userId: string },
  reason: EndReason,
): Promise<void> {
  const rows = await database.run({
    text: `
      update plinth.sessions set revoked_at = now(), reason = $3
      where id = $1::uuid and user_id = $2::uuid and revoked_at is null and expires_at > now()
      returning id`,
    values: [id, userId, reason],
  })
  if (rows.length === 0) throw errors.sessionNotFound({ id })
  onEnded([id])
}
