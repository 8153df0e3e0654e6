import type { CollectionModel, FieldModel } from '@plinth/schema'
import { createTriggersSql } from '../../changes/triggers.ts'
import { quoteIdentifier } from '../../database/sql.ts'
import { columnDefinition, createCollationSql } from '../column-definition.ts'
import type { Design } from '../design.ts'
import {
  addCheckSql,
  addIndexSql,
  addReferenceSql,
  checksOf,
  declaredIndex,
  indexesOf,
  joinTableOf,
  type Place,
  referenceOf,
} from '../field-objects.ts'
import { primaryKeyName, tableSql } from '../object-names.ts'
import { schemaSql } from '../schema-sql.ts'

/** The table of a new collection, with all that stands in it; what needs other tables is `connectFieldSql`. */
export function createTableSql(design: Design, collection: CollectionModel): readonly string[] {
  const table = collection.name
  const fields = [...collection.fields.values()].filter((field) => field.column !== null)
  const create = schemaSql(design.knex, (schema) =>
    schema.createTable(table, (builder) => {
      builder.uuid('id').notNullable().defaultTo(design.knex.raw('plinth.uuid_v7()'))
      builder.primary(['id'], { constraintName: primaryKeyName(table) })
      for (const field of fields.filter((each) => !isSystemField(each)))
        builder.specificType(field.name, columnDefinition(design, { collection, field }))
      for (const name of ['created', 'updated'])
        builder.specificType(name, 'timestamptz(3)').notNullable().defaultTo(design.knex.raw('pg_catalog.now()'))
    }),
  )
  const objects = fields.flatMap((field) => ownObjectsSql({ table, field: field.name }, field))
  const indexes = collection.indexes.map((index) => addIndexSql(table, declaredIndex(table, collection, index)))
  return [...createCollationSql(collection.collation), ...create, ...objects, ...indexes, ...createTriggersSql(table)]
}

/** The fields that every table has. */
export const isSystemField = ({ name }: FieldModel): boolean => ['id', 'created', 'updated'].includes(name)

/** What a field needs in its own table. */
export const ownObjectsSql = (place: Place, field: FieldModel): readonly string[] =>
  isSystemField(field)
    ? []
    : [
        ...checksOf(place, field).map((check) => addCheckSql(place.table, check)),
        ...indexesOf(place, field).map((index) => addIndexSql(place.table, index)),
      ]

/** What connects a field with another table: its foreign key, or its join table. Both tables must be there. */
export function connectFieldSql(place: Place, field: FieldModel): readonly string[] {
  const reference = referenceOf(place, field)
  return reference === null
    ? [...createJoinTableSql(place, field), ...joinTableTriggersSql(place, field)]
    : [addReferenceSql(place.table, reference)]
}

/**
 * Without its triggers, so that it can be filled without each pair looking like someone's change. Written by hand, as
 * everything on join tables is: knex takes the dot in their names for one between a schema and a table.
 */
export function createJoinTableSql(place: Place, field: FieldModel): readonly string[] {
  const join = joinTableOf(place, field)
  if (join === null) return []
  const table = tableSql(join.name)
  const primaryKey = `constraint ${quoteIdentifier(join.primaryKey)} primary key ("source", "target")`
  return [
    `create table ${table} ("source" uuid not null, "target" uuid not null, ${primaryKey})`,
    addReferenceSql(join.name, join.source),
    addReferenceSql(join.name, join.target),
    addIndexSql(join.name, join.index),
  ]
}

export function joinTableTriggersSql(place: Place, field: FieldModel): readonly string[] {
  const join = joinTableOf(place, field)
  return join === null ? [] : createTriggersSql(join.name)
}
