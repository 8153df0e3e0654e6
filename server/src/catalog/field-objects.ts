import type { CollectionModel, FieldModel, Index } from '@plinth/schema'
import { indexKey } from '@plinth/schema'
import { quoteIdentifier } from '../database/sql.ts'
import { fieldObjectName, indexName, joinTableName, tableSql } from './object-names.ts'

export interface CheckObject {
  readonly name: string
  readonly condition: string
}

export interface IndexObject {
  readonly name: string
  readonly unique: boolean
  readonly on: string
}

export interface ReferenceObject {
  readonly name: string
  readonly column: string
  readonly to: string
  readonly onDelete: string
}

/** Where a field lives: its names as they are at the moment a step runs. */
export interface Place {
  readonly table: string
  readonly field: string
}

const onDeleteSql = { restrict: 'restrict', cascade: 'cascade', setNull: 'set null' }

const columnSql = (place: Place): string => quoteIdentifier(place.field)

/** The conditions the table itself holds for a field. */
export const checksOf = (place: Place, field: FieldModel): readonly CheckObject[] =>
  (field.column?.checks(columnSql(place)) ?? []).map((condition, i) => ({
    name: fieldObjectName(place.table, place.field, `check${i + 1}`),
    condition,
  }))

/** The foreign key of a relation to one. */
export function referenceOf(place: Place, { column, relation }: FieldModel): ReferenceObject | null {
  if (column === null || relation === null) return null
  const name = fieldObjectName(place.table, place.field, 'references')
  return { name, column: columnSql(place), to: relation.to, onDelete: onDeleteSql[relation.onDelete] }
}

/** The index of a unique field, or of a foreign key: without one, each delete of the other record reads the whole table. */
export function indexesOf(place: Place, field: FieldModel): readonly IndexObject[] {
  const { column } = field
  if (column === null) return []
  if (field.declared.unique === true)
    return [{ name: fieldObjectName(place.table, place.field, 'unique'), unique: true, on: uniqueTerm(place, field) }]
  if (field.relation === null) return []
  return [{ name: fieldObjectName(place.table, place.field, 'index'), unique: false, on: columnSql(place) }]
}

/** What must be unique: the column, or an expression on it. */
export const uniqueTerm = (place: Place, { column }: FieldModel): string => {
  const expression = column?.uniqueOn?.(columnSql(place))
  return expression === undefined ? columnSql(place) : `(${expression})`
}

/** An index of the schema document. `table` is what the collection is called at the moment. */
export function declaredIndex(table: string, collection: CollectionModel, index: Index): IndexObject {
  const terms = index.fields.map((entry) => {
    const name = entry.replace(/^-/, '')
    const field = collection.fields.get(name)
    const on = index.unique && field !== undefined ? uniqueTerm({ table, field: name }, field) : quoteIdentifier(name)
    return entry.startsWith('-') ? `${on} desc` : on
  })
  // Pages are told apart by the id in the end, so an index that is to serve them must end with it.
  const hasId = index.unique || index.fields.some((entry) => entry.replace(/^-/, '') === 'id')
  const lastIsDown = index.fields.at(-1)?.startsWith('-') === true
  const tail = hasId ? [] : [lastIsDown ? '"id" desc' : '"id"']
  return { name: indexName(table, indexKey(index)), unique: index.unique === true, on: [...terms, ...tail].join(', ') }
}

/** A relation to many is a table of pairs, and both of its ends go with their records. */
export interface JoinTable {
  readonly name: string
  readonly primaryKey: string
  readonly source: ReferenceObject
  readonly target: ReferenceObject
  readonly index: IndexObject
}

export function joinTableOf(place: Place, { column, relation }: FieldModel): JoinTable | null {
  if (column !== null || relation === null) return null
  const object = (what: string): string => fieldObjectName(place.table, place.field, what)
  return {
    name: joinTableName(place.table, place.field),
    primaryKey: object('primary'),
    source: { name: object('source'), column: '"source"', to: place.table, onDelete: 'cascade' },
    target: { name: object('target'), column: '"target"', to: relation.to, onDelete: 'cascade' },
    index: { name: object('target-index'), unique: false, on: '"target"' },
  }
}

export const addCheckSql = (table: string, check: CheckObject): string =>
  `alter table ${tableSql(table)} add constraint ${quoteIdentifier(check.name)} check (${check.condition})`

export const addReferenceSql = (table: string, { name, column, to, onDelete }: ReferenceObject): string =>
  `alter table ${tableSql(table)} add constraint ${quoteIdentifier(name)} ` +
  `foreign key (${column}) references ${tableSql(to)} ("id") on delete ${onDelete}`

export const dropConstraintSql = (table: string, { name }: { readonly name: string }): string =>
  `alter table ${tableSql(table)} drop constraint ${quoteIdentifier(name)}`

/** It may have gone already, with the collection that it led to. */
export const dropReferenceSql = (table: string, { name }: ReferenceObject): string =>
  `alter table ${tableSql(table)} drop constraint if exists ${quoteIdentifier(name)}`

export const addIndexSql = (table: string, { name, unique, on }: IndexObject): string =>
  `create ${unique ? 'unique index' : 'index'} ${quoteIdentifier(name)} on ${tableSql(table)} (${on})`

export const dropIndexSql = ({ name }: IndexObject): string => `drop index public.${quoteIdentifier(name)}`
