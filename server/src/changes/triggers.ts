import { quoteIdentifier } from '../database/sql.ts'

const events = { create: 'insert', update: 'update', delete: 'delete' } as const

/**
 * The statements that put a table of schema `public` under the log: a collection's (`posts`) or a join table's
 * (`posts.tags`). The functions take the collection's name from the table itself, so a rename needs nothing more.
 */
export function createTriggersSql(table: string): string[] {
  const name = tableName(table)
  const kind = isJoinTable(table) ? 'link' : 'record'
  const writers = Object.entries(events).map(
    ([op, event]) =>
      `create trigger plinth_log_${op} after ${event} on ${name} ` +
      `for each row execute function plinth.log_${kind}_${op}()`,
  )
  const truncate =
    `create trigger plinth_log_truncate after truncate on ${name} ` +
    'for each statement execute function plinth.log_truncate()'
  return [...writers, truncate]
}

/** The statements that take a table out of the log again. Dropping the table does so by itself. */
export const dropTriggersSql = (table: string): string[] =>
  [...Object.keys(events), 'truncate'].map((op) => `drop trigger if exists plinth_log_${op} on ${tableName(table)}`)

const tableName = (table: string): string => `public.${quoteIdentifier(table)}`

// No collection has a dot in its name.
const isJoinTable = (table: string): boolean => table.includes('.')
