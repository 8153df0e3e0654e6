import type { ChangeOf, CollectionPair, FieldModel } from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import { columnDefinition, defaultSql, isNotNull } from '../column-definition.ts'
import type { Design } from '../design.ts'
import { joinTableOf, type Place, uniqueTerm } from '../field-objects.ts'
import { joinTableName, tableSql } from '../object-names.ts'
import { duplicates } from '../obstacles.ts'
import { schemaSql } from '../schema-sql.ts'
import type { Obstacle, StepDraft } from '../step-draft.ts'
import { connectFieldSql, ownObjectsSql } from './create-table.ts'

export function addField(design: Design, { id, collection, field }: ChangeOf<'addField'>): StepDraft {
  const table = collection.from.name
  const rows = `select t."id", null::jsonb as value from ${tableSql(table)} as t`
  const isFilled = field.column?.filledBy !== undefined
  const value = defaultSql(field)
  return {
    id,
    summary: `Add the field "${field.name}" to "${collection.to.name}".`,
    sql: addFieldSql(design, collection, field),
    ...(isFilled || value !== null ? { touches: rows } : {}),
    ...(field.column === null ? {} : { blocks: { table, how: isFilled ? 'rewritten' : 'read' } }),
    obstacles: [
      ...(isNotNull(field) && !isFilled && value === null ? [withoutValue(collection, field, rows)] : []),
      ...(field.declared.unique === true && value !== null ? [sameDefault(collection, field, value)] : []),
    ],
  }
}

export function addFieldSql(design: Design, collection: CollectionPair, field: FieldModel): readonly string[] {
  const place: Place = { table: collection.to.name, field: field.name }
  if (field.column === null) return connectFieldSql(place, field)
  const definition = columnDefinition(design, { collection: collection.to, field })
  return [
    ...schemaSql(design.knex, (schema) =>
      schema.alterTable(place.table, (table) => table.specificType(place.field, definition)),
    ),
    ...ownObjectsSql(place, field),
    ...connectFieldSql(place, field),
  ]
}

const withoutValue = (collection: CollectionPair, field: FieldModel, rows: string): Obstacle => ({
  rows,
  reason: `"${field.name}" is required, but the records that "${collection.to.name}" has would be without a value.`,
  mend: 'Give the field a default, or add it as optional, fill it, and make it required then.',
})

function sameDefault(collection: CollectionPair, field: FieldModel, value: string): Obstacle {
  const column = quoteIdentifier(field.name)
  const rows = `select t."id", ${value} as ${column} from ${tableSql(collection.from.name)} as t`
  const term = uniqueTerm({ table: '', field: field.name }, field)
  return duplicates(rows, [term], `s.${column}`, `"${collection.to.name}.${field.name}" is unique and has a default`)
}

/** It runs while everything still has its old name. */
export function dropField(design: Design, { id, collection, field }: ChangeOf<'dropField'>): StepDraft {
  return {
    id,
    summary: `Delete the field "${field.name}" of "${collection.from.name}" with all its values.`,
    sql: dropFieldSql(design, { table: collection.from.name, field: field.name }, field),
    // What is calculated can be calculated again.
    destructive: field.computed === null,
    touches: valuesOf(collection, field),
  }
}

/** What goes from a table with the column goes by itself: its constraints and indexes. */
export function dropFieldSql(design: Design, place: Place, field: FieldModel): readonly string[] {
  const join = joinTableOf(place, field)
  if (join !== null) return [`drop table ${tableSql(join.name)}`]
  return schemaSql(design.knex, (schema) => schema.alterTable(place.table, (table) => table.dropColumn(place.field)))
}

/** `select id, value` of the records that have a value. */
export function valuesOf(collection: CollectionPair, field: FieldModel): string {
  const table = collection.from.name
  if (field.column === null)
    return `select j."source" as "id", to_jsonb(j."target") as value from ${tableSql(joinTableName(table, field.name))} as j`
  const column = `t.${quoteIdentifier(field.name)}`
  return `select t."id", to_jsonb(${column}) as value from ${tableSql(table)} as t where ${column} is not null`
}
