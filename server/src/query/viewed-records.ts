import type { Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, param, raw, replaceParams, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases } from './compiler.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { column } from './source.ts'
import { presentTables, type Tables } from './tables.ts'
import { tablesAsOf } from './tables-as-of.ts'
import { tableReference } from './table-reference.ts'

export interface ViewedRecords {
  readonly collection: string
  /** Only records that fit it. */
  readonly filter: Expression | null
  /** How they are shown; null where only those that can be seen are asked for. */
  readonly shape: Shape | null
  /** The run's value that names a place in the log: they are read as they were there. Now, without it. */
  readonly place?: string
}

/**
 * What users who have the same access see of certain records, all of them in one statement. The run's values `users` and
 * `ids` are two lists that belong together: which user asks for which record. Rows `[version, place in the lists, json]`,
 * in no certain order, for each that can be seen.
 */
export function compileViewed(access: Access, { collection, filter, shape, place }: ViewedRecords): CompiledSql<Run> {
  const next = aliases()
  const past = place === undefined ? null : tablesAsOf(place)
  const tables = past ?? presentTables
  const { from, source } = tableReference(access, collection, 'r', next, undefined, tables)
  const compiler = compilerFor(access, next, source, tables)
  const json = shape === null ? raw('null') : recordJson(access, shape, source, compiler)
  const fits = filter === null ? raw('true') : compileCondition(filter, compiler)
  const seen = replaceParams(
    sql`select ${json} as item from ${from} where ${column('r', 'id')} = "A"."record" and ${fits}`,
    new Map([[parameters.userId, sql`"A"."user"`]]),
  )
  return compileSql(sql`
    ${past === null ? raw('') : sql`with ${past.log}`}
    select v.version, f.n, f.item
    from ${currentVersion} as v ${serial}
    left join lateral (
      select "A"."n"::text as n, s.item
      from unnest(${users}, ${ids}) with ordinality as "A"("user", "record", "n")
      cross join lateral (${seen}) as s
    ) as f on true`)
}

/**
 * Which records came into what users see of a collection between two places in the log, which left it, and which of the
 * run's `ids` stayed: rows `[version, place of the user in "users", id, was seen, is seen]`. Compared are all records with
 * `whole`, else the run's `among`.
 */
export function compileMoves(
  access: Access,
  {
    collection,
    filter,
    whole,
  }: { readonly collection: string; readonly filter: Expression | null; readonly whole: boolean },
): CompiledSql<Run> {
  const next = aliases()
  const [start, end] = [tablesAsOf('start'), tablesAsOf('end')]
  const seenAt = (tables: Tables, was: boolean, is: boolean): Sql => {
    const alias = next()
    const { from, source } = tableReference(access, collection, alias, next, undefined, tables)
    const fits = filter === null ? raw('true') : compileCondition(filter, compilerFor(access, next, source, tables))
    const id = column(alias, 'id')
    const which = whole ? fits : sql`${id} = any(${among}) and ${fits}`
    return sql`select ${id} as id, ${raw(String(was))} as was, ${raw(String(is))} as "is" from ${from} where ${which}`
  }
  const seen = sql`${seenAt(start, true, false)} union all ${seenAt(end, false, true)}`
  const moves = replaceParams(
    sql`select s.id, bool_or(s.was) as was, bool_or(s."is") as "is" from (${seen}) as s group by s.id
      having bool_or(s.was) <> bool_or(s."is") or s.id = any(${ids})`,
    new Map([[parameters.userId, sql`"A"."user"`]]),
  )
  return compileSql(sql`
    with ${start.log}, ${end.log}
    select v.version, f.n, f.id, f.was, f."is"
    from ${currentVersion} as v ${serial}
    left join lateral (
      select "A"."n"::text as n, m.id, m.was, m."is"
      from unnest(${users}) with ordinality as "A"("user", "n")
      cross join lateral (${moves}) as m
    ) as f on true`)
}

const users = param<Run>('uuid[]', (run) => run.values['users'])
const ids = param<Run>('uuid[]', (run) => run.values['ids'])
const among = param<Run>('uuid[]', (run) => run.values['among'])

/** No plan with this has parallel workers: starting them takes longer than most batches, and they are many. */
export const serial = raw("cross join (select set_config('plinth.serial', 'on', true)) as w")
