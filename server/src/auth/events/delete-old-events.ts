import type { Database } from '../../database/database.ts'

const batch = 5_000

/** Deletes events that are older than so many days. The database lets go of none that is younger than 30 days. */
export async function deleteOldEvents(database: Database, days: number): Promise<void> {
  for (let deleted = batch; deleted === batch; ) {
    deleted = await database.transaction(async (session) => {
      const [row] = await session.run({
        text: `select set_config('plinth.sweep_before', (now() - make_interval(days => $1::int))::text, true)`,
        values: [days],
      })
      const rows = await session.run({
        text: `
          delete from plinth.security_events
          where id in (
            select id from plinth.security_events where at < $1::timestamptz order by at limit ${batch} for update skip locked
          )
          returning 1`,
        values: [row?.[0] ?? null],
      })
      return rows.length
    })
  }
}
