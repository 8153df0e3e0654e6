import {
  type Change,
  type FieldModel,
  type FieldPair,
  type Index,
  indexKey,
  type Model,
  renameInIndex,
} from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import { checksOf, indexesOf, joinTableOf, type Place, referenceOf } from '../field-objects.ts'
import { indexName, primaryKeyName, shortName, tableSql } from '../object-names.ts'
import type { StepDraft } from '../step-draft.ts'
import { isSystemField } from './create-table.ts'

/** One object's new name. Tables and indexes share one space of names; columns and constraints have their table's. */
interface ObjectRename {
  readonly kind: 'table' | 'index' | 'column' | 'constraint'
  /** The table's name at that moment; empty for tables and indexes. */
  readonly table: string
  readonly from: string
  readonly to: string
}

interface RenameStep {
  readonly id: string
  readonly summary: string
  readonly renames: readonly ObjectRename[]
}

/** What is not there while things are renamed, since it is dropped or taken down before: it needs no new name. */
export interface TakenDown {
  readonly fields: ReadonlySet<FieldModel>
  readonly indexes: ReadonlySet<Index>
}

interface Gone extends TakenDown {
  /** Collections that are dropped, and with them every reference to them. */
  readonly collections: ReadonlySet<string>
}

/**
 * All renames of a plan: collections first, then fields. Every name that a collection takes was another collection's, so
 * the two can be sorted out one after the other.
 */
export function renameSteps(from: Model, changes: readonly Change[], down: TakenDown): readonly StepDraft[] {
  const gone = goneWith(changes, down)
  return [...inTurn(renamedCollections(changes, gone)), ...inTurn(renamedFields(from, changes, gone))]
}

/**
 * Names that are swapped go by way of a temporary one: whatever still has a name that is needed now, and gets another
 * later, steps aside first.
 */
function inTurn(steps: readonly RenameStep[]): readonly StepDraft[] {
  const pending = steps.flatMap((step) => step.renames.map((rename) => ({ step, rename, from: rename.from })))
  const sqlOf = new Map<RenameStep, string[]>(steps.map((step) => [step, []]))
  pending.forEach((current, i) => {
    const { step, rename } = current
    if (current.from === rename.to) return
    const inTheWay = pending.find((other, j) => j > i && sameSpace(other.rename, rename) && other.from === rename.to)
    if (inTheWay !== undefined) {
      const aside = shortName(`${inTheWay.from}:moving`)
      sqlOf.get(step)?.push(renameSql(inTheWay.rename, inTheWay.from, aside))
      inTheWay.from = aside
    }
    sqlOf.get(step)?.push(renameSql(rename, current.from, rename.to))
  })
  return steps.map((step) => ({ id: step.id, summary: step.summary, sql: sqlOf.get(step) ?? [] }))
}

const isRelation = ({ kind }: ObjectRename): boolean => kind === 'table' || kind === 'index'

const sameSpace = (a: ObjectRename, b: ObjectRename): boolean =>
  isRelation(a) ? isRelation(b) : a.kind === b.kind && a.table === b.table

function renameSql({ kind, table }: ObjectRename, from: string, to: string): string {
  const [old, wanted] = [quoteIdentifier(from), quoteIdentifier(to)]
  if (isRelation({ kind, table, from, to })) return `alter ${kind} public.${old} rename to ${wanted}`
  return `alter table ${tableSql(table)} rename ${kind} ${old} to ${wanted}`
}

function renamedCollections(changes: readonly Change[], gone: Gone): readonly RenameStep[] {
  return changes.flatMap((change): readonly RenameStep[] => {
    if (change.kind !== 'renameCollection') return []
    const { from, to } = change.collection
    const fields = [...from.fields.values()].filter((field) => !gone.fields.has(field) && !isSystemField(field))
    const indexes = from.indexes.filter((index) => !gone.indexes.has(index)).map(indexKey)
    const renames: ObjectRename[] = [
      { kind: 'table', table: '', from: from.name, to: to.name },
      { kind: 'index', table: '', from: primaryKeyName(from.name), to: primaryKeyName(to.name) },
      ...indexes.map((key) => indexRename(indexName(from.name, key), indexName(to.name, key))),
      ...fields.flatMap((field) =>
        fieldObjectRenames({ table: from.name, field: field.name }, { table: to.name, field: field.name }, field, gone),
      ),
    ]
    return [{ id: change.id, summary: `Rename the collection "${from.name}" to "${to.name}".`, renames }]
  })
}

/** They run after the collections have their new names. */
function renamedFields(from: Model, changes: readonly Change[], gone: Gone): readonly RenameStep[] {
  const pairs = changes.flatMap((change) => (change.kind === 'renameField' ? [change.field] : []))
  const indexNamed = new Set<string>()
  return changes.flatMap((change): readonly RenameStep[] => {
    if (change.kind !== 'renameField') return []
    const pair = change.field
    const table = pair.collection.to.name
    const old = { table, field: pair.from.name }
    const wanted = { table, field: pair.to.name }
    const isGone = gone.fields.has(pair.from)
    const column: readonly ObjectRename[] =
      pair.from.column === null || isGone ? [] : [{ kind: 'column', table, from: old.field, to: wanted.field }]
    const isFirst = !indexNamed.has(table)
    indexNamed.add(table)
    const indexes = isFirst ? declaredIndexRenames(from, pair, pairs, gone) : []
    const summary = `Rename the field "${pair.from.name}" of "${table}" to "${pair.to.name}".`
    const objects = isGone ? [] : fieldObjectRenames(old, wanted, pair.from, gone)
    return [{ id: change.id, summary, renames: [...column, ...objects, ...indexes] }]
  })
}

/** An index is named after all its fields, so it is renamed once for all of them. */
function declaredIndexRenames(
  from: Model,
  { collection }: FieldPair,
  pairs: readonly FieldPair[],
  gone: Gone,
): readonly ObjectRename[] {
  const mine = pairs.filter((pair) => pair.collection.to.name === collection.to.name)
  const newNames = new Map(mine.map((pair) => [pair.from.name, pair.to.name]))
  const indexes = from.collections.get(collection.from.name)?.indexes ?? []
  const table = collection.to.name
  return indexes
    .filter((index) => !gone.indexes.has(index))
    .map((index) =>
      indexRename(indexName(table, indexKey(index)), indexName(table, indexKey(renameInIndex(index, newNames)))),
    )
}

const indexRename = (from: string, to: string): ObjectRename => ({ kind: 'index', table: '', from, to })

/** Everything that carries a field's name, but its column. */
function fieldObjectRenames(old: Place, wanted: Place, field: FieldModel, gone: Gone): readonly ObjectRename[] {
  const table = wanted.table
  const isConnected = field.relation !== null && !gone.collections.has(field.relation.to)
  const references = isConnected ? zip([referenceOf(old, field)], [referenceOf(wanted, field)]) : []
  const constraint = (from: string, to: string): ObjectRename => ({ kind: 'constraint', table, from, to })
  return [
    ...zip(checksOf(old, field), checksOf(wanted, field)).map(([a, b]) => constraint(a.name, b.name)),
    ...zip(indexesOf(old, field), indexesOf(wanted, field)).map(([a, b]) => indexRename(a.name, b.name)),
    ...references.map(([a, b]) => constraint(a.name, b.name)),
    ...joinTableRenames(old, wanted, field, isConnected),
  ]
}

function joinTableRenames(old: Place, wanted: Place, field: FieldModel, isConnected: boolean): readonly ObjectRename[] {
  const before = joinTableOf(old, field)
  const after = joinTableOf(wanted, field)
  if (before === null || after === null) return []
  const constraint = (from: string, to: string): ObjectRename => ({ kind: 'constraint', table: after.name, from, to })
  return [
    { kind: 'table', table: '', from: before.name, to: after.name },
    indexRename(before.primaryKey, after.primaryKey),
    indexRename(before.index.name, after.index.name),
    constraint(before.source.name, after.source.name),
    ...(isConnected ? [constraint(before.target.name, after.target.name)] : []),
  ]
}

function zip<Item>(before: readonly (Item | null)[], after: readonly (Item | null)[]): readonly [Item, Item][] {
  return before.flatMap((item, i): [Item, Item][] => {
    const other = after[i]
    return item === null || other === null || other === undefined ? [] : [[item, other]]
  })
}

const goneWith = (changes: readonly Change[], down: TakenDown): Gone => ({
  fields: new Set([
    ...down.fields,
    ...changes.flatMap((change) => (change.kind === 'dropField' ? [change.field] : [])),
  ]),
  indexes: new Set([
    ...down.indexes,
    ...changes.flatMap((change) => (change.kind === 'dropIndex' ? [change.index] : [])),
  ]),
  collections: new Set(changes.flatMap((change) => (change.kind === 'dropCollection' ? [change.collection.name] : []))),
})
