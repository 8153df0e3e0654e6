import {
  type ChangeOf,
  type CollectionModel,
  type CollectionPair,
  type FieldPair,
  type Index,
  indexKey,
} from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import { defaultSql } from '../column-definition.ts'
import { addIndexSql, declaredIndex, dropIndexSql, uniqueTerm } from '../field-objects.ts'
import { tableSql } from '../object-names.ts'
import { duplicates } from '../obstacles.ts'
import type { Obstacle, StepDraft } from '../step-draft.ts'
import type { IndexPair } from '../kept-indexes.ts'
import { valueSource } from '../value-source.ts'
import { isSystemField } from './create-table.ts'

const words = (index: Index): string =>
  `${index.unique ? 'unique index' : 'index'} on ${index.fields.map((field) => `"${field}"`).join(', ')}`

export function addIndex(
  { id, collection, index }: ChangeOf<'addIndex' | 'dropIndex'>,
  keptFields: readonly FieldPair[],
): StepDraft {
  const table = collection.to.name
  return {
    id,
    summary: `Add an ${words(index)} to "${table}".`.replace('an unique', 'a unique'),
    sql: [addIndexSql(table, declaredIndex(table, collection.to, index))],
    blocks: { table: collection.from.name, how: 'read' },
    obstacles: index.unique
      ? sameValues(
          collection,
          index,
          keptFields.filter((pair) => pair.collection.to === collection.to),
        )
      : [],
  }
}

/** It runs while everything still has its old name. */
export function dropIndex({ id, collection, index }: ChangeOf<'addIndex' | 'dropIndex'>): StepDraft {
  const table = collection.from.name
  const summary = `Remove the ${words(index)} of "${table}".`
  return { id, summary, sql: [dropIndexSql(declaredIndex(table, collection.from, index))] }
}

function sameValues(collection: CollectionPair, index: Index, keptFields: readonly FieldPair[]): readonly Obstacle[] {
  const names = index.fields.map((entry) => entry.replace(/^-/, ''))
  const values = names.map((name) => `${valueOf(collection.to, name, keptFields)} as ${quoteIdentifier(name)}`)
  const rows = `select t."id", ${values.join(', ')} from ${tableSql(collection.from.name)} as t`
  const terms = names.map((name) => {
    const field = collection.to.fields.get(name)
    return field === undefined ? quoteIdentifier(name) : uniqueTerm({ table: '', field: name }, field)
  })
  const shown = `jsonb_build_array(${names.map((name) => `s.${quoteIdentifier(name)}`).join(', ')})`
  return [duplicates(rows, terms, shown, `Together, ${names.map((name) => `"${name}"`).join(' and ')} become unique`)]
}

/** What a record will hold in a field; null where only PostgreSQL can know, which then refuses by itself. */
function valueOf(collection: CollectionModel, name: string, keptFields: readonly FieldPair[]): string {
  const pair = keptFields.find((each) => each.to.name === name)
  const field = collection.fields.get(name)
  if (pair !== undefined && (isSystemField(pair.to) || pair.to.computed === null))
    return `(select v.${quoteIdentifier(name)} from (${valueSource(pair).rows}) as v where v."id" = t."id")`
  const value = field === undefined ? null : defaultSql(field)
  return value ?? `null::${field?.column?.sqlType ?? 'text'}`
}

/** An index on a column that is made anew goes first, and comes back last. */
export function suspendIndex({ collection, from, to }: IndexPair): StepDraft {
  const table = collection.from.name
  return {
    id: `suspendIndex:${collection.to.name}.${indexKey(to)}`,
    summary: `Take down the ${words(from)} of "${table}"; a later step makes it anew.`,
    sql: [dropIndexSql(declaredIndex(table, collection.from, from))],
  }
}

export function restoreIndex({ collection, to }: IndexPair): StepDraft {
  const table = collection.to.name
  return {
    id: `restoreIndex:${table}.${indexKey(to)}`,
    summary: `Make the ${words(to)} of "${table}" anew.`,
    sql: [addIndexSql(table, declaredIndex(table, collection.to, to))],
    blocks: { table: collection.from.name, how: 'read' },
  }
}
