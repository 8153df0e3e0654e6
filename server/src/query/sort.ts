import { errors, type ValueType } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { identifier, raw, sql } from '../database/sql.ts'
import { type CallerPath, compileCallerPath, resolveCallerPath } from './caller-path.ts'
import type { Compiler } from './compiler.ts'
import type { Sql } from './run.ts'

/** One key of a sort: a field of the record, or of a record some relations to one away. */
export interface SortKey extends CallerPath {
  readonly descending: boolean
}

const sortable = new Set<ValueType['kind']>([
  'text',
  'choice',
  'integer',
  'decimal',
  'float',
  'boolean',
  'date',
  'datetime',
  'id',
  'record',
])
const maxKeys = 8

/**
 * Parses `-created,author.name` against what the caller may see; the id is always the last key, so that the order is total.
 *
 * @throws Problem invalidParameter
 */
export function parseSort(access: Access, collection: string, text: string | null): readonly SortKey[] {
  const names = (text ?? '').split(',').map((name) => name.trim())
  const keys = text === null || text.trim() === '' ? [] : names.map((name) => parseKey(access, collection, name))
  if (keys.length > maxKeys) throw invalidSort(`at most ${maxKeys} keys`)
  const end = keys.findIndex((key) => key.field === 'id' && key.hops.length === 0)
  if (end !== -1) return keys.slice(0, end + 1)
  const descending = keys.at(-1)?.descending ?? false
  return [...keys, { hops: [], field: 'id', type: { kind: 'id' }, descending }]
}

function parseKey(access: Access, collection: string, text: string): SortKey {
  const descending = text.startsWith('-')
  const path = descending || text.startsWith('+') ? text.slice(1) : text
  const key = resolveCallerPath(access, collection, 'sort', path)
  const end = key.hops.at(-1)?.to ?? collection
  if (!sortable.has(key.type.kind)) throw invalidSort(`"${key.field}" of "${end}" cannot be sorted by.`)
  return { ...key, descending }
}

const invalidSort = (reason: string) => errors.invalidParameter({ name: 'sort', reason })

/** The SQL value a key sorts by. A column's own collation applies: the same that its indexes and the cursor use. */
export const compileSortKey = (key: SortKey, compiler: Compiler): Sql => compileCallerPath(key, compiler)

/** `order by` a page's keys; PostgreSQL puts nulls last upwards and first downwards, and so do indexes. */
export const orderBy = (keys: readonly SortKey[], columns: readonly Sql[]): readonly Sql[] =>
  keys.map((key, i) => sql`${columns[i] ?? raw('1')} ${raw(key.descending ? 'desc' : 'asc')}`)

/** The name under which a page carries its sort key number `i`. */
export const keyColumn = (alias: string, i: number): Sql => sql`${identifier(alias, `key ${i}`)}`
