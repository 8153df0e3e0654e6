import { type CollectionModel, errors } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { checkFilter } from '../query/check-filter.ts'
import { aliases } from '../query/compiler.ts'
import {
  compileLock,
  compileLockMany,
  compileUpdate,
  compileUpdateMany,
  planUpdate,
  type UpdateQuery,
} from '../query/update.ts'
import type { Written } from './create-records.ts'
import {
  findCollection,
  inTransaction,
  makeRun,
  type Operation,
  recordId,
  runPlan,
  runWrite,
  wakeReaders,
  withAccess,
  writeKind,
} from './operation.ts'
import { type ParsedRecord, parseChanges } from './parse-record.ts'
import { shapeOf } from './read-records.ts'
import { refusal } from './refusal.ts'
import { writeProblem } from './write-error.ts'

export interface UpdateOptions {
  readonly select?: string | undefined
  /** The revision the caller expects; else 412. */
  readonly rev?: string | null | undefined
}

const maxTries = 3

/** Updates one record: one statement, rules included. */
export async function updateRecord(
  operation: Operation,
  name: string,
  id: string,
  body: unknown,
  options: UpdateOptions,
): Promise<Written> {
  return withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    const written = await applyChanges(
      operation,
      access,
      collection,
      recordId(name, id),
      parseChanges(access, collection, body),
      options,
    )
    wakeReaders(operation)
    return written
  })
}

/** @throws Problem recordNotFound, revisionMismatch, forbidden, invalidBody, notUnique */
export async function applyChanges(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  id: string,
  changes: ParsedRecord,
  options: UpdateOptions,
): Promise<Written> {
  if (changes.many.length === 0) return changeRecord(operation, access, collection, id, changes, options)
  // A statement sees join tables as they were when it began: so it must begin when the record is its alone.
  return inTransaction(operation, async (inner) => {
    await lockRecord(inner, access, collection, id)
    return changeRecord(inner, access, collection, id, changes, options)
  })
}

async function lockRecord(operation: Operation, access: Access, collection: CollectionModel, id: string) {
  const { plan } = operation.deps.plans.planned(access, ['lock', collection.name], () => ({
    plan: operation.deps.plans.plan(compileLock(collection)),
  }))
  await runPlan(operation, access, plan, makeRun(operation, { id }))
}

async function changeRecord(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  id: string,
  changes: ParsedRecord,
  options: UpdateOptions,
): Promise<Written> {
  const { plan, query } = planChanges(operation, access, collection, changes, options)
  const run = makeRun(operation, { id, rev: options.rev ?? null, values: changes.values })
  for (let tries = 1; ; tries += 1) {
    const [row] = await runWrite(operation, access, collection, plan, run).catch((error: unknown) => {
      throw writeProblem(error, { access, collection, action: 'update' })
    })
    if (row?.[1]) return { id, json: row[2] ?? JSON.stringify({ id }), rev: row[3] ?? null }
    const problem = await refusal(
      operation,
      access,
      collection,
      'update',
      planUpdate(access, query, aliases()).checks,
      run,
    )
    if (problem || tries === maxTries) throw problem ?? errors.conflict()
  }
}

function planChanges(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  changes: ParsedRecord,
  { select, rev }: UpdateOptions,
) {
  const expectsRev = rev !== null && rev !== undefined
  const key = ['update', collection.name, select, expectsRev, changesKey(changes)]
  return operation.deps.plans.planned(access, key, () => {
    const shape = access.collection(collection.name)?.read === false ? null : shapeOf(access, collection.name, select)
    const query: UpdateQuery = { collection, assignments: changes.assignments, many: changes.many, shape, expectsRev }
    return { query, plan: operation.deps.plans.plan(compileUpdate(access, query), writeKind(select)) }
  })
}

const changesKey = ({ assignments, many }: Omit<ParsedRecord, 'values'>): string =>
  [...assignments, ...many].map(({ field, kind }) => `${field}:${kind}`).join(' ')

/** Updates all records that match a filter, or none: answers how many. */
export async function updateRecords(
  operation: Operation,
  name: string,
  filter: string,
  body: unknown,
): Promise<number> {
  const count = await withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    const changes = parseChanges(access, collection, body)
    const { lock, plan } = planMany(operation, access, collection, filter, changes)
    return inTransaction(operation, async (inner) => {
      if (lock) await runPlan(inner, access, lock, makeRun(inner))
      const run = makeRun(inner, { values: changes.values })
      const [row] = await runPlan(inner, access, plan, run).catch((error: unknown) => {
        throw writeProblem(error, { access, collection, action: 'update' })
      })
      return countAll(row, collection, 'update')
    })
  })
  wakeReaders(operation)
  return count
}

function planMany(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  filter: string,
  { assignments, many }: ParsedRecord,
) {
  const { plans } = operation.deps
  return plans.planned(access, ['updateMany', collection.name, filter, changesKey({ assignments, many })], () => {
    const checked = checkFilter(access, collection.name, filter)
    const query: UpdateQuery = { collection, assignments, many, shape: null, expectsRev: false }
    // As for one record: links are seen as they were when a statement began, so the records must be its alone by then.
    const lock = many.length === 0 ? null : plans.plan(compileLockMany(access, collection.name, checked))
    return { lock, plan: plans.plan(compileUpdateMany(access, query, checked)) }
  })
}

/** All that matched must have been written; thrown inside the transaction, the refusal undoes the others. */
export function countAll(
  row: readonly (string | null)[] | undefined,
  collection: CollectionModel,
  action: 'update' | 'delete',
): number {
  const [matched, written] = [Number(row?.[1]), Number(row?.[2])]
  if (written === matched) return written
  throw errors.forbidden(
    { action, collection: collection.name },
    {
      extra: {
        matched,
        allowed: written,
        hint: 'Some of the matching records may not be written. Narrow the filter; nothing was done.',
      },
    },
  )
}
