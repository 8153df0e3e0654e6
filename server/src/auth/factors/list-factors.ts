import type { Session } from '../../database/database.ts'

/** A user's second factors, the oldest first, and how many recovery codes they have left, as JSON text. */
export async function listFactors(session: Session, userId: string): Promise<string> {
  const rows = await session.run({
    text: `
      select json_build_object(
        'items', coalesce((
          select json_agg(json_build_object(
            'id', f.id, 'kind', f.kind, 'name', f.name, 'created', f.created, 'lastUsed', f.last_used, 'backedUp', f.backed_up
          ) order by f.created, f.id)
          from plinth.second_factors f
          where f.user_id = u.id and f.created >= u.created
        ), '[]'),
        'recoveryCodes', (select count(*) from plinth.recovery_codes r where r.user_id = u.id and r.created >= u.created)
      )::text
      from public.users u
      where u.id = $1::uuid`,
    values: [userId],
  })
  return rows[0]?.[0] ?? '{"items":[],"recoveryCodes":0}'
}
