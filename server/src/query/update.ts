import type { CollectionModel, Expression, RuleModel } from '@plinth/schema'
import type { Access, Grant } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, param, raw, sql } from '../database/sql.ts'
import { computedValue } from './compile-computed.ts'
import { compileCondition, expressionLanguage } from './compile-expression.ts'
import { aliases, type Compiler } from './compiler.ts'
import { bulkInput } from './insert.ts'
import { mentionedFields } from './mentioned-fields.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { column, rowSource, type Source } from './source.ts'
import { reachForRule, tableReference } from './table-reference.ts'
import { revisionOf, tableOf } from './tables.ts'
import { answerWrite, idsAfter, linkStatements, type ManyChange } from './write-answer.ts'
import {
  allOf,
  grantCheck,
  readIfOf,
  relationCheck,
  ruleCondition,
  versionCheck,
  type WriteCheck,
  writeIfOf,
} from './write-check.ts'

export interface Assignment {
  readonly field: string
  /** `increase` adds to the value that is there when the statement runs. */
  readonly kind: 'set' | 'increase'
}

export interface UpdateQuery {
  readonly collection: CollectionModel
  readonly assignments: readonly Assignment[]
  readonly many: readonly ManyChange[]
  readonly shape: Shape | null
  /** Whether the caller said which revision it expects. */
  readonly expectsRev: boolean
  /** Records that change in their own ways come as one JSON array, `values.records`, known as `i`. */
  readonly bulk?: true
}

/** The parts of an update that its statement, its diagnosis and `explain` share. */
export interface PlannedUpdate {
  readonly checks: readonly WriteCheck[]
  readonly assignments: readonly Sql[]
  readonly grants: readonly Grant[]
  readonly before: Compiler
  readonly after: Compiler
}

/**
 * Plans an update of the row known as `t`. The rule must hold for the old record, as the rule's own `@old` as well, and for
 * the new one: else a caller could take over a record by giving it away, or to itself.
 */
export function planUpdate(access: Access, query: UpdateQuery, next: () => string): PlannedUpdate {
  const { collection, many } = query
  const old = rowSource(collection, 't')
  const fresh = updatedSource(query, old, access, next)
  const shared = { model: access.model, reach: reachForRule(access.model), alias: next, language: expressionLanguage }
  const before: Compiler = { ...shared, record: old, old }
  const after: Compiler = { ...shared, record: fresh, old }
  const written = new Set([...query.assignments, ...many].map((each) => each.field))
  const grants = (access.collection(collection.name)?.grants('update') ?? []).filter((grant) =>
    [...written].every((field) => grant.writable.has(field)),
  )
  const read = access.collection(collection.name)?.read ?? false
  const checks: WriteCheck[] = [
    versionCheck(access),
    { kind: 'visible', field: null, condition: ruleCondition(read, before) },
    ...(query.expectsRev
      ? [{ kind: 'revision', field: null, condition: sql`${revisionOf('t')} = ${parameters.rev}` } as const]
      : []),
    ...query.assignments.flatMap(({ field }) =>
      relationCheck(access, collection, field, newIfChanged(field, old, fresh), false, next),
    ),
    ...many.flatMap(({ field, kind }) => relationCheck(access, collection, field, addedIds(field, kind), true, next)),
    grantCheck(grants, (grant) => grantCondition(grant, [...written], { before, after, old, fresh })),
  ]
  const assignments = query.assignments.map(({ field }) => sql`${identifier(field)} = ${fresh.value(field)}`)
  return { checks, assignments: [...assignments, sql`"updated" = ${parameters.now}`], grants, before, after }
}

/** One record by id, answered as the caller may read it. */
export function compileUpdate(access: Access, query: UpdateQuery): CompiledSql<Run> {
  const next = aliases()
  const { checks, assignments } = planUpdate(access, query, next)
  const statement = sql`
    update ${tableOf(query.collection)} as t set ${join(assignments, ', ')}
    where t.id = ${parameters.id} and ${allOf(checks)}`
  const links = linkStatements(query.collection.name, query.many, 'written', false)
  const write = { statement, links, changes: query.many }
  return compileSql(answerWrite(access, query.collection.name, query.shape, write, next))
}

/** Many records by id, each with values of its own: rows `[version, id, …]` of those that were changed. */
export function compileUpdateRows(access: Access, query: UpdateQuery): CompiledSql<Run> {
  const next = aliases()
  const { checks, assignments } = planUpdate(access, query, next)
  const given = query.assignments.map(({ field }) => field)
  const statement = sql`
    update ${tableOf(query.collection)} as t set ${join(assignments, ', ')}
    from ${bulkInput(query.collection, given, [])}
    where t.id = i.id and ${allOf(checks)}`
  return compileSql(answerWrite(access, query.collection.name, null, { statement, links: [], changes: [] }, next))
}

/** Waits until nobody else writes one record, and keeps it until the transaction ends. */
export const compileLock = (collection: CollectionModel): CompiledSql<Run> =>
  compileSql(sql`
    select v.version, f.id
    from ${currentVersion} as v
    left join lateral (select t.id from ${tableOf(collection)} as t where t.id = ${parameters.id} for no key update) as f on true`)

/**
 * All records that match a filter: a row `[version, matched, changed]`. The checks stand beside the match as well, so that
 * a row changed meanwhile is judged as it is when it is written; the caller undoes all if not every match was changed.
 */
export function compileUpdateMany(access: Access, query: UpdateQuery, filter: Expression): CompiledSql<Run> {
  const next = aliases()
  const { checks, assignments } = planUpdate(access, query, next)
  const written = sql`written as (
    update ${tableOf(query.collection)} as t set ${join(assignments, ', ')} from matched as m
    where t.id = m.id and ${allOf(checks)} returning t.id)`
  const links = linkStatements(query.collection.name, query.many, 'written', false)
  return compileSql(countWritten(access, query.collection.name, filter, [written, ...links], next))
}

/**
 * Rows `[version, matched, written]` for writes to all records that match the caller's filter. They are locked as they are
 * matched, so that the filter holds for each as it is when it is written: of two that claim the same records, one gets them.
 */
export function countWritten(
  access: Access,
  collection: string,
  filter: Expression,
  ctes: readonly Sql[],
  next: () => string,
): Sql {
  return sql`
    with ${join([lockMatching(access, collection, filter, next), ...ctes], ', ')}
    select v.version, (select count(*) from matched), (select count(*) from written), set_config('plinth.context', ${parameters.context}, true)
    from ${currentVersion} as v`
}

function lockMatching(access: Access, collection: string, filter: Expression, next: () => string): Sql {
  const { from, source } = tableReference(access, collection, 'r', next)
  const condition = compileCondition(filter, compilerFor(access, next, source))
  return sql`matched as materialized (
    select ${column('r', 'id')} as id from ${from} where ${condition} order by ${column('r', 'id')} for update of r)`
}

/** Waits until nobody else writes any record that matches, and keeps them until the transaction ends. */
export function compileLockMany(access: Access, collection: string, filter: Expression): CompiledSql<Run> {
  const matched = lockMatching(access, collection, filter, aliases())
  return compileSql(sql`with ${matched} select v.version, (select count(*) from matched) from ${currentVersion} as v`)
}

/** The record as it will be: what is written, and what stays. */
function updatedSource(query: UpdateQuery, old: Source, access: Access, next: () => string): Source {
  const kinds = new Map(query.assignments.map(({ field, kind }) => [field, kind]))
  const source: Source = {
    ...old,
    value(field) {
      const model = query.collection.fields.get(field)
      const kind = kinds.get(field)
      if (field === 'updated') return sql`${parameters.now}`
      const computed = model && computedValue(access.model, model, source, next)
      if (computed) return computed
      if (kind === undefined) return old.value(field)
      if (query.bulk) return column('i', field)
      const type = model?.column?.sqlType ?? 'text'
      if (kind === 'set') return sql`${param<Run>(type, (run) => run.values[field] ?? null)}`
      return sql`(coalesce(${old.value(field)}, 0) + ${param<Run>(type, (run) => run.values[`${field}+`] ?? null)})`
    },
    manyIds(field) {
      const change = query.many.find((each) => each.field === field)
      return change ? idsAfter(query.collection.name, change, old.value('id')) : null
    },
  }
  return source
}

/** Only a relation that changes is checked: a record that points to something hidden may still be edited otherwise. */
const newIfChanged = (field: string, old: Source, fresh: Source): Sql =>
  sql`case when ${fresh.value(field)} is distinct from ${old.value(field)} then ${fresh.value(field)} end`

const addedIds = (field: string, kind: ManyChange['kind']) =>
  param<Run>('uuid[]', (run) => run.values[kind === 'set' ? field : `+${field}`] ?? [])

interface Sides {
  readonly before: Compiler
  readonly after: Compiler
  readonly old: Source
  readonly fresh: Source
}

function grantCondition(grant: Grant, written: readonly string[], sides: Sides): Sql {
  const rule = onBothSides(grant.rule, written, sides)
  const fields = written.flatMap((field) => [
    ...existing(grant, field, sides),
    ...writable(grant, field, written, sides),
  ])
  return join([rule, ...fields], ' and ')
}

/** A field that is hidden on the old record cannot be written, not even with the value it has: that would tell the value. */
function existing(grant: Grant, field: string, { before }: Sides): readonly Sql[] {
  const condition = readIfOf(grant, field)
  return condition === true ? [] : [sql`(${ruleCondition(condition, before)})`]
}

function writable(grant: Grant, field: string, written: readonly string[], sides: Sides): readonly Sql[] {
  const condition = writeIfOf(grant, field)
  if (condition === true) return []
  return [sql`(${unchanged(field, sides)} or (${onBothSides(condition, written, sides)}))`]
}

/** A rule that looks at nothing the update writes says the same of both records. */
function onBothSides(rule: RuleModel, written: readonly string[], { before, after }: Sides): Sql {
  if (typeof rule === 'boolean') return raw(String(rule))
  const fields = mentionedFields(rule)
  const computed = [...fields].some((field) => before.record?.collection.fields.get(field)?.computed)
  const touched = fields.has('*') || fields.has('updated') || computed || written.some((field) => fields.has(field))
  if (!touched) return compileCondition(rule, before)
  return sql`(${compileCondition(rule, before)}) and (${compileCondition(rule, after)})`
}

function unchanged(field: string, { old, fresh }: Sides): Sql {
  if (old.collection.fields.get(field)?.column === null) return raw('false')
  return sql`${fresh.value(field)} is not distinct from ${old.value(field)}`
}
