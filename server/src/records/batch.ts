import { errors, type Fault, Problem } from '@plinth/schema'
import { createRecord } from './create-records.ts'
import { deleteRecord, deleteRecords } from './delete-records.ts'
import { inTransaction, type Operation, wakeReaders } from './operation.ts'
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

const members = new Set(['method', 'collection', 'id', 'body', 'filter', 'select', 'as', 'ifRev', 'expect'])

/**
 * Runs up to 1,000 operations on any collections in one transaction: all of them or none. Rules are checked operation by
 * operation, each seeing what earlier ones did. `{"$ref": "order.id"}` anywhere in an operation stands for a value of the
 * record that the operation named `order` answered.
 *
 * @throws Problem of the operation that failed, with its number in `operation` and paths that lead to it
 */
export async function runBatch(operation: Operation, body: unknown): Promise<string> {
  const steps = parseSteps(body)
  const results = await inTransaction(operation, async (inner) => {
    const named: Results = new Map()
    const answers: Result[] = []
    for (const [i, step] of steps.entries()) {
      const result = await runStep(inner, step, named).catch((error: unknown) => {
        throw locate(error, i, step)
      })
      if (step.as !== undefined) named.set(step.as, result.body === null ? null : JSON.parse(result.body))
      answers.push(result)
    }
    return answers
  })
  wakeReaders(operation)
  return `{"results":[${results.map(({ status, body: text }) => `{"status":${status},"body":${text ?? 'null'}}`).join(',')}]}`
}

async function runStep(operation: Operation, step: Step, named: Results): Promise<Result> {
  const resolve = (value: unknown, path: string): unknown => resolveReferences(value, named, path)
  const id = step.id === undefined ? undefined : asText(resolve(step.id, '/id'), '/id')
  const rev = step.ifRev === undefined ? null : asText(resolve(step.ifRev, '/ifRev'), '/ifRev')
  const body = resolve(step.body, '/body')
  return runs[step.method](operation, step, { id, rev, body })
}

interface Resolved {
  readonly id: string | undefined
  readonly rev: string | null
  readonly body: unknown
}

const runs: { readonly [M in Method]: (operation: Operation, step: Step, resolved: Resolved) => Promise<Result> } = {
  async get(operation, { collection, select }, { id }) {
    const parameters = new Map(select === undefined ? [] : [['select', select]])
    const { json } = await getRecord(operation, collection, needed(id, '/id'), parameters)
    return { status: 200, body: json }
  },
  async create(operation, { collection, select }, { body }) {
    const { json } = await createRecord(operation, collection, body, select)
    return { status: 201, body: json }
  },
  async update(operation, { collection, select, filter, expect }, { id, rev, body }) {
    if (filter !== undefined) return counted(await updateRecords(operation, collection, filter, body), expect)
    const { json } = await updateRecord(operation, collection, needed(id, '/id'), body, { select, rev })
    return { status: 200, body: json }
  },
  async replace(operation, { collection, select }, { id, rev, body }) {
    const { json, created } = await replaceRecord(operation, collection, needed(id, '/id'), body, { select, rev })
    return { status: created ? 201 : 200, body: json }
  },
  async delete(operation, { collection, filter, expect }, { id, rev }) {
    if (filter !== undefined) return counted(await deleteRecords(operation, collection, filter), expect)
    await deleteRecord(operation, collection, needed(id, '/id'), rev)
    return { status: 204, body: null }
  },
}

function counted(actual: number, expected: number | undefined): Result {
  if (expected !== undefined && actual !== expected) throw errors.unexpectedCount({ expected, actual })
  return { status: 200, body: JSON.stringify({ count: actual }) }
}

function needed(id: string | undefined, path: string): string {
  if (id !== undefined) return id
  throw errors.invalidBody({
    errors: [{ path, code: 'required', message: 'Say which record: give its id, or a filter for many.' }],
  })
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw errors.invalidBody({ errors: [{ path, code: 'type', message: 'Must be text, or {"$ref": …} to text.' }] })
}

/** The failing operation's own problem, with its place in the batch. Nothing of the batch was done. */
function locate(error: unknown, index: number, { as }: Step): unknown {
  if (!(error instanceof Problem)) return error
  const inBody = (path: string): string =>
    /^\/(id|ifRev|body)/.test(path) || !path.startsWith('/') ? path : `/body${path}`
  const faults = error.errors.map((fault) => ({
    ...fault,
    path: `/operations/${index}${fault.path.startsWith('/') ? inBody(fault.path) : `/${fault.path}`}`,
  }))
  return new Problem(error.status, error.code, `Operation ${index} failed, so nothing was done: ${error.message}`, {
    cause: error,
    errors: faults,
    extra: { ...error.extra, operation: index, ...(as !== undefined && { as }) },
  })
}

function parseSteps(body: unknown): readonly Step[] {
  if (!isObject(body) || !Array.isArray(body['operations']) || Object.keys(body).length !== 1) {
    throw invalid([fault('', 'type', 'Must be {"operations": [ … ]}.')])
  }
  const operations: readonly unknown[] = body['operations']
  if (operations.length > maxOperations) {
    throw invalid([fault('/operations', 'maxItems', `At most ${maxOperations} operations can go in one batch.`)])
  }
  const faults = operations.flatMap((step, i) => stepFaults(step, `/operations/${i}`))
  if (faults.length > 0) throw invalid(faults)
  // Checked member by member just above.
  return operations as readonly Step[]
}

function stepFaults(step: unknown, path: string): readonly Fault[] {
  if (!isObject(step)) return [fault(path, 'type', 'Must be an object.')]
  const { method, collection, id, filter } = step
  const texts = ['collection', 'filter', 'select', 'as'].filter(
    (name) => step[name] !== undefined && typeof step[name] !== 'string',
  )
  const isMany = method === 'update' || method === 'delete'
  return [
    ...Object.keys(step)
      .filter((name) => !members.has(name))
      .map((name) =>
        fault(
          `${path}/${name.slice(0, 100)}`,
          'unknownMember',
          `Is not part of an operation: ${[...members].join(', ')}.`,
        ),
      ),
    ...(typeof method === 'string' && Object.hasOwn(runs, method)
      ? []
      : [fault(`${path}/method`, 'enum', `Must be one of: ${Object.keys(runs).join(', ')}.`)]),
    ...(collection === undefined ? [fault(`${path}/collection`, 'required', 'Is required.')] : []),
    ...texts.map((name) => fault(`${path}/${name}`, 'type', 'Must be text.')),
    ...(filter !== undefined && (id !== undefined || !isMany)
      ? [fault(`${path}/filter`, 'conflict', 'Is for update and delete without an id.')]
      : []),
    ...(step['expect'] === undefined || (Number.isSafeInteger(step['expect']) && filter !== undefined)
      ? []
      : [fault(`${path}/expect`, 'type', 'Must be a whole number, next to a filter.')]),
    ...(step['as'] === undefined || /^[a-z][a-zA-Z0-9_]{0,62}$/.test(String(step['as']))
      ? []
      : [fault(`${path}/as`, 'pattern', 'Must be a name: letters, digits and _.')]),
  ]
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fault = (path: string, code: string, message: string): Fault => ({ path, code, message })
const invalid = (faults: readonly Fault[]): Problem => errors.invalidBody({ errors: faults })
