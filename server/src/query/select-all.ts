import type { Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, raw, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases } from './compiler.ts'
import { recordTexts, selectRecords } from './record-json.ts'
import type { Run } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { compileSortKey, orderBy, type SortKey } from './sort.ts'
import { tableReference, visibleSource } from './table-reference.ts'

export interface AllQuery {
  readonly collection: string
  readonly shape: Shape
  readonly filter: Expression | null
  readonly sort: readonly SortKey[]
  /** Each record as one JSON text, or as a text for each member of the shape. */
  readonly as: 'json' | 'texts'
}

/**
 * All records that match, for a cursor: rows `[version, json | null]`, or `[version, id | null, …texts]`, where the second
 * column is null if there are none. As a list, without an end.
 */
export function compileAll(access: Access, query: AllQuery): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, query.collection, 'r', next)
  const compiler = compilerFor(access, next, source)
  const filter = query.filter ? compileCondition(query.filter, compiler) : raw('true')
  const keys = query.sort.map((key) => compileSortKey(key, compiler))
  const rows = sql`from (
        select r.*
        from ${from}
        where ${filter}
        order by ${join(orderBy(query.sort, keys), ', ')}
      ) as s`
  const permitted = access.collection(query.collection)
  const rowSource = permitted ? visibleSource(permitted, 's') : source
  const inner = { ...compiler, record: rowSource }
  const texts = (): readonly ReturnType<typeof sql<Run>>[] =>
    recordTexts(access, query.shape, rowSource, inner).map((text, i) => sql`, ${text} as ${identifier(`text ${i}`)}`)
  const records =
    query.as === 'json'
      ? selectRecords(access, query.shape, rowSource, inner, rows)
      : sql`select true as "there"${join(texts(), '')} ${rows}`
  return compileSql(sql`
    select v.version, f.*
    from ${currentVersion} as v
    left join lateral (
      ${records}
    ) as f on true`)
}
