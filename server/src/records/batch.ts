import { errors, type Fault, Problem } from '@plinth/schema'
import { createRecord } from './create-records.ts'
import { deleteRecord, deleteRecords } from './delete-records.ts'
import { maxAnswerBytes } from '../database/max-answer-bytes.ts'
import { inTransaction, type Operation, wakeReaders, withCurrentModel } from './operation.ts'
import { getRecord } from './read-records.ts'
import { replaceRecord } from './replace-record.ts'
import { resolveReferences, type Results } from './references.ts'
import { updateRecord, updateRecords } from './update-records.ts'

const maxOperations = 1_000

/** One operation of a batch, as it came. */
interface Step {
  readonly method: Method
  readonly collection: string
  readonly id?: unknown
  readonly body?: unknown
  readonly filter?: string
  readonly select?: string
  /** The name under which later operations refer to this one's record. */
  readonly as?: string
  readonly ifRev?: unknown
  /** How many records a write to all that match must affect. */
  readonly expect?: number
}

interface Result {
  readonly status: number
  /** JSON text. */
  readonly body: string | null
}

type Method = 'get' | 'create' | 'update' | 'replace' | 'delete'
type Members = Readonly<Record<string, unknown>>

const one = ['method', 'collection', 'id', 'as']
/** What an operation may state: what would have no effect is refused, so that nobody relies on it. */
const members: { readonly [M in Method | 'updateMany' | 'deleteMany']: readonly string[] } = {
  get: [...one, 'select'],
  create: ['method', 'collection', 'as', 'body', 'select'],
  update: [...one, 'body', 'select', 'ifRev'],
  updateMany: ['method', 'collection', 'as', 'filter', 'body', 'expect'],
  replace: [...one, 'body', 'select', 'ifRev'],
  delete: [...one, 'ifRev'],
  deleteMany: ['method', 'collection', 'as', 'filter', 'expect'],
}

/**
 * Runs up to 1,000 operations on any collections in one transaction: all of them or none. Rules are checked operation by
 * operation, each seeing what earlier ones did. `{"$ref": "order.id"}` anywhere in the `id`, `ifRev` or `body` of an
 * operation stands for a value of the record that the operation named `order` answered.
 *
 * @throws Problem of the operation that failed, with its number in `operation` and paths that lead to it
 */
export async function runBatch(operation: Operation, body: unknown): Promise<string> {
  const steps = parseSteps(body)
  const results = await withCurrentModel(operation, () => inTransaction(operation, (inner) => runSteps(inner, steps)))
  wakeReaders(operation)
  return `{"results":[${results.map(({ status, body: text }) => `{"status":${status},"body":${text ?? 'null'}}`).join(',')}]}`
}

async function runSteps(operation: Operation, steps: readonly Step[]): Promise<readonly Result[]> {
  const named: Results = { byName: new Map(), referred: 0 }
  const results: Result[] = []
  let size = 0
  for (const [i, step] of steps.entries()) {
    const resolved = await located(i, step, asIs, async () => resolve(step, named))
    const result = await located(i, step, inBody, () => runs[step.method](operation, step, resolved))
    if (step.as !== undefined) named.byName.set(step.as, result.body === null ? null : JSON.parse(result.body))
    size += result.body?.length ?? 0
    if (size > maxAnswerBytes) throw errors.answerTooLarge({ limit: maxAnswerBytes })
    results.push(result)
  }
  return results
}

function resolve(step: Step, named: Results): Resolved {
  const resolved = (value: unknown, path: string): unknown => resolveReferences(value, named, path)
  return {
    id: step.id === undefined ? undefined : asText(resolved(step.id, '/id'), '/id'),
    rev: step.ifRev === undefined ? null : asText(resolved(step.ifRev, '/ifRev'), '/ifRev'),
    body: resolved(step.body, '/body'),
  }
}

interface Resolved {
  /** Every method that needs one has one: `stepFaults` saw to it. */
  readonly id: string | undefined
  readonly rev: string | null
  readonly body: unknown
}

const runs: { readonly [M in Method]: (operation: Operation, step: Step, resolved: Resolved) => Promise<Result> } = {
  async get(operation, { collection, select }, { id }) {
    const parameters = new Map(select === undefined ? [] : [['select', select]])
    const { json } = await getRecord(operation, collection, id ?? '', parameters)
    return { status: 200, body: json }
  },
  async create(operation, { collection, select }, { body }) {
    const { json } = await createRecord(operation, collection, body, select)
    return { status: 201, body: json }
  },
  async update(operation, { collection, select, filter, expect }, { id, rev, body }) {
    if (filter !== undefined) return counted(await updateRecords(operation, collection, filter, body), expect)
    const { json } = await updateRecord(operation, collection, id ?? '', body, { select, rev })
    return { status: 200, body: json }
  },
  async replace(operation, { collection, select }, { id, rev, body }) {
    const { json, created } = await replaceRecord(operation, collection, id ?? '', body, { select, rev })
    return { status: created ? 201 : 200, body: json }
  },
  async delete(operation, { collection, filter, expect }, { id, rev }) {
    if (filter !== undefined) return counted(await deleteRecords(operation, collection, filter), expect)
    await deleteRecord(operation, collection, id ?? '', rev)
    return { status: 204, body: null }
  },
}

function counted(actual: number, expected: number | undefined): Result {
  if (expected !== undefined && actual !== expected) throw errors.unexpectedCount({ expected, actual })
  return { status: 200, body: JSON.stringify({ count: actual }) }
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw errors.invalidBody({ errors: [{ path, code: 'type', message: 'Must be text, or {"$ref": …} to text.' }] })
}

const asIs = (path: string): string => path
/** A fault that an operation finds is in its body, or in the parameter it names. */
const inBody = (path: string): string => (path === '' || path.startsWith('/') ? `/body${path}` : `/${path}`)

/** Runs one operation's part; its problem says where in the batch it happened. Nothing of the batch was done then. */
async function located<T>(
  index: number,
  { as }: Step,
  placed: (path: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.status, error.code, `Operation ${index} failed, so nothing was done: ${error.message}`, {
      cause: error,
      errors: error.errors.map((each) => ({ ...each, path: `/operations/${index}${placed(each.path)}` })),
      extra: { ...error.extra, operation: index, ...(as !== undefined && { as }) },
    })
  }
}

function parseSteps(body: unknown): readonly Step[] {
  if (!isObject(body) || !Array.isArray(body['operations']) || Object.keys(body).length !== 1) {
    throw invalid([fault('', 'type', 'Must be {"operations": [ … ]}.')])
  }
  const operations: readonly unknown[] = body['operations']
  if (operations.length > maxOperations) {
    throw invalid([fault('/operations', 'maxItems', `At most ${maxOperations} operations can go in one batch.`)])
  }
  const faults = [
    ...operations.flatMap((step, i) => stepFaults(step, `/operations/${i}`)),
    ...repeatedNames(operations).map((i) =>
      fault(`/operations/${i}/as`, 'repeated', 'Another operation has this name.'),
    ),
  ]
  if (faults.length > 0) throw invalid(faults)
  // Checked member by member just above.
  return operations as readonly Step[]
}

function repeatedNames(operations: readonly unknown[]): readonly number[] {
  const names = operations.map((step) => (isObject(step) ? step['as'] : undefined))
  return names.flatMap((name, i) => (name !== undefined && names.indexOf(name) < i ? [i] : []))
}

function stepFaults(step: unknown, path: string): readonly Fault[] {
  if (!isObject(step)) return [fault(path, 'type', 'Must be an object.')]
  const { method } = step
  if (!isMethod(method)) return [fault(`${path}/method`, 'enum', `Must be one of: ${Object.keys(runs).join(', ')}.`)]
  const isOfMany = step['filter'] !== undefined && (method === 'update' || method === 'delete')
  const allowed = members[isOfMany ? manyOf[method] : method]
  const found = (name: string, isFine: (value: unknown) => boolean, code: string, message: string): readonly Fault[] =>
    step[name] === undefined || isFine(step[name]) ? [] : [fault(`${path}/${name}`, code, message)]
  return [
    ...Object.keys(step)
      .filter((name) => !allowed.includes(name))
      .map((name) =>
        fault(`${path}/${pointer(name)}`, 'unknownMember', `Has no effect here. Possible: ${allowed.join(', ')}.`),
      ),
    ...(step['collection'] === undefined ? [fault(`${path}/collection`, 'required', 'Is required.')] : []),
    ...(allowed.includes('id') && step['id'] === undefined
      ? [fault(`${path}/id`, 'required', 'Say which record: give its id, or to update or delete many a filter.')]
      : []),
    ...['collection', 'filter', 'select'].flatMap((name) => found(name, isText, 'type', 'Must be text.')),
    ...found('expect', isCount, 'type', 'Must be a whole number.'),
    ...found('as', isName, 'pattern', 'Must be a name: a small letter, then letters, digits and _.'),
  ]
}

const manyOf = { update: 'updateMany', delete: 'deleteMany' } as const
const isMethod = (value: unknown): value is Method => typeof value === 'string' && Object.hasOwn(runs, value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isName = (value: unknown): boolean => typeof value === 'string' && /^[a-z][a-zA-Z0-9_]{0,62}$/.test(value)
const pointer = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fault = (path: string, code: string, message: string): Fault => ({ path, code, message })
const invalid = (faults: readonly Fault[]): Problem => errors.invalidBody({ errors: faults })
