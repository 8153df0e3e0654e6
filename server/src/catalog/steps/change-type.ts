import type { ChangeOf, FieldPair } from '@plinth/schema'
import { quoteIdentifier, quoteLiteral } from '../../database/sql.ts'
import { columnType, defaultSql, identitySql, isNotNull } from '../column-definition.ts'
import type { Design } from '../design.ts'
import {
  addReferenceSql,
  checksOf,
  dropConstraintSql,
  dropIndexSql,
  dropReferenceSql,
  indexesOf,
  joinTableOf,
  referenceOf,
} from '../field-objects.ts'
import { tableSql } from '../object-names.ts'
import {
  brokenChecks,
  brokenPatterns,
  danglingLinks,
  duplicateValues,
  missingValues,
  severalLinks,
  unfitValues,
} from '../obstacles.ts'
import { schemaSql } from '../schema-sql.ts'
import type { Obstacle, StepDraft } from '../step-draft.ts'
import { convert, lossyRows } from '../value-source.ts'
import { createJoinTableSql, joinTableTriggersSql, ownObjectsSql } from './create-table.ts'
import { addFieldSql, dropFieldSql, valuesOf } from './fields.ts'

/** Everything that hangs on the column is taken off and put on again as the new type wants it. */
export function changeType(
  design: Design,
  { id, field: pair }: ChangeOf<'changeType'>,
  oldTarget: string | undefined,
): StepDraft {
  const { collection, from, to } = pair
  const becomesComputed = to.computed !== null
  const sameColumn = from.column !== null && from.column.sqlType === to.column?.sqlType && !becomesComputed
  return {
    id,
    summary: summaryOf(pair),
    sql: sqlOf(design, pair),
    touches: valuesOf(collection, from),
    ...(becomesComputed ? { destructive: from.computed === null } : {}),
    ...(becomesComputed || sameColumn ? {} : { loses: lossyRows(pair) }),
    blocks: { table: collection.from.name, how: sameColumn ? 'read' : 'rewritten' },
    obstacles: becomesComputed ? [] : obstaclesOf(pair, oldTarget),
  }
}

function summaryOf({ collection, from, to }: FieldPair): string {
  const name = `"${to.name}" of "${collection.to.name}"`
  if (to.computed !== null) return `Calculate the field ${name} from now on; its values are replaced.`
  if (from.relation !== null && to.relation !== null)
    return `Let the field ${name} hold ${to.relation.many ? 'many links' : 'one link'}.`
  return from.fieldType === to.fieldType
    ? `Change how the field ${name} is stored.`
    : `Change the field ${name} from "${from.fieldType.label}" to "${to.fieldType.label}".`
}

function obstaclesOf(pair: FieldPair, oldTarget: string | undefined): readonly Obstacle[] {
  const { from, to } = pair
  const linksElsewhere = to.relation !== null && !(from.relation !== null && from.relation.to === oldTarget)
  return [
    ...unfitValues(pair),
    ...(from.column === null && to.column !== null ? severalLinks(pair) : []),
    ...brokenChecks(pair),
    ...brokenPatterns(pair),
    ...(isNotNull(to) && !isNotNull(from) ? missingValues(pair) : []),
    ...(to.declared.unique === true ? duplicateValues(pair) : []),
    ...(linksElsewhere ? danglingLinks(pair, oldTarget) : []),
  ]
}

function sqlOf(design: Design, pair: FieldPair): readonly string[] {
  const { collection, from, to } = pair
  const place = { table: collection.to.name, field: to.name }
  if (to.computed !== null) return [...dropFieldSql(design, place, from), ...addFieldSql(design, collection, to)]
  if (to.column === null) return toJoinTable(design, pair)
  return from.column === null ? fromJoinTable(design, pair) : alterColumn(pair)
}

function alterColumn({ collection, from, to }: FieldPair): readonly string[] {
  const place = { table: collection.to.name, field: to.name }
  const column = quoteIdentifier(to.name)
  const alter = `alter table ${tableSql(place.table)} alter column ${column}`
  const reference = referenceOf(place, from)
  // A field that was calculated has become a plain one in an earlier step.
  const hadDefault = from.computed === null && defaultSql(from) !== null
  return [
    ...checksOf(place, from).map((check) => dropConstraintSql(place.table, check)),
    ...indexesOf(place, from).map(dropIndexSql),
    ...(reference === null ? [] : [dropReferenceSql(place.table, reference)]),
    ...(hadDefault ? [`${alter} drop default`] : []),
    ...(from.column?.filledBy === 'identity' ? [`${alter} drop identity`] : []),
    ...(isNotNull(from) && !isNotNull(to) ? [`${alter} drop not null`] : []),
    `${alter} type ${columnType({ collection: collection.to, field: to })} using ${convert(from, to, column).value}`,
    ...finishColumn(place, to, isNotNull(from)),
  ]
}

function finishColumn(
  place: { readonly table: string; readonly field: string },
  to: FieldPair['to'],
  wasNotNull: boolean,
) {
  const column = quoteIdentifier(to.name)
  const table = tableSql(place.table)
  const alter = `alter table ${table} alter column ${column}`
  const value = defaultSql(to)
  const reference = referenceOf(place, to)
  return [
    ...(value === null ? [] : [`${alter} set default ${value}`]),
    ...(isNotNull(to) && !wasNotNull ? [`${alter} set not null`] : []),
    ...(to.column?.filledBy === 'identity' ? [`${alter} add ${identitySql}`, continueNumbers(table, to.name)] : []),
    ...ownObjectsSql(place, to),
    ...(reference === null ? [] : [addReferenceSql(place.table, reference)]),
  ]
}

/** New records count on from the highest number there is. */
const continueNumbers = (table: string, field: string): string =>
  `select pg_catalog.setval(pg_catalog.pg_get_serial_sequence(${quoteLiteral(table)}, ${quoteLiteral(field)}), ` +
  `coalesce(max(${quoteIdentifier(field)}), 0) + 1, false) from ${table}`

function toJoinTable(design: Design, { collection, from, to }: FieldPair): readonly string[] {
  const place = { table: collection.to.name, field: to.name }
  const join = joinTableOf(place, to)
  if (join === null) return []
  const { value } = convert(from, to, `t.${quoteIdentifier(to.name)}`)
  return [
    ...createJoinTableSql(place, to),
    `insert into ${tableSql(join.name)} ("source", "target") ` +
      `select t."id", ${value} from ${tableSql(place.table)} as t where ${value} is not null`,
    ...joinTableTriggersSql(place, to),
    ...schemaSql(design.knex, (schema) => schema.alterTable(place.table, (table) => table.dropColumn(place.field))),
  ]
}

function fromJoinTable(design: Design, { collection, from, to }: FieldPair): readonly string[] {
  const place = { table: collection.to.name, field: to.name }
  const join = joinTableOf(place, from)
  if (join === null) return []
  const type = columnType({ collection: collection.to, field: to })
  const table = tableSql(place.table)
  return [
    ...schemaSql(design.knex, (schema) =>
      schema.alterTable(place.table, (each) => each.specificType(place.field, type)),
    ),
    `update ${table} as t set ${quoteIdentifier(to.name)} = ${convert(from, to, 'j."target"').value} ` +
      `from ${tableSql(join.name)} as j where j."source" = t."id"`,
    `drop table ${tableSql(join.name)}`,
    ...finishColumn(place, to, false),
  ]
}
