import { errors, type Problem, type ProblemDetails } from '@plinth/schema'
import { join, type Param, param, raw, sql } from '../database/sql.ts'
import type { Run, Sql } from './run.ts'
import type { SortKey } from './sort.ts'
import type { Source } from './source.ts'

/**
 * The condition for "after the cursor" in a sort of several keys. Where all keys run the same way and none can be null a
 * row comparison says it, which PostgreSQL answers from an index; else it is spelled out key by key, where null is above
 * every value, as in PostgreSQL's order. https://www.postgresql.org/docs/current/functions-comparisons.html#ROW-WISE-COMPARISON
 */
export function afterCursor(
  keys: readonly SortKey[],
  values: readonly Sql[],
  nulls: readonly boolean[],
  source: Source,
): Sql {
  const limits = keys.map((key, i) => sql`${limitOf(key, i)}`)
  const sameWay = keys.every((key) => key.descending === keys[0]?.descending)
  const certain = keys.every((key) => key.hops.length === 0 && !source.nullable(key.field))
  if (sameWay && certain) {
    return sql`(${join(values, ', ')}) ${raw(keys[0]?.descending ? '<' : '>')} (${join(limits, ', ')})`
  }
  const choices = keys.map((_, i) => {
    const equal = keys.slice(0, i).map((_key, j) => isEqual(at(values, j), at(limits, j), nulls[j] === true))
    return sql`(${join([...equal, isBeyond(keys[i]?.descending === true, at(values, i), at(limits, i), nulls[i] === true)], ' and ')})`
  })
  return sql`(${join(choices, ' or ')})`
}

const at = (fragments: readonly Sql[], i: number): Sql => fragments[i] ?? raw('null')

const isEqual = (value: Sql, limit: Sql, isNull: boolean): Sql =>
  isNull ? sql`${value} is null` : sql`${value} = ${limit}`

function isBeyond(descending: boolean, value: Sql, limit: Sql, isNull: boolean): Sql {
  if (descending) return isNull ? sql`${value} is not null` : sql`${value} < ${limit}`
  return isNull ? raw('false') : sql`(${value} > ${limit} or ${value} is null)`
}

const sqlTypes: Readonly<Record<string, { readonly type: string; readonly pattern: RegExp }>> = {
  text: { type: 'text', pattern: /^/ },
  choice: { type: 'text', pattern: /^/ },
  integer: { type: 'bigint', pattern: /^-?\d{1,16}$/ },
  decimal: { type: 'numeric', pattern: /^-?\d{1,1000}(\.\d{1,1000})?$/ },
  float: { type: 'float8', pattern: /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/ },
  boolean: { type: 'boolean', pattern: /^(true|false|t|f)$/ },
  date: { type: 'date', pattern: /^\d{4}-\d\d-\d\d$/ },
  datetime: { type: 'timestamptz', pattern: /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?\+00(:00)?$/ },
  id: { type: 'uuid', pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ },
  record: { type: 'uuid', pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ },
}

const limitOf = (key: SortKey, i: number): Param<Run> =>
  param<Run>(sqlTypes[key.type.kind]?.type ?? 'text', (run) => run.after[i] ?? null)

/** A position in a sorted list: the sort values of the last record shown, opaque to the caller. */
export const encodeCursor = (values: readonly (string | null)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

/**
 * @throws Problem invalidParameter if the cursor was not made for this sort
 */
export function decodeCursor(text: string, keys: readonly SortKey[]): readonly (string | null)[] {
  const values = parse(text)
  const fits = Array.isArray(values) && values.length === keys.length && keys.every((key, i) => fitsKey(key, values[i]))
  if (!fits) throw invalidCursor()
  return values.map((value) => (value === null ? null : String(value)))
}

export const invalidCursor = (details: ProblemDetails = {}): Problem =>
  errors.invalidParameter(
    { name: 'after', reason: 'not a cursor of this list. Use "next" of a list with the same sort.' },
    details,
  )

function parse(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64url')))
  } catch {
    return null
  }
}

function fitsKey(key: SortKey, value: unknown): boolean {
  if (value === null) return true
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) return false
  return sqlTypes[key.type.kind]?.pattern.test(value) === true
}
