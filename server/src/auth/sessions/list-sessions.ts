import type { Session } from '../../database/database.ts'

/** A user's sessions that go on, the one last used first, as JSON text. `current` is the one that asks. */
export async function listSessions(session: Session, userId: string, current: string | null): Promise<string> {
  const rows = await session.run({
    text: `
      select coalesce(json_agg(live order by "lastUsedAt" desc, id desc), '[]')::text
      from (
        select id, method, created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt",
          user_agent as "userAgent", address, coalesce(id = $2::uuid, false) as current
        from plinth.sessions
        where user_id = $1::uuid and revoked_at is null and expires_at > now()
      ) live`,
    values: [userId, current],
  })
  return rows[0]?.[0] ?? '[]'
}
