import type { Database, Session } from '../../database/database.ts'
import { errorCode } from '../../database/error-code.ts'
import { recordEvent } from '../events/record-event.ts'
import { placeholderDomain } from '../placeholder-address.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const stillReferenced: ReadonlySet<unknown> = new Set(['23503', '23001'])
const batch = 200

/**
 * Users without an address, of whom nothing was heard for so many days, and who have no way in any more: their session was
 * all they had. `$1` is the days.
 */
const isAbandoned = `
  lower(u.email) like '%${placeholderDomain}'
  and greatest(u.created, u.updated) < now() - make_interval(days => $1::int)
  and not exists (
    select from plinth.sessions s
    where s.user_id = u.id and (
      (s.revoked_at is null and s.expires_at > now()) or s.last_used_at >= now() - make_interval(days => $1::int))
  )
  and not exists (select from plinth.passwords p where p.user_id = u.id)
  and not exists (select from plinth.passkeys k where k.user_id = u.id)
  and not exists (select from plinth.identities i where i.user_id = u.id)
  and not exists (select from plinth.one_time_tokens t where t.user_id = u.id and t.expires > now())`

/**
 * Deletes abandoned anonymous users, one by one; what happens to records that are theirs is what the schema says
 * (`onDelete`): a `restrict` keeps the user. Copies may do this at the same time, since each delete looks again whether it
 * still holds. Answers how many went.
 */
export async function deleteAbandonedUsers(database: Database, days: number): Promise<number> {
  let deleted = 0
  for (let after: string | null = null; ; ) {
    const ids = await findAbandoned(database, days, after)
    for (const id of ids) if (await deleteUser(database, days, id)) deleted += 1
    const last = ids.at(-1)
    if (last === undefined || ids.length < batch) return deleted
    after = last
  }
}

async function findAbandoned(session: Session, days: number, after: string | null): Promise<readonly string[]> {
  const rows = await session.run({
    text: `
      select u.id from public.users u
      where ${isAbandoned} and ($2::uuid is null or u.id > $2::uuid)
      order by u.id
      limit ${batch}`,
    values: [days, after],
  })
  return rows.map(([id]) => id ?? '')
}

async function deleteUser(database: Database, days: number, id: string): Promise<boolean> {
  try {
    return await database.transaction(async (session) => {
      await session.run({ text: `select set_config('plinth.context', 'sweep system', true)`, values: [] })
      const rows = await session.run({
        text: `delete from public.users u where u.id = $2::uuid and ${isAbandoned} returning u.id`,
        values: [days, id],
      })
      if (rows.length === 0) return false
      const event = { kind: 'anonymousUserDeleted', userId: id, actor: 'system', address: null, userAgent: null }
      await recordEvent(session, event)
      return true
    })
  } catch (error) {
    if (stillReferenced.has(errorCode(error))) return false
    throw error
  }
}
