import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import { endSessions } from './end-sessions.ts'
import type { Origin, SessionDeps } from './session.ts'

/** Keeps a user out: ends their sessions, and starts none until they are let in again. @throws Problem userNotFound */
export async function blockUser(
  deps: SessionDeps,
  userId: string,
  reason: string | null,
  by: Actor,
  origin: Origin,
): Promise<void> {
  if (by.userId === userId) throw errors.badRequest({ reason: 'Nobody can block themselves.' })
  await deps.database.transaction(async (session) => {
    const rows = await session.run({
      text: `
        insert into plinth.blocked_users (user_id, blocked_by, reason)
        select id, $2, $3 from public.users where id = $1::uuid
        on conflict (user_id) do update set reason = excluded.reason
        returning user_id`,
      values: [userId, actorText(by), reason],
    })
    if (rows.length === 0) throw errors.userNotFound({ id: userId })
    await endSessions(deps, userId, { reason: 'blocked', session })
    await recordEvent(session, { kind: 'userBlocked', userId, actor: actorText(by), ...origin, details: { reason } })
  })
}

/** Lets a user in again. @throws Problem userNotFound for one who is not blocked */
export async function unblockUser({ database }: SessionDeps, userId: string, by: Actor, origin: Origin): Promise<void> {
  await database.transaction(async (session) => {
    const rows = await session.run({
      text: 'delete from plinth.blocked_users where user_id = $1::uuid returning user_id',
      values: [userId],
    })
    if (rows.length === 0) throw errors.userNotFound({ id: userId })
    await recordEvent(session, { kind: 'userUnblocked', userId, actor: actorText(by), ...origin })
  })
}
