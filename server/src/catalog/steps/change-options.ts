import type { Change, ChangeOf, FieldChangeKind, FieldPair } from '@plinth/schema'
import { quoteIdentifier } from '../../database/sql.ts'
import { defaultSql } from '../column-definition.ts'
import {
  addCheckSql,
  addIndexSql,
  addReferenceSql,
  checksOf,
  dropConstraintSql,
  dropIndexSql,
  dropReferenceSql,
  indexesOf,
  joinTableOf,
  type Place,
  referenceOf,
} from '../field-objects.ts'
import { tableSql } from '../object-names.ts'
import { brokenChecks, brokenPatterns, danglingLinks, duplicateValues, missingValues } from '../obstacles.ts'
import type { StepDraft } from '../step-draft.ts'

type OptionChange = Exclude<FieldChangeKind, 'renameField' | 'changeType' | 'changeComputed'>
type Draft = Omit<StepDraft, 'id' | 'summary'> & { readonly says: string }

/** What the collection that a relation leads to was called before; undefined for a new one. */
export type OldNames = (collection: string) => string | undefined

const drafts = {
  changeTarget,
  changeOnDelete,
  changeOptions,
  changeRequired,
  changeUnique,
  changeDefault,
} satisfies Record<OptionChange, (pair: FieldPair, place: Place, oldName: OldNames) => Draft>

/** A change of one option of a field whose column stays what it is. */
export function changeOption(
  { id, kind, field }: ChangeOf<FieldChangeKind> & { kind: OptionChange },
  oldName: OldNames,
): StepDraft {
  const place = { table: field.collection.to.name, field: field.to.name }
  const { says, ...draft } = drafts[kind](field, place, oldName)
  return { id, summary: `${says} (field "${place.field}" of "${place.table}").`, ...draft }
}

export const isOptionChange = (change: Change): change is ChangeOf<FieldChangeKind> & { kind: OptionChange } =>
  change.kind in drafts

function changeTarget(pair: FieldPair, place: Place, oldName: OldNames): Draft {
  const { from, to } = pair
  const target = to.relation?.to ?? ''
  return {
    says: `Let links lead to "${target}" instead of "${from.relation?.to}"`,
    sql: connectAnew(pair, place),
    blocks: { table: pair.collection.from.name, how: 'read' },
    obstacles: danglingLinks(pair, oldName(target)),
  }
}

const onDeleteWords = {
  restrict: 'Refuse to delete a record that is linked to',
  cascade: 'When a linked record is deleted, delete the records that link to it too',
  setNull: 'When a linked record is deleted, empty the links to it',
}

function changeOnDelete(pair: FieldPair, place: Place): Draft {
  return {
    says: onDeleteWords[pair.to.relation?.onDelete ?? 'restrict'],
    sql: pair.to.column === null ? [] : connectAnew(pair, place),
    blocks: { table: pair.collection.from.name, how: 'read' },
  }
}

function connectAnew({ from, to }: FieldPair, place: Place): readonly string[] {
  const before = joinTableOf(place, from)?.target ?? referenceOf(place, from)
  const join = joinTableOf(place, to)
  const after = join?.target ?? referenceOf(place, to)
  if (before === null || after === null) return []
  const table = join?.name ?? place.table
  return [dropReferenceSql(table, before), addReferenceSql(table, after)]
}

function changeOptions(pair: FieldPair, place: Place): Draft {
  const before = checksOf(place, pair.from)
  const after = checksOf(place, pair.to)
  const isSame = before.length === after.length && before.every(({ condition }, i) => condition === after[i]?.condition)
  const sql = [
    ...before.map((check) => dropConstraintSql(place.table, check)),
    ...after.map((check) => addCheckSql(place.table, check)),
  ]
  return {
    says: 'Allow only values that fit the new options',
    sql: isSame ? [] : sql,
    ...(isSame || after.length === 0 ? {} : { blocks: { table: pair.collection.from.name, how: 'read' } }),
    obstacles: [...brokenChecks(pair), ...brokenPatterns(pair)],
  }
}

function changeRequired(pair: FieldPair, place: Place): Draft {
  const { to } = pair
  const says = to.required ? 'Demand a value' : 'Allow records without a value'
  if (to.column === null) return { says, sql: [] }
  const alter = `alter table ${tableSql(place.table)} alter column ${quoteIdentifier(place.field)}`
  if (!to.required) return { says, sql: [`${alter} drop not null`] }
  return {
    says,
    sql: [`${alter} set not null`],
    blocks: { table: pair.collection.from.name, how: 'read' },
    obstacles: missingValues(pair),
  }
}

function changeUnique(pair: FieldPair, place: Place): Draft {
  const { from, to, collection } = pair
  const isUnique = to.declared.unique === true
  return {
    says: isUnique ? 'Allow each value only once' : 'Allow the same value several times',
    sql: [
      ...indexesOf(place, from).map(dropIndexSql),
      ...indexesOf(place, to).map((index) => addIndexSql(place.table, index)),
    ],
    ...(isUnique ? { blocks: { table: collection.from.name, how: 'read' }, obstacles: duplicateValues(pair) } : {}),
  }
}

function changeDefault({ to }: FieldPair, place: Place): Draft {
  const value = defaultSql(to)
  const alter = `alter table ${tableSql(place.table)} alter column ${quoteIdentifier(place.field)}`
  return {
    says: value === null ? 'Give new records no default' : 'Give new records another default',
    sql: [value === null ? `${alter} drop default` : `${alter} set default ${value}`],
  }
}
