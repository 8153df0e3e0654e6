import type { CollectionModel, PermissionModel, RuleModel } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import { expandRoles } from '../../access/expand-roles.ts'
import { type CompiledSql, compileSql, identifier, join, sql } from '../../database/sql.ts'
import type { Run, Sql } from '../../query/run.ts'
import { currentVersion } from '../../query/select-one.ts'
import type { WriteCheck } from '../../query/write-check.ts'
import { findCollection, makeRun, type Operation, runOnce, withAccess } from '../operation.ts'
import { askedActor } from './asked-actor.ts'
import { type ExplainRequest, parseExplainRequest } from './explain-request.ts'
import { type ExplainedPart, questionsAbout, type Questions } from './rule-tree.ts'
import { type Situation, situationOf } from './situation.ts'
import { type Outcome, tryOut } from './try-out.ts'

/** Why a request is allowed or refused, clause by clause. */
export interface Explanation {
  readonly allowed: boolean
  /** What the request itself would be answered; a write is tried in a transaction that is rolled back. */
  readonly answer: Outcome
  /** The actor's roles with all they inherit. */
  readonly roles: readonly string[]
  readonly permissions: readonly ExplainedPermission[]
  /** What a write must fulfil besides a permission. */
  readonly checks: readonly { readonly check: WriteCheck['kind']; readonly field?: string; readonly result: boolean }[]
  readonly fields: {
    readonly visible: readonly string[]
    readonly conditional: readonly string[]
    readonly hidden: readonly string[]
  }
  readonly sql: string
  readonly plan: readonly string[]
}

export interface ExplainedPermission {
  readonly role: string
  /** What the role states for the action: `true`, `false`, a rule's text, or null where it says nothing. */
  readonly states: boolean | string | null
  readonly result: boolean
  readonly rule?: ExplainedPart
}

/**
 * Answers "why was I refused?" for an actor, a collection, an action and a record or body. For admins only: it shows rules
 * and SQL.
 *
 * @throws Problem invalidBody, collectionNotFound
 */
export async function explain(operation: Operation, input: unknown): Promise<Explanation> {
  const request = parseExplainRequest(input)
  const actor = await askedActor(operation, request.actor)
  const asked: Operation = { ...operation, actor }
  const answer = await tryOut(asked, request)
  return withAccess(operation, async (admin) => {
    const collection = findCollection(admin, request.collection)
    const access = operation.deps.plans.access(admin.model, actor)
    const situation = situationOf(asked, access, collection, request)
    const run = makeRun(asked, situation.run)
    const { permissions, checks } = await askAll(
      operation,
      access,
      collection,
      request,
      situation,
      run,
      actor.userId !== null,
    )
    return {
      allowed: answer.status < 400,
      answer,
      roles: expandRoles(admin.model, actor.roles),
      permissions,
      checks,
      fields: fieldsFor(access, collection),
      sql: situation.statement.text,
      plan: await explainSql(operation, situation.statement, run),
    }
  })
}

async function askAll(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  request: ExplainRequest,
  situation: Situation,
  run: Run,
  hasUser: boolean,
): Promise<Pick<Explanation, 'permissions' | 'checks'>> {
  const rules = expandRoles(access.model, run.actor.roles).map((role) => {
    const permission = collection.permissions.get(role)
    const questions = questionsFor(permission, request.action, situation, hasUser)
    return { role, permission, questions }
  })
  const asked = situation.checks.filter((check) => check.kind !== 'version')
  const conditions = [
    ...asked.map((check) => check.condition),
    ...rules.flatMap(({ questions }) => questions?.conditions ?? []),
  ]
  const answers = await askConditions(operation, access, situation.from, conditions, run)
  let at = asked.length
  const permissions = rules.map(({ role, permission, questions }): ExplainedPermission => {
    const states = permission?.declared[request.action] ?? null
    if (!questions)
      return { role, states: role === 'admin' ? true : states, result: role === 'admin' || states === true }
    const from = at
    at += questions.conditions.length
    const rule = questions.present(answers.slice(from, at))
    return { role, states, result: rule.result && rule.before !== false, rule }
  })
  const checks = asked.map(({ kind, field }, i) => ({
    check: kind,
    ...(field !== null && { field }),
    result: answers[i] === true,
  }))
  return { permissions, checks }
}

function questionsFor(
  permission: PermissionModel | undefined,
  action: ExplainRequest['action'],
  { compiler, before }: Situation,
  hasUser: boolean,
): Questions | null {
  const rule: RuleModel | undefined = permission?.[action]
  const text = permission?.declared[action]
  if (rule === undefined || typeof rule === 'boolean' || typeof text !== 'string') return null
  return questionsAbout(rule, { text, hasUser, compiler, before })
}

/** Each condition true or false for the record in question; all false where there is no such record. */
async function askConditions(
  operation: Operation,
  access: Access,
  from: Sql | null,
  conditions: readonly Sql[],
  run: Run,
): Promise<readonly boolean[]> {
  if (from === null || conditions.length === 0) return conditions.map(() => false)
  const columns = conditions.map((condition, i) => sql`(${condition}) is true as ${identifier(`answer ${i}`)}`)
  const rows = sql`(select ${join(columns, ', ')} from ${from})`
  const [row = []] = await runOnce(
    operation,
    access,
    compileSql(sql`select v.version, d.* from ${currentVersion} as v left join ${rows} as d on true`),
    run,
  )
  return row.slice(1).map((answer) => answer === 't')
}

function fieldsFor(access: Access, collection: CollectionModel): Explanation['fields'] {
  const visible = access.collection(collection.name)?.visible ?? new Map<string, unknown>()
  const names = [...collection.fields.keys()]
  return {
    visible: names.filter((name) => visible.get(name) === true),
    conditional: names.filter((name) => visible.has(name) && visible.get(name) !== true),
    hidden: names.filter((name) => !visible.has(name)),
  }
}

/** PostgreSQL's plan for the request's statement; EXPLAIN does not run it. https://www.postgresql.org/docs/current/sql-explain.html */
async function explainSql(operation: Operation, statement: CompiledSql<Run>, run: Run): Promise<readonly string[]> {
  if (statement.text === '') return []
  const rows = await operation.session.run({ text: `explain ${statement.text}`, values: statement.values(run) })
  return rows.map((row) => row[0] ?? '')
}
