import type { Model } from '@plinth/schema'
import { type CompiledSql, compileSql, identifier, join, param, raw, sql } from '../database/sql.ts'
import type { Run, Sql } from './run.ts'
import { currentVersion } from './select-one.ts'
import { column } from './source.ts'
import type { Tables } from './tables.ts'
import { tablesAsOf } from './tables-as-of.ts'
import { serial } from './viewed-records.ts'
import type { Step, Way } from './ways.ts'

/** Above so many there is little to gain, and much to keep in mind. */
export const maxOrigins = 10_000

/** The run's value with the ids that the way of this number leads to. */
export const endsOf = (way: number): string => `ends${way}`

/**
 * From which records, or users, ways lead to certain ends, as the links were at the run's place `end` in the log: rows
 * `[version, number of the way, id]`. Null for the id where there are more of them on some step than is worth telling.
 *
 * @param ways each with at least one step
 */
export function compileOrigins(model: Model, ways: readonly Pick<Way, 'steps'>[]): CompiledSql<Run> {
  const tables = tablesAsOf('end')
  const walks = ways.map(({ steps }, way) => {
    const ends = param<Run>('uuid[]', (run) => run.values[endsOf(way)])
    const back = steps.toReversed()
    return back.map((step, i) => {
      const before = i === 0 ? sql`${ends}` : sql`array(select id from ${name(way, i - 1)})`
      return { way, at: name(way, i), isLast: i === back.length - 1, origins: originsOf(model, step, before, tables) }
    })
  })
  const stages = walks.flat()
  const withs = stages.map(({ at, origins }) => sql`${at} (id) as materialized (${origins} limit ${limit})`)
  const found = stages.map(({ way, at, isLast }) => {
    const tooMany = sql`select ${raw(`'${way}'`)} as way, null::uuid as id where (select count(*) from ${at}) > ${raw(String(maxOrigins))}`
    return isLast ? sql`select ${raw(`'${way}'`)} as way, id from ${at} union all ${tooMany}` : tooMany
  })
  return compileSql(sql`
    with ${join([tables.log, ...withs], ', ')}
    select v.version, f.way, f.id
    from ${currentVersion} as v ${serial}
    left join (${join(found, ' union all ')}) as f on true`)
}

const limit = raw(String(maxOrigins + 1))
const name = (way: number, stage: number): Sql => identifier(`W${way}.${stage}`)

/** The records from which a step leads to one of `ends`. An array keeps the tables' indexes in play. */
function originsOf(model: Model, step: Step, ends: Sql, tables: Tables): Sql {
  if (step.kind === 'many') {
    const [here, there] = step.from === 'source' ? ['source', 'target'] : ['target', 'source']
    const links = tables.links(step.collection, step.field)
    return sql`select ${column('l', here)} from ${links} as l where ${column('l', there)} = any(${ends})`
  }
  const [at, wanted, known] = step.kind === 'own' ? [step.collection, 'id', step.field] : [step.to, step.field, 'id']
  const collection = model.collections.get(at)
  if (collection === undefined) throw new Error(`The collection ${at} of a step is gone.`)
  return sql`select ${column('r', wanted)} from ${tables.of(collection)} as r where ${column('r', known)} = any(${ends}) and ${column('r', wanted)} is not null`
}
