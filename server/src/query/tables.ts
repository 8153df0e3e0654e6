import type { CollectionModel } from '@plinth/schema'
import { identifier, sql } from '../database/sql.ts'
import type { Sql } from './run.ts'

/** A collection's own table. Named by writes, by rules' look-ups, and by `tableReference` for everything a caller asks. */
export const tableOf = (collection: CollectionModel): Sql => sql`${identifier('public', collection.name)}`

/** The table that connects both ends of a relation to many. */
export const joinTableOf = (collection: string, field: string): Sql =>
  sql`${identifier('public', `${collection}.${field}`)}`

/** Where reads find the rows: in the tables as they are, or as they were at some moment. */
export interface Tables {
  of(collection: CollectionModel): Sql
  /** The links of a relation to many. */
  links(collection: string, field: string): Sql
  /** PostgreSQL's own row version of the row known by `alias`. */
  revision(alias: string): Sql
}

/** https://www.postgresql.org/docs/current/ddl-system-columns.html */
export const revisionOf = (alias: string): Sql => sql`${identifier(alias)}.xmin::text`

export const presentTables: Tables = { of: tableOf, links: joinTableOf, revision: revisionOf }
