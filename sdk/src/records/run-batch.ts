import type { CallOptions } from '../http/request-options.ts'
import type { Transport } from '../http/transport.ts'
import { withCollections } from '../with-collections.ts'
import { compileSelect } from './compile-select.ts'
import { filterOfMany } from './list-query.ts'
import { callOptions } from './list-records.ts'

type Members = Readonly<Record<string, unknown>>

interface Step {
  readonly operation: Record<string, unknown>
  /** What the caller gets of the result's body. */
  readonly read: (body: unknown) => unknown
}

/** Marks what an operation's handle is of. */
const number = Symbol('operation')

/** Runs what `build` plans in one transaction, and answers what it returns with results in place of operations. */
export async function runBatch(
  transport: Transport,
  build: (batch: object) => unknown,
  options: CallOptions,
): Promise<unknown> {
  const steps: Step[] = []
  const returned = build(withCollections({ collection: (name: string) => batchCollection(name, steps) }))
  if (returned instanceof Promise) throw new TypeError('A batch is planned at once: its function cannot be async.')
  const operations = steps.map(({ operation }) => operation)
  const answer = await transport.json('POST', '/api/batch', {
    ...callOptions(options),
    keyed: true,
    body: { operations },
  })
  // The server answers every batch in this shape.
  const { results } = answer as { readonly results: readonly { readonly body: unknown }[] }
  return resolve(
    returned,
    steps.map(({ read }, i) => read(results[i]?.body)),
  )
}

function batchCollection(collection: string, steps: Step[]) {
  const plan = (operation: Members, read: Step['read'] = (body) => body): object => {
    const step = { operation: { collection, ...operation }, read }
    steps.push(step)
    return handleOf(step.operation, steps.length - 1)
  }
  const chosen = ({ select, ifRev }: Members): Members => ({
    ...(select !== undefined && { select: compileSelect(select) }),
    ...(ifRev !== undefined && { ifRev }),
  })
  const ofMany = (method: string, where: unknown, { expect }: Members, more: Members): object =>
    plan(
      { method, filter: filterOfMany(where), ...more, ...(expect !== undefined && { expect }) },
      // Writes to many answer `{ "count": n }`.
      (body) => (body as { readonly count: number }).count,
    )
  return {
    get: (id: unknown, options: Members = {}) => plan({ method: 'get', id, ...chosen(options) }),
    create: (body: unknown, options: Members = {}) => plan({ method: 'create', body, ...chosen(options) }),
    update: (id: unknown, body: unknown, options: Members = {}) =>
      plan({ method: 'update', id, body, ...chosen(options) }),
    replace: (id: unknown, body: unknown, options: Members = {}) =>
      plan({ method: 'replace', id, body, ...chosen(options) }),
    delete: (id: unknown, options: Members = {}) => plan({ method: 'delete', id, ...chosen(options) }),
    updateMany: (where: unknown, body: unknown, options: Members = {}) => ofMany('update', where, options, { body }),
    deleteMany: (where: unknown, options: Members = {}) => ofMany('delete', where, options, {}),
  }
}

/** Each member is a reference to a value of the operation's answer, which has a name as soon as one is made. */
const handleOf = (operation: Record<string, unknown>, index: number): object =>
  new Proxy(
    { [number]: index },
    {
      get: (target, name) => {
        if (typeof name !== 'string' || name === 'then') return Reflect.get(target, name)
        operation['as'] ??= `o${index}`
        return { toJSON: () => ({ $ref: `o${index}.${name}` }) }
      },
    },
  )

function resolve(returned: unknown, results: readonly unknown[]): unknown {
  if (typeof returned !== 'object' || returned === null) return returned
  const index: unknown = Reflect.get(returned, number)
  if (typeof index === 'number') return results[index]
  if (Array.isArray(returned)) return returned.map((each) => resolve(each, results))
  return Object.fromEntries(Object.entries(returned).map(([name, each]) => [name, resolve(each, results)]))
}
