import type { CollectionModel } from '@plinth/schema'
import { identifier, sql } from '../database/sql.ts'
import type { Sql } from './run.ts'

/** A collection's own table. Named by writes, by rules' look-ups, and by `tableReference` for everything a caller asks. */
export const tableOf = (collection: CollectionModel): Sql => sql`${identifier('public', collection.name)}`

/** The table that connects both ends of a relation to many. */
export const joinTableOf = (collection: string, field: string): Sql =>
  sql`${identifier('public', `${collection}.${field}`)}`
