import type { Session } from '../../database/database.ts'

/** Sessions that were ended, or came to their end, within the last minute: for who has to notice without being asked. */
export async function endedSessions(session: Session): Promise<readonly string[]> {
  const rows = await session.run({
    text: `
      select id from plinth.sessions where revoked_at > clock_timestamp() - interval '1 minute'
      union all
      select id from plinth.sessions
      where expires_at > clock_timestamp() - interval '1 minute' and expires_at <= clock_timestamp()`,
    values: [],
    name: 'auth-ended-sessions',
  })
  return rows.flatMap(([id]) => id ?? [])
}
