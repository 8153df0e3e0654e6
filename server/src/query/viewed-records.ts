import type { Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, param, raw, replaceParams, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases } from './compiler.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { column } from './source.ts'
import { tableReference } from './table-reference.ts'

export interface ViewedRecords {
  readonly collection: string
  /** Only records that fit it. */
  readonly filter: Expression | null
  /** How they are shown; null where only those that can be seen are asked for. */
  readonly shape: Shape | null
}

/**
 * What users who have the same access see of certain records, all of them in one statement. The run's values `users` and
 * `ids` are two lists that belong together: which user asks for which record. Rows `[version, place in the lists, json]`,
 * in no certain order, for each that can be seen.
 */
export function compileViewed(access: Access, { collection, filter, shape }: ViewedRecords): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, collection, 'r', next)
  const compiler = compilerFor(access, next, source)
  const json = shape === null ? raw('null') : recordJson(access, shape, source, compiler)
  const fits = filter === null ? raw('true') : compileCondition(filter, compiler)
  const seen = replaceParams(
    sql`select ${json} as item from ${from} where ${column('r', 'id')} = "A"."record" and ${fits}`,
    new Map([[parameters.userId, sql`"A"."user"`]]),
  )
  return compileSql(sql`
    select v.version, f.n, f.item
    from ${currentVersion} as v
    left join lateral (
      select "A"."n"::text as n, s.item
      from unnest(${users}, ${ids}) with ordinality as "A"("user", "record", "n")
      cross join lateral (${seen}) as s
    ) as f on true`)
}

const users = param<Run>('uuid[]', (run) => run.values['users'])
const ids = param<Run>('uuid[]', (run) => run.values['ids'])
