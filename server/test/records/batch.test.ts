import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runBatch } from '../../src/records/batch.ts'
import { admin, type Fixture, guest, problemOf, recordsFixture, said, user } from './fixture.ts'

let f: Fixture
let ann: string
beforeAll(async () => {
  f = await recordsFixture({
    collections: {
      orders: {
        kind: 'table',
        fields: {
          number: { type: 'integer', unique: true },
          owner: { type: 'relation', to: 'users' },
          body: { type: 'text', maxLength: 5 },
          idea: { type: 'text', maxLength: 5 },
          open: { type: 'boolean', default: true },
        },
        permissions: {
          anonymous: { read: true, create: true },
          authenticated: { update: 'open = true', delete: 'open = false' },
        },
      },
      lines: {
        kind: 'table',
        fields: {
          order: { type: 'relation', to: 'orders', inverse: 'lines', onDelete: 'cascade' },
          amount: { type: 'decimal' },
          data: { type: 'json' },
        },
        permissions: { authenticated: { read: true, create: 'order.open = true' } },
      },
    },
  })
  ann = String((await f.create('users', { email: 'ann@example.org' }))['id'])
})
afterAll(() => f?.close())
beforeEach(() => f.database.run({ text: 'truncate public.orders, public.lines', values: [] }))

const run = async (operations: readonly unknown[], actor = admin) =>
  JSON.parse(await runBatch(f.as(actor), { operations })).results
const orders = async () => (await f.list('orders', { sort: 'number', select: 'number,open,body' })).items

it('answers each operation as it would be answered alone', async () => {
  const { id } = await f.create('orders', { number: 1 })
  const results = await run([
    { method: 'create', collection: 'orders', body: { number: 2 }, select: 'number' },
    { method: 'get', collection: 'orders', id, select: 'number' },
    { method: 'update', collection: 'orders', id, body: { body: 'x' }, select: 'body' },
    { method: 'replace', collection: 'orders', id, body: { number: 9 }, select: 'number,body' },
    {
      method: 'replace',
      collection: 'orders',
      id: '0190e000-0000-7000-8000-000000000001',
      body: { number: 3 },
      select: 'number',
    },
    { method: 'update', collection: 'orders', filter: 'number > 0', body: { open: false }, expect: 3 },
    { method: 'delete', collection: 'orders', id },
    { method: 'delete', collection: 'orders', filter: 'number < 3' },
  ])
  expect(results).toEqual([
    { status: 201, body: { number: 2 } },
    { status: 200, body: { number: 1 } },
    { status: 200, body: { body: 'x' } },
    { status: 200, body: { number: 9, body: null } },
    { status: 201, body: { number: 3 } },
    { status: 200, body: { count: 3 } },
    { status: 204, body: null },
    { status: 200, body: { count: 1 } },
  ])
  expect(await orders()).toEqual([{ number: 3, open: false, body: null }])
})

it('lets later operations refer to what earlier ones answered, along a chain', async () => {
  const results = await run([
    {
      method: 'create',
      collection: 'orders',
      as: 'order',
      body: { number: 1, body: 'a' },
      select: 'id,body,rev,lines(id)',
    },
    {
      method: 'create',
      collection: 'lines',
      as: 'line',
      body: { order: { $ref: 'order.id' }, amount: '1.50' },
      select: 'id,order(id,number)',
    },
    {
      method: 'get',
      collection: 'orders',
      id: { $ref: 'line.order.id' },
      as: 'again',
      select: 'id,number,lines(amount)',
    },
    {
      method: 'create',
      collection: 'lines',
      body: { data: { a: [{ $ref: 'again.lines.0.amount' }], b: { $ref: 'again.number' } } },
      select: 'data',
    },
    {
      method: 'update',
      collection: 'orders',
      id: { $ref: 'order.id' },
      ifRev: { $ref: 'order.rev' },
      body: { body: { $ref: 'order.body' } },
      select: 'body',
    },
  ])
  expect(results[3].body).toEqual({ data: { a: ['1.50'], b: 1 } })
  expect(results[4].body).toEqual({ body: 'a' })
})

it('does nothing at all when one operation fails, and says which', async () => {
  const problem = await problemOf(
    run([
      { method: 'create', collection: 'orders', body: { number: 1 } },
      { method: 'create', collection: 'orders', as: 'second', body: { number: 1 } },
    ]),
  )
  expect(said(problem)).toMatchObject({ status: 409, code: 'notUnique', extra: { operation: 1, as: 'second' } })
  expect(problem.message).toContain('Operation 1 failed, so nothing was done')
  expect(await orders()).toEqual([])
})

describe('names the place of a fault', () => {
  const none = '0190e000-0000-7000-8000-0000000000ff'
  const fine = { method: 'create', collection: 'orders', as: 'one', body: { number: 7 } }
  it.each([
    ['in a body', { method: 'create', collection: 'orders', body: { number: 'x' } }, '/operations/1/body/number'],
    [
      'in a field named body',
      { method: 'create', collection: 'orders', body: { body: 'too long' } },
      '/operations/1/body/body',
    ],
    [
      'in a field that begins like another word',
      { method: 'create', collection: 'orders', body: { idea: 'too long' } },
      '/operations/1/body/idea',
    ],
    ['in a body that is none', { method: 'create', collection: 'orders' }, '/operations/1/body'],
    ['in a filter', { method: 'delete', collection: 'orders', filter: 'nothing = 1' }, '/operations/1/filter'],
    [
      'in a reference',
      { method: 'create', collection: 'orders', body: { number: { $ref: 'two.number' } } },
      '/operations/1/body/number',
    ],
    [
      'in a reference to what the result lacks',
      { method: 'get', collection: 'orders', id: { $ref: 'one.nothing' } },
      '/operations/1/id',
    ],
    [
      'in a reference into a prototype',
      { method: 'get', collection: 'orders', id: { $ref: 'one.constructor.name' } },
      '/operations/1/id',
    ],
    ['in a reference that is no text', { method: 'get', collection: 'orders', id: { $ref: 5 } }, '/operations/1/id'],
    [
      'in an id that is no text',
      { method: 'get', collection: 'orders', id: { $ref: 'one.number' } },
      '/operations/1/id',
    ],
    ['in a relation', { method: 'create', collection: 'lines', body: { order: none } }, '/operations/1/body/order'],
  ])('%s', async (_, operation, path) => {
    const problem = await problemOf(run([fine, operation]))
    expect(said(problem)).toMatchObject({ status: 400, errors: [{ path }], extra: { operation: 1 } })
    expect(await orders()).toEqual([])
  })

  it.each([
    ['an unknown method', { method: 'drop', collection: 'orders' }, '/operations/1/method'],
    ['no method', { collection: 'orders' }, '/operations/1/method'],
    ['no collection', { method: 'get', id: none }, '/operations/1/collection'],
    ['no id', { method: 'get', collection: 'orders' }, '/operations/1/id'],
    ['neither id nor filter', { method: 'delete', collection: 'orders' }, '/operations/1/id'],
    ['both id and filter', { method: 'delete', collection: 'orders', id: none, filter: 'true' }, '/operations/1/id'],
    ['a filter for a get', { method: 'get', collection: 'orders', id: none, filter: 'true' }, '/operations/1/filter'],
    ['an id for a creation', { method: 'create', collection: 'orders', id: none, body: {} }, '/operations/1/id'],
    [
      'a revision that would be ignored',
      { method: 'delete', collection: 'orders', filter: 'true', ifRev: '1' },
      '/operations/1/ifRev',
    ],
    [
      'a count without a filter',
      { method: 'delete', collection: 'orders', id: none, expect: 1 },
      '/operations/1/expect',
    ],
    [
      'a count that is none',
      { method: 'delete', collection: 'orders', filter: 'true', expect: -1 },
      '/operations/1/expect',
    ],
    ['an unknown member', { method: 'get', collection: 'orders', id: none, 'a/b': 1 }, '/operations/1/a~1b'],
    ['a name that is none', { method: 'get', collection: 'orders', id: none, as: 'A b' }, '/operations/1/as'],
    ['a name twice', { method: 'get', collection: 'orders', id: none, as: 'one' }, '/operations/1/as'],
    ['no object', 5, '/operations/1'],
  ])('and runs nothing where an operation has %s', async (_, operation, path) => {
    const problem = await problemOf(run([fine, operation]))
    expect(said(problem)).toMatchObject({ status: 400, code: 'invalidBody', errors: [{ path }] })
    expect(await orders()).toEqual([])
  })

  it.each([[null], [[]], [{}], [{ operations: {} }], [{ operations: [], more: 1 }]])(
    'and takes no body like %j',
    async (body) => {
      expect(await problemOf(runBatch(f.as(admin), body))).toMatchObject({ status: 400, code: 'invalidBody' })
    },
  )
})

it('holds to the counts and revisions it is told to expect', async () => {
  const { id } = await f.create('orders', { number: 1 })
  const change = { method: 'update', collection: 'orders', filter: 'open = true', body: { body: 'x' } }
  const counted = await problemOf(run([{ ...change, expect: 2 }]))
  expect(said(counted)).toMatchObject({ status: 409, code: 'unexpectedCount', extra: { operation: 0 } })
  const revised = await problemOf(run([change, { method: 'delete', collection: 'orders', id, ifRev: '1' }]))
  expect(said(revised)).toMatchObject({ status: 412, code: 'revisionMismatch', extra: { operation: 1 } })
  expect(await orders()).toEqual([{ number: 1, open: true, body: null }])
})

it('asks rules operation by operation, each seeing what earlier ones did', async () => {
  const { id } = await f.create('orders', { number: 1 })
  const line = { method: 'create', collection: 'lines', body: { order: id } }
  const close = { method: 'update', collection: 'orders', id, body: { body: 'x' } }
  const actor = user(ann)
  expect(await run([line, close, line], actor)).toHaveLength(3)
  await run([{ method: 'update', collection: 'orders', id, body: { open: false } }])
  expect(said(await problemOf(run([line], actor)))).toMatchObject({ code: 'forbidden', extra: { operation: 0 } })
  const reopened = [
    { method: 'delete', collection: 'orders', id },
    { method: 'create', collection: 'orders', body: { id, number: 5 } },
    line,
  ]
  expect(await run(reopened, actor)).toHaveLength(3)
})

it('hides from each operation what the actor may not see', async () => {
  const { id } = await f.create('lines', { amount: '1' })
  const batch = [
    { method: 'create', collection: 'orders', body: {} },
    { method: 'get', collection: 'lines', id },
  ]
  expect(said(await problemOf(run(batch, guest)))).toMatchObject({
    code: 'collectionNotFound',
    extra: { operation: 1 },
  })
  expect(await orders()).toEqual([])
})

it('takes 1,000 operations and no more, and none at all', async () => {
  const operations = Array.from({ length: 1000 }, (_, number) => ({
    method: 'create',
    collection: 'orders',
    body: { number },
  }))
  expect(await run(operations)).toHaveLength(1000)
  expect(await orders()).toHaveLength(1000)
  expect(await problemOf(run([...operations, operations[0]]))).toMatchObject({
    code: 'invalidBody',
    errors: [{ path: '/operations', code: 'maxItems' }],
  })
  expect(await run([])).toEqual([])
})
