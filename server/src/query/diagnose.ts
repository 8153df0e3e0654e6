import { type CompiledSql, compileSql, identifier, join, sql } from '../database/sql.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { currentVersion } from './select-one.ts'
import { revisionOf, tableOf } from './tables.ts'
import type { CollectionModel } from '@plinth/schema'
import type { WriteCheck } from './write-check.ts'

/** Asks the checks of a write one by one: a row `[version, rev | null, …true or false]`; rev is null where there is no such record. */
export function compileDiagnosis(collection: CollectionModel, checks: readonly WriteCheck[]): CompiledSql<Run> {
  const row = sql`(select ${revisionOf('t')} as rev, ${asked(checks)} from ${tableOf(collection)} as t where t.id = ${parameters.id})`
  return compileSql(sql`select v.version, d.* from ${currentVersion} as v left join ${row} as d on true`)
}

/** The same for records that do not exist yet, one row for each. */
export function compileInsertDiagnosis(input: Sql, checks: readonly WriteCheck[]): CompiledSql<Run> {
  const rows = sql`(select i.id::text as rev, ${asked(checks)} from ${input})`
  return compileSql(sql`select v.version, d.* from ${currentVersion} as v left join ${rows} as d on true`)
}

const asked = (checks: readonly WriteCheck[]): Sql =>
  join(
    checks.map((check, i) => sql`(${check.condition}) is true as ${identifier(`check ${i}`)}`),
    ', ',
  )
