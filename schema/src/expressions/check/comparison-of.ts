import type { Comparison } from '../expression.ts'
import type { ValueType } from '../value-type.ts'

const alone: Readonly<Record<ValueType['kind'], Comparison | null>> = {
  text: 'text',
  choice: 'text',
  integer: 'exact',
  decimal: 'exact',
  float: 'float',
  boolean: 'boolean',
  date: 'date',
  datetime: 'time',
  duration: 'duration',
  id: 'id',
  record: 'id',
  json: 'json',
  geopoint: 'geopoint',
  list: 'list',
  null: 'text',
  records: null,
}

/** How values of one type compare with each other; null for many records, which do not. */
export const ownComparison = (kind: ValueType['kind']): Comparison | null => alone[kind]

/** How two types compare, or null where they do not. JSON and lists compare with null alone. */
export function comparisonOf(left: ValueType, right: ValueType): Comparison | null {
  if (left.kind === 'null') return alone[right.kind]
  if (right.kind === 'null') return alone[left.kind]
  if (left.kind === 'record' && right.kind === 'record') return left.collection === right.collection ? 'id' : null

  const [one, other] = [alone[left.kind], alone[right.kind]]
  if (one === 'json' || one === 'list') return null
  if (one === other) return one
  const both = [one, other]
  if (both.every((comparison) => comparison === 'exact' || comparison === 'float')) return 'float'
  if (both.every((comparison) => comparison === 'date' || comparison === 'time')) return 'time'
  return null
}

const ordered: readonly Comparison[] = ['text', 'exact', 'float', 'date', 'time', 'duration']

/** Whether `<` and its kin mean something. */
export const isOrdered = (comparison: Comparison): boolean => ordered.includes(comparison)
