import type { Change, ChangeOf, CollectionModel } from '@plinth/schema'
import type { Design } from '../design.ts'
import { dropConstraintSql, joinTableOf, referenceOf } from '../field-objects.ts'
import { joinTableName, tableSql } from '../object-names.ts'
import { schemaSql } from '../schema-sql.ts'
import type { StepDraft } from '../step-draft.ts'
import { connectFieldSql, createTableSql } from './create-table.ts'

/** New tables may point at each other: a connection is made as soon as both ends are there. */
export function addCollections(design: Design, changes: readonly Change[]): readonly StepDraft[] {
  const missing = new Set(
    changes.flatMap((change) => (change.kind === 'addCollection' ? [change.collection.name] : [])),
  )
  const waiting: { readonly to: string; readonly sql: readonly string[] }[] = []
  return changes.flatMap((change): readonly StepDraft[] => {
    if (change.kind !== 'addCollection') return []
    const { collection } = change
    missing.delete(collection.name)
    for (const field of collection.fields.values()) {
      if (field.relation === null) continue
      const place = { table: collection.name, field: field.name }
      waiting.push({ to: field.relation.to, sql: connectFieldSql(place, field) })
    }
    const ready = waiting.filter(({ to }) => !missing.has(to))
    waiting.splice(0, waiting.length, ...waiting.filter(({ to }) => missing.has(to)))
    const sql = [...createTableSql(design, collection), ...ready.flatMap((connection) => connection.sql)]
    return [{ id: change.id, summary: `Create the collection "${collection.name}".`, sql }]
  })
}

/** The references that surviving tables still hold on it are dropped by name; nothing else goes with it unseen. */
export function dropCollections(design: Design, changes: readonly Change[]): readonly StepDraft[] {
  const gone = new Set<string>()
  const droppedFields = new Set(
    changes.flatMap((change) =>
      change.kind === 'dropField' ? [`${change.collection.from.name}.${change.field.name}`] : [],
    ),
  )
  return changes.flatMap((change): readonly StepDraft[] => {
    if (change.kind !== 'dropCollection') return []
    const { collection } = change
    gone.add(collection.name)
    const references = [...design.from.collections.values()].flatMap((other) =>
      gone.has(other.name) || other.kind === 'view' ? [] : referencesTo(other, collection.name, droppedFields),
    )
    return [dropCollection(design, change, references)]
  })
}

function referencesTo(other: CollectionModel, target: string, droppedFields: ReadonlySet<string>): readonly string[] {
  return [...other.fields.values()].flatMap((field) => {
    if (field.relation?.to !== target || droppedFields.has(`${other.name}.${field.name}`)) return []
    const place = { table: other.name, field: field.name }
    const join = joinTableOf(place, field)
    if (join !== null) return [dropConstraintSql(join.name, join.target)]
    const reference = referenceOf(place, field)
    return reference === null ? [] : [dropConstraintSql(place.table, reference)]
  })
}

function dropCollection(
  design: Design,
  { id, collection }: ChangeOf<'dropCollection'>,
  references: readonly string[],
): StepDraft {
  const joinTables = [...collection.fields.values()].flatMap((field) =>
    field.relation !== null && field.column === null ? [joinTableName(collection.name, field.name)] : [],
  )
  return {
    id,
    summary: `Delete the collection "${collection.name}" with all its records.`,
    sql: [
      ...references,
      ...joinTables.map((name) => `drop table ${tableSql(name)}`),
      ...schemaSql(design.knex, (schema) => schema.dropTable(collection.name)),
    ],
    destructive: true,
    touches: `select t."id", to_jsonb(t) as value from ${tableSql(collection.name)} as t`,
  }
}
