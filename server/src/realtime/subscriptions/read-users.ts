import { parseChangeRecord } from '../../changes/change.ts'
import type { Session } from '../../database/database.ts'
import type { WireRecord } from '../predicate/predicate-input.ts'

/**
 * A rule's own look-up of the user who asks: the fields that it names, as it finds them in the table, whoever may read them.
 * Null where the user is gone.
 */
export async function readUser(session: Session, id: string, fields: ReadonlySet<string>): Promise<WireRecord | null> {
  if (fields.size === 0) return { id }
  const [row] = await session.run({
    text: 'select to_jsonb(u)::text from public.users as u where u.id = $1::uuid',
    values: [id],
    name: 'realtime-user',
  })
  return row?.[0] ? neededOf(parseChangeRecord(row[0]), fields) : null
}

/** The id and these fields of a user's record. */
const neededOf = (user: WireRecord, fields: ReadonlySet<string>): WireRecord =>
  Object.fromEntries(['id', ...[...fields].toSorted()].map((field) => [field, user[field] ?? null]))
