import type { Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, raw, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases } from './compiler.ts'
import { afterCursor } from './keyset.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { compileSortKey, keyColumn, orderBy, type SortKey } from './sort.ts'
import { column } from './source.ts'
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

/**
 * A page of records: a row `[version, count, items, found, …sort keys of the last item]`. `items` is JSON text, `found` is one
 * more than the page holds where there are more. The limit stands in the text: with a parameter PostgreSQL could not know
 * how little is wanted, and would plan the statement anew each time it runs.
 */
export function compileList(access: Access, query: ListQuery): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, query.collection, 'r', next)
  const compiler = compilerFor(access, next, source)
  const filter = query.filter ? compileCondition(query.filter, compiler) : raw('true')
  const keys = query.sort.map((key) => compileSortKey(key, compiler))
  const after = query.after ? sql` and ${afterCursor(query.sort, keys, query.after, source)}` : raw('')
  const offset = query.paged ? sql` offset ${parameters.offset}` : raw('')
  const permitted = access.collection(query.collection)
  const pageSource = permitted ? visibleSource(permitted, 's') : source
  const json = recordJson(access, query.shape, pageSource, { ...compiler, record: pageSource })
  const named = keys.map((key, i) => sql`, ${key} as ${identifier(`key ${i}`)}`)
  const limit = raw(String(query.limit))
  const lastKeys = keys.map((_, i) => sql`, (array_agg(${keyColumn('s', i)}))[${limit}]::text`)
  return compileSql(sql`
    select v.version, ${compileCount(access, query)} as count, f.*
    from ${currentVersion} as v
    left join lateral (
      select array_to_string((array_agg(${json}))[1:${limit}], ',') as items, count(*) as found${join(lastKeys, '')}
      from (
        select r.*${join(named, '')}
        from ${from}
        where ${filter}${after}
        order by ${join(orderBy(query.sort, keys), ', ')}
        limit ${raw(String(query.limit + 1))}${offset}
      ) as s
    ) as f on true`)
}

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
