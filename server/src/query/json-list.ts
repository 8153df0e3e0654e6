import { maxAnswerBytes } from '../database/max-answer-bytes.ts'
import { identifier, raw, sql } from '../database/sql.ts'
import type { Compiler } from './compiler.ts'
import type { Sql } from './run.ts'
import type { Shape } from './shape.ts'

/**
 * One JSON list of the `item`s of a select. PostgreSQL puts a list together in memory, up to 1 GB, before it sends any of
 * it: one that is `watched` ends its statement as soon as it is larger than any answer may be. That adds up the lengths
 * row by row, which takes as long again as the list of small records itself.
 */
export function jsonList(rows: Sql, { alias }: Pick<Compiler, 'alias'>, watched: boolean): Sql {
  const list = identifier(alias())
  if (!watched) return sql`(select coalesce(json_agg(${list}.item), '[]') from (${rows}) as ${list})`
  const row = identifier(alias())
  // A value just made is as long as its header says: to ask for its length costs nothing.
  const sum = sql`sum(octet_length(${row}.item::text)) over (rows unbounded preceding)`
  const item = sql`case when ${sum} > ${raw(String(maxAnswerBytes))} then plinth.answer_too_large() else ${row}.item end`
  return sql`(select coalesce(json_agg(${list}.item), '[]') from (select ${item} as item from (${rows}) as ${row}) as ${list})`
}

/** More records than this may be more than one has the memory for: a field has up to 1 MB, unless it is told otherwise. */
const harmless = 100

/** Whether a list of so many records of a shape is watched. */
export const isWatched = (limit: number, shape: Shape): boolean => limit * mostRecords(shape) > harmless

/** How many records one of this shape can hold, with itself. */
const mostRecords = ({ entries }: Shape): number =>
  entries.reduce((sum, entry) => {
    if (entry.kind === 'one') return sum + mostRecords(entry.shape)
    return entry.kind === 'many' ? sum + entry.limit * mostRecords(entry.shape) : sum
  }, 1)
