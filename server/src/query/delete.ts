import type { CollectionModel, Expression } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, sql } from '../database/sql.ts'
import { aliases } from './compiler.ts'
import { parameters, type Run } from './run.ts'
import { ruleCompiler } from './table-reference.ts'
import { revisionOf, tableOf } from './tables.ts'
import { countWritten } from './update.ts'
import { answerWrite } from './write-answer.ts'
import { allOf, grantCheck, ruleCondition, versionCheck, type WriteCheck } from './write-check.ts'

export interface DeleteQuery {
  readonly collection: CollectionModel
  readonly expectsRev: boolean
}

/** What must hold for the row known as `t` to be deleted. */
export function planDelete(
  access: Access,
  { collection, expectsRev }: DeleteQuery,
  next: () => string,
): readonly WriteCheck[] {
  const compiler = ruleCompiler(access.model, collection, 't', next)
  const permitted = access.collection(collection.name)
  return [
    versionCheck(access),
    { kind: 'visible', field: null, condition: ruleCondition(permitted?.read ?? false, compiler) },
    ...(expectsRev
      ? [{ kind: 'revision', field: null, condition: sql`${revisionOf('t')} = ${parameters.rev}` } as const]
      : []),
    grantCheck(permitted?.grants('delete') ?? [], (grant) => ruleCondition(grant.rule, compiler)),
  ]
}

/** One record by id: a row `[version, id | null]`. */
export function compileDelete(access: Access, query: DeleteQuery): CompiledSql<Run> {
  const next = aliases()
  const checks = planDelete(access, query, next)
  const statement = sql`delete from ${tableOf(query.collection)} as t where t.id = ${parameters.id} and ${allOf(checks)}`
  return compileSql(answerWrite(access, query.collection.name, null, { statement, links: [], changes: [] }, next))
}

/** All records that match a filter: a row `[version, matched, deleted]`. */
export function compileDeleteMany(access: Access, query: DeleteQuery, filter: Expression): CompiledSql<Run> {
  const next = aliases()
  const checks = planDelete(access, query, next)
  const written = sql`written as (
    delete from ${tableOf(query.collection)} as t using matched as m where t.id = m.id and ${allOf(checks)} returning t.id)`
  return compileSql(countWritten(access, query.collection.name, filter, [written], next))
}
