import type { Session } from '../../database/database.ts'

export interface EventQuery {
  readonly userId: string | null
  readonly kind: string | null
  /** The id of the last event of the page before. */
  readonly before: string | null
  readonly limit: number
}

/** The newest events first, as JSON text: `{ items, next }`. */
export async function listEvents(session: Session, { userId, kind, before, limit }: EventQuery): Promise<string> {
  // Ids grow with time, so they are the order, and a page goes on where the last one ended.
  const rows = await session.run({
    text: `
      with page as (
        select id, at, kind, user_id as "userId", actor, address, user_agent as "userAgent", details
        from plinth.security_events
        where ($1::uuid is null or user_id = $1::uuid)
          and ($2::text is null or kind = $2::text)
          and ($3::uuid is null or id < $3::uuid)
        order by id desc
        limit $4::int + 1
      ), shown as (select * from page order by id desc limit $4::int)
      select json_build_object(
        'items', coalesce((select json_agg(shown order by id desc) from shown), '[]'),
        'next', case when (select count(*) from page) > $4::int then (select id from shown order by id limit 1) end)::text`,
    values: [userId, kind, before, limit],
  })
  return rows[0]?.[0] ?? '{"items":[],"next":null}'
}
