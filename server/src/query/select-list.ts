import type { Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, raw, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases, type Compiler } from './compiler.ts'
import { afterCursor } from './keyset.ts'
import { recordJson, selectRecords } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, isCurrent } from './select-one.ts'
import type { Shape } from './shape.ts'
import { compileSortKey, keyColumn, orderBy, type SortKey } from './sort.ts'
import { column, type Source } from './source.ts'
import { tableReference, visibleSource } from './table-reference.ts'

export interface ListQuery {
  readonly collection: string
  readonly shape: Shape
  readonly filter: Expression | null
  readonly sort: readonly SortKey[]
  readonly limit: number
  /** Whether it skips the pages before it. */
  readonly paged: boolean
  /** For each sort key of the cursor whether its value is null; null for a list from its beginning. */
  readonly after: readonly boolean[] | null
  /** `exact`: all that match. `bounded`: that many at most, so that asking costs little. */
  readonly count: 'exact' | { readonly bounded: number } | null
}

export interface CompiledList {
  readonly statement: CompiledSql<Run>
  /** Whether the records show all that the list is sorted by; else the keys follow each record as text. */
  readonly keysAreShown: boolean
}

/**
 * A page of records: rows `[null, json | null, …sort keys, count]`, one more than the page holds where there are more;
 * the keys only where the records do not show them, the count only where it was asked for. At least one row, unless the
 * schema has another version: said in each row, that would take longer than to say which record it is. Each record is a
 * row of its own: putting them together costs PostgreSQL more than it costs Node. The limit stands in the text: with a parameter
 * PostgreSQL could not know how little is wanted, and would plan the statement anew each time it runs.
 */
export function compileList(access: Access, query: ListQuery): CompiledList {
  const next = aliases()
  const { from, source } = tableReference(access, query.collection, 'r', next)
  const compiler = compilerFor(access, next, source)
  const filter = query.filter ? compileCondition(query.filter, compiler) : raw('true')
  const keys = query.sort.map((key) => compileSortKey(key, compiler))
  const after = query.after ? sql` and ${afterCursor(query.sort, keys, query.after, source)}` : raw('')
  const offset = query.paged ? sql` offset ${parameters.offset}` : raw('')
  const permitted = access.collection(query.collection)
  const pageSource = permitted ? visibleSource(permitted, 's') : source
  const shown = keysAreShown(query, pageSource)
  const named = shown ? [] : keys.map((key, i) => sql`, ${key} as ${identifier(`key ${i}`)}`)
  const page = sql`from (
        select r.*${join(named, '')}
        from ${from}
        where ${filter}${after}
        order by ${join(orderBy(query.sort, keys), ', ')}
        limit ${raw(String(query.limit + 1))}${offset}
      ) as s`
  const records = compileRecords(access, query, pageSource, { ...compiler, record: pageSource }, page, shown)
  const count = query.count === null ? raw('') : sql`, ${compileCount(access, query)}`
  const statement = compileSql(sql`
    select null, f.*${count}
    from (select where ${isCurrent(access)}) as v
    left join lateral (
      ${records}
    ) as f on true`)
  return { statement, keysAreShown: shown }
}

function compileRecords(
  access: Access,
  { shape, sort }: ListQuery,
  source: Source,
  compiler: Compiler,
  page: Sql,
  shown: boolean,
): Sql {
  if (shown) return selectRecords(access, shape, source, compiler, page)
  const texts = sort.map((_, i) => sql`, ${keyColumn('s', i)}::text`)
  return sql`select ${recordJson(access, shape, source, compiler)} as item${join(texts, '')} ${page}`
}

/** Whether the record itself shows all that its list is sorted by, so that a cursor can be made from it. */
const keysAreShown = ({ sort, shape }: Pick<ListQuery, 'sort' | 'shape'>, source: Source): boolean =>
  sort.every(
    ({ hops, field }) =>
      hops.length === 0 &&
      source.shown(field) === null &&
      shape.entries.some((entry) => entry.kind === 'field' && entry.name === field),
  )

function compileCount(access: Access, { collection, filter, count }: ListQuery): Sql {
  if (count === null) return raw('null')
  const next = aliases()
  const counted = (): string => `C${next()}`
  const { from, source } = tableReference(access, collection, 'c', counted)
  const condition = filter ? compileCondition(filter, compilerFor(access, counted, source)) : raw('true')
  const rows = sql`select ${column('c', 'id')} from ${from} where ${condition}`
  if (count === 'exact') return sql`(select count(*) from (${rows}) as n)`
  return sql`(select count(*) from (${rows} limit ${raw(String(count.bounded))}) as n)`
}
