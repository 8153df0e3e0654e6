import type { CollectionModel, RuleModel } from '@plinth/schema'
import type { Access, Grant } from '../access/access.ts'
import { identifier, join, type Param, raw, sql } from '../database/sql.ts'
import { compileCondition } from './compile-expression.ts'
import type { Compiler } from './compiler.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { column } from './source.ts'
import { isCurrent } from './select-one.ts'
import { tableReference } from './table-reference.ts'

/**
 * One thing that must hold for a write to happen. All of them stand in the write's own `where`; where nothing was written,
 * the same checks are asked one by one to say why, and `explain` shows them.
 */
export interface WriteCheck {
  readonly kind: 'version' | 'visible' | 'revision' | 'relation' | 'grant'
  /** The relation, or null. */
  readonly field: string | null
  readonly condition: Sql
}

export const allOf = (checks: readonly WriteCheck[]): Sql =>
  join(
    checks.map((check) => sql`(${check.condition})`),
    ' and ',
  )

/** A copy of the server with an older model must not write by it. */
export const versionCheck = (access: Access): WriteCheck => ({
  kind: 'version',
  field: null,
  condition: isCurrent(access),
})

export const ruleCondition = (rule: RuleModel, compiler: Compiler): Sql =>
  typeof rule === 'boolean' ? raw(String(rule)) : compileCondition(rule, compiler)

/** At least one grant as a whole allows the write. */
export function grantCheck(grants: readonly Grant[], compile: (grant: Grant) => Sql): WriteCheck {
  const conditions = grants.map((grant) => sql`(${compile(grant)})`)
  return {
    kind: 'grant',
    field: null,
    condition: conditions.length === 0 ? raw('false') : sql`(${join(conditions, ' or ')})`,
  }
}

/**
 * A relation may only be set to records the caller can read: else a foreign key would tell which hidden ids exist. A
 * user's own id is no secret to that user. For admins the foreign key itself is the check.
 */
export function relationCheck(
  access: Access,
  collection: CollectionModel,
  field: string,
  ids: Sql | Param<Run>,
  many: boolean,
  next: () => string,
): readonly WriteCheck[] {
  const to = collection.fields.get(field)?.relation?.to
  if (access.admin || to === undefined) return []
  const readable = access.collection(to)?.read !== false
  const alias = next()
  const visible = readable ? tableReference(access, to, alias, next).from : null
  const given = next()
  const id = column(given, 'id')
  const ownId = to === 'users' ? sql` or ${id} = ${parameters.userId}` : raw('')
  const seen = visible ? sql`exists (select 1 from ${visible} where ${column(alias, 'id')} = ${id})` : raw('false')
  const list = sql`(select ${many ? sql`unnest(${ids})` : ids} as id) as ${identifier(given)}`
  const condition = sql`not exists (select 1 from ${list} where ${id} is not null and (${seen}${ownId}) is not true)`
  return [{ kind: 'relation', field, condition }]
}

/** The condition under which a field exists for the granting role, and so can be written; `true` where it always does. */
export const readIfOf = (grant: Grant, field: string): RuleModel => grant.readIf.get(field) ?? true

/** A `writeIf` condition as far as this write gives the field; `true` where the grant does not restrict it. */
export const writeIfOf = (grant: Grant, field: string): RuleModel => grant.writeIf.get(field) ?? true
