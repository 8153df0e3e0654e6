import type { CollectionModel, FieldModel } from '@plinth/schema'
import { identifier, sql } from '../database/sql.ts'
import type { Sql } from './run.ts'

/** Where the fields of one record come from while an expression or a shape is compiled: a table row, or values to be written. */
export interface Source {
  readonly collection: CollectionModel
  /** The row's name in the statement; '' where the values are not those of a row. */
  readonly alias: string
  /** The field's value; null where it is hidden. Not for relations to many. */
  value(field: string): Sql
  nullable(field: string): boolean
  /** The ids of a relation to many where they are not (yet) in its join table: a `uuid[]`. */
  manyIds(field: string): Sql | null
  /** The condition under which the field is shown, where it is not always. */
  shown(field: string): Sql | null
}

/** The row of a table or subquery known by `alias` that has all of the collection's columns. */
export function rowSource(collection: CollectionModel, alias: string): Source {
  return {
    collection,
    alias,
    value: (field) => column(alias, field),
    nullable: (field) => !isRequired(collection.fields.get(field)),
    manyIds: () => null,
    shown: () => null,
  }
}

export const column = (alias: string, name: string): Sql => sql`${identifier(alias, name)}`

/** The column beside `field` that says whether it is shown. No field can have that name. */
export const shownColumn = (field: string): string => `${field}?`

const isRequired = (field: FieldModel | undefined): boolean =>
  field !== undefined && (field.required || field.name === 'id' || field.name === 'created' || field.name === 'updated')
