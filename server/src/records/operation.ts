import { type CollectionModel, errors, type Model, Problem } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import type { Actor } from '../access/actor.ts'
import { readVersion } from '../catalog/read-schema.ts'
import type { Database, Rows, Session, Statement } from '../database/database.ts'
import { maxAnswerBytes } from '../database/max-answer-bytes.ts'
import type { CompiledSql } from '../database/sql.ts'
import type { Run } from '../query/run.ts'
import type { KeyTurns } from './key-turns.ts'
import type { Plan, PlanCache } from './plan-cache.ts'
import type { TransferSlots } from './transfer/transfer-slots.ts'

/** What records need of the rest of the server. */
export interface RecordsDeps {
  readonly database: Database
  readonly catalog: { readonly model: Model; refresh(): Promise<Model> }
  readonly plans: PlanCache
  readonly transfers: TransferSlots
  readonly keyTurns: KeyTurns
  /** Called after each commit that may have written: readers of the change log look at once. */
  readonly wake: () => void
}

/** One request on records: who asks, and on which connection. */
export interface Operation {
  readonly deps: RecordsDeps
  /** The pool, or the transaction that a batch runs in. */
  readonly session: Session
  readonly actor: Actor
  readonly requestId: string
}

export const operationOf = (deps: RecordsDeps, actor: Actor, requestId: string): Operation => ({
  deps,
  session: deps.database,
  actor,
  requestId,
})

/** Thrown where a statement answered from a newer schema than it was compiled for. */
class StaleModel extends Error {}

const maxReloads = 5

/** What the actor may do under the schema that is in force now, for work that cannot be done again from its beginning. */
export const currentAccess = (operation: Operation): Promise<Access> =>
  withAccess(operation, async (access) => {
    await confirmAccess(operation, access)
    return access
  })

/** Makes sure that the schema is still the one that the access is of. */
export async function confirmAccess({ session }: Operation, access: Access): Promise<void> {
  if ((await readVersion(session)) !== access.model.version) throw new StaleModel('The schema has a newer version.')
}

/** A schema that changes during such work ends it. */
export const orConflict = (error: unknown): unknown =>
  error instanceof StaleModel ? errors.conflict({ cause: error }) : error

/** Does the work under the current schema, by what the actor may do. */
export async function withAccess<T>(operation: Operation, work: (access: Access) => Promise<T>): Promise<T> {
  const { catalog, plans } = operation.deps
  return withCurrentModel(operation, () => work(plans.access(catalog.model, operation.actor)))
}

/**
 * Does the work under the current schema. A copy of the server that has not yet heard of a newer version finds out by the
 * statement itself, reloads, and does the work again: a stale statement answers nothing and writes nothing. A transaction
 * that a statement has broken is done again as a whole, by whoever began it.
 */
export async function withCurrentModel<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
  const { catalog, database } = operation.deps
  for (let reloads = 0; ; reloads += 1) {
    const { version } = catalog.model
    try {
      return await work()
    } catch (error) {
      const mayRepeat = error instanceof StaleModel || operation.session === database
      if (!mayRepeat || reloads === maxReloads || !(await isStale(error, version, operation))) throw error
      await catalog.refresh()
    }
  }
}

/**
 * Whether an older schema than the current one is to blame. A missing table or column says so; a refusal may come from a
 * name or a rule that the newer schema has changed, so the version is asked for.
 */
async function isStale(error: unknown, version: number, { session }: Operation): Promise<boolean> {
  if (error instanceof StaleModel) return true
  if (error instanceof Problem) return error.status < 500 && (await readVersion(session)) > version
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '42P01' || code === '42703' || code === '42804' || code === '42883'
}

/**
 * Runs a plan and checks that it was made for the schema it met: the first column of every row is the version. Reads always
 * answer a row; a write under another version writes nothing and answers none.
 */
export const runPlan = (operation: Operation, access: Access, plan: Plan, run: Run): Promise<Rows> =>
  runVersioned(operation, access, statementOf(operation, plan, run))

/** The same for a plan that answers at least one row, but none under another version, and does not say which it met. */
export async function runCurrent(operation: Operation, plan: Plan, run: Run): Promise<Rows> {
  const rows = await operation.session.run(statementOf(operation, plan, run))
  if (rows.length === 0) throw new StaleModel('The schema has a newer version.')
  return rows
}

/** The same for what writes one record, which may share a transaction with writes of others. */
export const runWrite = (
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  plan: Plan,
  run: Run,
): Promise<Rows> =>
  runVersioned(operation, access, {
    ...statementOf(operation, plan, run),
    record: `${collection.name} ${run.id}`,
  })

const statementOf = (operation: Operation, plan: Plan, run: Run): Statement => ({
  text: plan.sql.text,
  name: plan.name(),
  values: plan.sql.values(run),
  maxBytes: maxAnswerBytes,
  pace: operation.session === operation.deps.database ? plan.pace : undefined,
})

/** The same for a statement that is no plan, such as the next rows of a cursor. */
export async function runVersioned({ session }: Operation, access: Access, statement: Statement): Promise<Rows> {
  const rows = await session.run(statement)
  const [first] = rows
  if (first && first[0] !== String(access.model.version)) throw new StaleModel('The schema has a newer version.')
  return rows
}

/**
 * Which writes may share a transaction. One that answers related records may answer so much that the connection has to be
 * cut, and nobody could say what became of the others.
 */
export const writeKind = (select: string | undefined): 'write' | undefined =>
  select === undefined ? 'write' : undefined

/** For statements that are needed once in a while, such as those that explain a refusal. */
export const runOnce = (operation: Operation, access: Access, sql: CompiledSql<Run>, run: Run): Promise<Rows> =>
  runPlan(operation, access, { sql, name: () => undefined }, run)

/** Runs the work in a transaction: the batch's own, or one for this work alone. */
export async function inTransaction<T>(operation: Operation, work: (inner: Operation) => Promise<T>): Promise<T> {
  const { database } = operation.deps
  if (operation.session !== database) return work(operation)
  return database.transaction((session) => work({ ...operation, session }))
}

/** Tells the change log's readers, unless a transaction is still open: who opened it tells them. */
export function wakeReaders({ deps, session }: Operation): void {
  if (session === deps.database) deps.wake()
}

export function makeRun({ actor, requestId }: Operation, inputs: Partial<Run> = {}): Run {
  return {
    actor,
    now: new Date().toISOString(),
    context: `${requestId} ${actor.kind}:${actor.id ?? ''}`,
    id: null,
    rev: null,
    values: noValues,
    limit: 0,
    offset: 0,
    after: noKeys,
    ...inputs,
  }
}

const noValues = {}
const noKeys: readonly string[] = []

/**
 * The collection, if it exists for the caller at all: who may do nothing with it cannot tell it from one that does not exist.
 *
 * @throws Problem collectionNotFound
 */
export function findCollection(access: Access, name: string): CollectionModel {
  const permitted = access.collection(name)
  const known = permitted && (permitted.read !== false || actions.some((action) => permitted.grants(action).length > 0))
  if (!known) throw errors.collectionNotFound({ collection: name.slice(0, 100) })
  return permitted.collection
}

const actions = ['create', 'update', 'delete'] as const

/** @throws Problem collectionNotFound */
export function findReadable(access: Access, name: string): CollectionModel {
  const collection = findCollection(access, name)
  if (access.collection(name)?.read === false) throw errors.collectionNotFound({ collection: name.slice(0, 100) })
  return collection
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id as PostgreSQL writes it. What is not an id names no record, so it is simply not found. */
export function recordId(collection: string, text: string): string {
  if (!uuid.test(text)) throw errors.recordNotFound({ id: text.slice(0, 100), collection })
  return text.toLowerCase()
}
