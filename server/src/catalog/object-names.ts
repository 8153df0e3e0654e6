import { createHash } from 'node:crypto'
import { quoteIdentifier } from '../database/sql.ts'

/** PostgreSQL cuts longer names off without a word, and two of them could become one. */
const maxBytes = 63

/**
 * Every table, index and constraint has a name that follows from the schema, so that a later plan finds it again. No
 * name of a collection or field has a `.` or `:`, so none of these can meet one.
 */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  return `${name.slice(0, 46)}~${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

/**
 * The join table of a relation to many: `posts.tags`. A schema whose names are too long together is refused
 * (`checkDocument`); only a relation that is about to become something else can be longer for a moment.
 */
export const joinTableName = (collection: string, field: string): string => shortName(`${collection}.${field}`)

export const primaryKeyName = (table: string): string => shortName(`${table}:primary`)
export const fieldObjectName = (table: string, field: string, what: string): string =>
  shortName(`${table}.${field}:${what}`)
/** `key` is that of the schema's diff: `index(status,-created)`. */
export const indexName = (table: string, key: string): string => shortName(`${table}:${key}`)

/** A collection's or join table's name as SQL. */
export const tableSql = (name: string): string => `public.${quoteIdentifier(name)}`
