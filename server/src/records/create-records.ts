import { type CollectionModel, errors } from '@plinth/schema'
import { v7 as newId } from 'uuid'
import type { Access } from '../access/access.ts'
import { aliases } from '../query/compiler.ts'
import { compileInsertDiagnosis } from '../query/diagnose.ts'
import { compileInsert, type InsertQuery, planInsert } from '../query/insert.ts'
import type { Run } from '../query/run.ts'
import { compileGetMany } from '../query/select-one.ts'
import {
  findCollection,
  inTransaction,
  makeRun,
  type Operation,
  runOnce,
  runPlan,
  runWrite,
  wakeReaders,
  withAccess,
  writeKind,
} from './operation.ts'
import { type ParsedRecord, parseNewRecord } from './parse-record.ts'
import { type RecordText, shapeOf } from './read-records.ts'
import { refusedBy } from './refusal.ts'
import { writeProblem } from './write-error.ts'

export interface Written extends RecordText {
  readonly id: string
}

const maxRecords = 10_000

/** Creates one record: one statement, rules included. */
export async function createRecord(
  operation: Operation,
  name: string,
  body: unknown,
  select: string | undefined,
): Promise<Written> {
  return withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    const parsed = parseNewRecord(access, collection, body)
    const written = await insertRecord(operation, access, collection, parsed, select)
    wakeReaders(operation)
    return written
  })
}

export async function insertRecord(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  parsed: ParsedRecord,
  select: string | undefined,
): Promise<Written> {
  const given = parsed.assignments.map(({ field }) => field).filter((field) => field !== 'id')
  const id = idOf(parsed)
  const key = ['create', collection.name, select, given, parsed.many.map(({ field }) => field)]
  const { plan, query } = operation.deps.plans.planned(access, key, () => {
    const shape = answerShape(access, collection, select)
    const planned: InsertQuery = { collection, given, many: parsed.many, shape, bulk: false }
    return { query: planned, plan: operation.deps.plans.plan(compileInsert(access, planned), writeKind(select)) }
  })
  const run = makeRun(operation, { id, values: parsed.values })
  const [row] = await runWrite(operation, access, collection, plan, run).catch((error: unknown) => {
    throw writeProblem(error, { access, collection, action: 'create' })
  })
  if (!row?.[1]) throw await whyNotCreated(operation, access, query, run, new Map())
  return { id, json: row[2] ?? JSON.stringify({ id }), rev: row[3] ?? null }
}

/** Creates many records, all or nothing; answers them in the order they were given, as one JSON text. */
export async function createRecords(
  operation: Operation,
  name: string,
  bodies: readonly unknown[],
  select: string | undefined,
): Promise<string> {
  if (bodies.length > maxRecords)
    throw errors.badRequest({ reason: `At most ${maxRecords} records can be created at once.` })
  if (bodies.length === 0) return '{"items":[]}'
  const text = await withAccess(operation, async (access) => {
    const collection = findCollection(access, name)
    const records = bodies.map((body, i) => parseNewRecord(access, collection, body, `/${i}`))
    return inTransaction(operation, (inner) => insertAll(inner, access, collection, records, select))
  })
  wakeReaders(operation)
  return text
}

/** Written by one statement, read by another: only a later one sees the links of all records, and what they now lead to. */
async function insertAll(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  records: readonly ParsedRecord[],
  select: string | undefined,
): Promise<string> {
  const ids = records.map(idOf)
  const read = planAnswer(operation, access, collection, select)
  for (const group of groupsOf(access, records)) {
    await insertGroup(
      operation,
      access,
      collection,
      group.map((i) => records[i]).filter((record) => record !== undefined),
      group.map((i) => ids[i] ?? ''),
      group,
    )
  }
  const rows = read ? await runPlan(operation, access, read, makeRun(operation, { values: { ids } })) : []
  const answers = new Map(rows.map((row) => [row[1], row[2]]))
  return `{"items":[${ids.map((id) => answers.get(id) ?? JSON.stringify({ id })).join(',')}]}`
}

/**
 * The records' numbers, by the fields they give: a rule about a field is asked only of records that give it, as if each came
 * alone. An admin has no rules; one statement then lets records refer to each other in any order.
 */
export function groupsOf(access: Access, records: readonly ParsedRecord[]): readonly (readonly number[])[] {
  if (access.admin) return [[...records.keys()]]
  const fieldsOf = ({ assignments, many }: ParsedRecord) => [...assignments, ...many].map(({ field }) => field)
  const groups = Map.groupBy(records.keys(), (i) => (records[i] ? fieldsOf(records[i]).toSorted().join(' ') : ''))
  return [...groups.values()]
}

/** Inserts records that give the same fields. */
export async function insertGroup(
  operation: Operation,
  access: Access,
  collection: CollectionModel,
  records: readonly ParsedRecord[],
  ids: readonly string[],
  numbers: readonly number[],
): Promise<void> {
  const query = bulkQuery(collection, records)
  const key = ['createMany', collection.name, query.given, query.many.map(({ field }) => field)]
  const { plan } = operation.deps.plans.planned(access, key, () => ({
    plan: operation.deps.plans.plan(compileInsert(access, query)),
  }))
  const run = makeRun(operation, { values: { records: recordsText(collection, records, ids, query.given) } })
  const rows = await runPlan(operation, access, plan, run).catch((error: unknown) => {
    throw writeProblem(error, { access, collection, action: 'create' })
  })
  const written = new Set(rows.map((row) => row[1]))
  if (ids.every((id) => written.has(id))) return
  throw await whyNotCreated(operation, access, query, run, new Map(ids.map((id, i) => [id, `/${numbers[i]}`])))
}

function bulkQuery(collection: CollectionModel, records: readonly ParsedRecord[]): InsertQuery {
  const given = new Set(records.flatMap((record) => record.assignments.map(({ field }) => field)))
  given.delete('id')
  const many = new Map(records.flatMap((record) => record.many.map((each) => [each.field, each] as const)))
  // In one order, so that records that give the same fields share a plan.
  const sorted = [...many.values()].toSorted((a, b) => a.field.localeCompare(b.field, 'en'))
  return { collection, given: [...given].toSorted(), many: sorted, shape: null, bulk: true }
}

function planAnswer(operation: Operation, access: Access, collection: CollectionModel, select: string | undefined) {
  return operation.deps.plans.planned(access, ['getMany', collection.name, select], () => {
    const shape = answerShape(access, collection, select)
    return { plan: shape && operation.deps.plans.plan(compileGetMany(access, collection.name, shape)) }
  }).plan
}

export const idOf = ({ values }: ParsedRecord): string =>
  typeof values['id'] === 'string' ? values['id'].toLowerCase() : newId()

const answerShape = (access: Access, collection: CollectionModel, select: string | undefined) =>
  access.collection(collection.name)?.read === false ? null : shapeOf(access, collection.name, select)

/** One statement has one list of columns, so what a record leaves out gets its default here. */
export function recordsText(
  collection: CollectionModel,
  records: readonly ParsedRecord[],
  ids: readonly string[],
  given: readonly string[],
): string {
  const defaults = given.map((name) => [name, collection.fields.get(name)?.declared.default ?? null] as const)
  const objects = records.map(({ values }, i) => {
    const row = Object.fromEntries(
      [...defaults, ...Object.entries(values)].map(([name, value]) => [name, jsonValue(collection, name, value)]),
    )
    return { ...row, id: ids[i] }
  })
  return JSON.stringify(objects)
}

/** `json_to_recordset` reads JSON where the parameter of a single record is JSON text. */
const jsonValue = (collection: CollectionModel, name: string, value: unknown): unknown =>
  typeof value === 'string' && collection.fields.get(name)?.column?.sqlType === 'jsonb' ? JSON.parse(value) : value

async function whyNotCreated(
  operation: Operation,
  access: Access,
  query: InsertQuery,
  run: Run,
  paths: ReadonlyMap<string, string>,
): Promise<Error> {
  const { checks, input } = planInsert(access, query, aliases())
  const rows = await runOnce(operation, access, compileInsertDiagnosis(input, checks), run)
  for (const row of rows) {
    const failed = checks.filter((_, i) => row[i + 2] !== 't')
    const problem = refusedBy(failed, query.collection, 'create', paths.get(row[1] ?? ''))
    if (problem) return problem
  }
  return errors.conflict()
}
