import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, param, raw, sql } from '../database/sql.ts'
import { expressionLanguage } from './compile-expression.ts'
import { aliases, type Compiler } from './compiler.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import type { Shape } from './shape.ts'
import { column } from './source.ts'
import { presentTables, type Tables } from './tables.ts'
import { reachVisible, tableReference } from './table-reference.ts'

/** Each answer starts with the schema's version, so that a copy of the server with an older model notices. */
export const currentVersion: Sql = sql`(select plinth.schema_version() as version)`

/** The same as a condition, for statements that need not tell: under another version they do nothing, and answer no row. */
export const isCurrent = (access: Access): Sql => sql`plinth.schema_version() = ${raw(String(access.model.version))}`

/** One record by its id: a row `[version, json | null, rev]`. */
export function compileGet(access: Access, collection: string, shape: Shape): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, collection, 'r', next)
  const json = recordJson(access, shape, source, compilerFor(access, next, source))
  return compileSql(sql`
    select v.version, f.item, f.rev
    from ${currentVersion} as v
    left join lateral (select ${json} as item, ${column('r', 'rev')} as rev from ${from} where ${column('r', 'id')} = ${parameters.id}) as f on true`)
}

/** Several records by their ids: rows `[version, id | null, json]`, in no certain order. */
export function compileGetMany(access: Access, collection: string, shape: Shape): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, collection, 'r', next)
  const json = recordJson(access, shape, source, compilerFor(access, next, source))
  const ids = param<Run>('uuid[]', (run) => run.values['ids'])
  return compileSql(sql`
    select v.version, f.id, f.item
    from ${currentVersion} as v
    left join lateral (select ${column('r', 'id')} as id, ${json} as item from ${from} where ${column('r', 'id')} = any(${ids})) as f on true`)
}

/** A compiler for what a caller asks about its own view of the data. */
export const compilerFor = (
  access: Access,
  next: () => string,
  record: Compiler['record'],
  tables: Tables = presentTables,
): Compiler => ({
  model: access.model,
  record,
  old: null,
  reach: reachVisible(access, next, tables),
  tables,
  alias: next,
  language: expressionLanguage,
})
