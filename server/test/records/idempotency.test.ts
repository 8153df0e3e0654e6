import { errors, type Problem } from '@plinth/schema'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/access/actor.ts'
import { type Answer, ok } from '../../src/records/answer.ts'
import { runBatch } from '../../src/records/batch.ts'
import { createRecord } from '../../src/records/create-records.ts'
import { type IdempotentRequest, onceForKey } from '../../src/records/idempotency.ts'
import { KeyTurns } from '../../src/records/key-turns.ts'
import { type Operation, operationOf } from '../../src/records/operation.ts'
import { updateRecord } from '../../src/records/update-records.ts'
import { admin, apiKey, type Fixture, guest, problemOf, recordsFixture } from './fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    collections: {
      orders: {
        kind: 'table',
        fields: { number: { type: 'integer', unique: true }, note: { type: 'text' } },
        permissions: { anonymous: { create: true } },
      },
    },
  })
})
afterAll(() => f?.close())
beforeEach(async () => {
  await f.database.run({ text: 'truncate public.orders, plinth.idempotency_keys', values: [] })
  runs = 0
})

const request = (key: string, body = '{}', network = 'home'): IdempotentRequest => ({
  key,
  method: 'POST',
  target: '/api/records/orders',
  body,
  network,
})
const present = (problem: Problem): Answer => ({
  status: problem.status,
  headers: {},
  body: JSON.stringify({ code: problem.code }),
})

/** Another copy of the server on the same database: the two see each other there alone. */
const anotherCopy = (): Operation => operationOf({ ...f.deps, keyTurns: new KeyTurns() }, admin, 'test')

let runs = 0
const create =
  (body: unknown, before: () => Promise<unknown> = async () => {}) =>
  async (operation: Operation): Promise<Answer> => {
    runs += 1
    await before()
    const { json } = await createRecord(operation, 'orders', body, undefined)
    return { status: 201, headers: { Location: '/x' }, body: json }
  }
const once = (
  key: string,
  work: (operation: Operation) => Promise<Answer>,
  actor: Actor = admin,
  body?: string,
  network?: string,
) => onceForKey(f.as(actor), request(key, body, network), work, present)

/** A first try that goes on until it is told to finish. */
async function startFirst(actor: Actor = admin): Promise<{ first: Promise<Answer>; finish: () => void }> {
  const gate = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const work = create({ number: 1 }, () => (started.resolve(), gate.promise))
  const first = once('a', work, actor)
  await started.promise
  return { first, finish: gate.resolve }
}

const count = async () => (await f.list('orders')).items.length

it('a retry gets the first answer again, and does nothing', async () => {
  const first = await once('a', create({ number: 1 }))
  const second = await once('a', create({ number: 2 }))
  expect(second).toEqual({ ...first, headers: { ...first.headers, 'Idempotency-Replayed': 'true' } })
  expect([runs, await count()]).toEqual([1, 1])
})

it('retries while the first try still runs wait for it, and get its answer', async () => {
  const { first, finish } = await startFirst()
  const retries = [once('a', create({ number: 2 })), once('a', create({ number: 3 }))]
  const elsewhere = onceForKey(anotherCopy(), request('a'), create({ number: 4 }), present)
  finish()
  const answers = await Promise.all([first, ...retries, elsewhere])
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect([runs, await count()]).toEqual([1, 1])
})

it('retries that wait keep no connection from anybody', async () => {
  const { first, finish } = await startFirst()
  const retries = Array.from({ length: 20 }, () => once('a', create({ number: 2 })))
  expect(await Promise.all([1, 2, 3].map(count))).toEqual([0, 0, 0])
  finish()
  expect(new Set((await Promise.all([first, ...retries])).map(({ body }) => body)).size).toBe(1)
})

it('a retry waits for so long, and the next gets its turn all the same', async () => {
  const turns = new KeyTurns(50)
  const gate = Promise.withResolvers<void>()
  const first = turns.hold('a', () => gate.promise)
  await expect(turns.hold('a', async () => 'second')).rejects.toMatchObject({ code: 'idempotencyInProgress' })
  expect(await turns.hold('b', async () => 'other key')).toBe('other key')
  gate.resolve()
  await first
  await expect(turns.hold('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await turns.hold('a', async () => 'third')).toBe('third')
})

it('a try whose connection broke in the middle leaves nothing, and the retry does the work', async () => {
  const broken = once('a', async (operation) => {
    await createRecord(operation, 'orders', { number: 1 }, undefined)
    const [row] = await operation.session.run({ text: 'select pg_backend_pid()', values: [] })
    await f.database.run({ text: 'select pg_terminate_backend($1)', values: [row?.[0]] })
    await operation.session.run({ text: 'select 1', values: [] })
    return ok('{}')
  })
  await expect(broken).rejects.toMatchObject({ status: 503 })
  expect(await count()).toBe(0)
  expect(await once('a', create({ number: 1 }))).toMatchObject({ status: 201, headers: { Location: '/x' } })
  expect(await count()).toBe(1)
})

it('the same key with another body is refused, and the first answer stays', async () => {
  const first = await once('a', create({ number: 1 }))
  expect(await problemOf(once('a', create({ number: 2 }), admin, '{"other":1}'))).toMatchObject({
    status: 422,
    code: 'idempotencyKeyReused',
  })
  expect((await once('a', create({ number: 2 }))).body).toBe(first.body)
})

it('the same key of another actor is another key', async () => {
  await once('a', create({ number: 1 }))
  await once('a', create({ number: 2 }), guest)
  await once('a', create({ number: 3 }), { ...apiKey('admin'), id: 'other-key' })
  expect(await count()).toBe(3)
})

describe('a guest', () => {
  const elsewhere = { status: 409, code: 'idempotencyKeyElsewhere' }

  it('gets the first answer again where they asked', async () => {
    const first = await once('a', create({ number: 1 }), guest)
    expect(await once('a', create({ number: 2 }), guest)).toMatchObject({ status: 201, body: first.body })
    expect(await count()).toBe(1)
  })

  it('gets nothing of it on another network, whatever the body, and nothing is done twice', async () => {
    await once('a', create({ number: 1 }), guest)
    for (const body of ['{}', '{"other":1}']) {
      expect(await problemOf(once('a', create({ number: 2 }), guest, body, 'train'))).toMatchObject(elsewhere)
    }
    expect(await problemOf(once('a', create({ number: 2 }), guest, '{"other":1}'))).toMatchObject({ status: 422 })
    expect([runs, await count()]).toEqual([1, 1])
  })

  it('on another network waits for a first try that still runs, and gets nothing of it either', async () => {
    const { first, finish } = await startFirst(guest)
    const stranger = problemOf(once('a', create({ number: 2 }), guest, '{}', 'train'))
    finish()
    expect(await first).toMatchObject({ status: 201 })
    expect(await stranger).toMatchObject(elsewhere)
    expect(await count()).toBe(1)
  })
})

it('whoever is known gets the first answer again on any network', async () => {
  const first = await once('a', create({ number: 1 }))
  expect((await once('a', create({ number: 2 }), admin, '{}', 'train')).body).toBe(first.body)
})

it('a refusal is kept, and what it had begun is undone', async () => {
  const batch = async (operation: Operation) => {
    runs += 1
    return ok(
      await runBatch(operation, {
        operations: [1, 1].map((number) => ({ method: 'create', collection: 'orders', body: { number } })),
      }),
    )
  }
  expect(await once('a', batch)).toMatchObject({ status: 409, body: '{"code":"notUnique"}' })
  await f.create('orders', { number: 5 })
  expect(await once('a', batch)).toMatchObject({ status: 409, headers: { 'Idempotency-Replayed': 'true' } })
  expect([runs, await count()]).toEqual([1, 1])
})

it('of two tries that are refused at the same moment both get one answer', async () => {
  const answers = await Promise.all(
    [1, 2, 3].map((n) =>
      once('a', async () => {
        throw errors.badRequest({ reason: `refused ${n}` })
      }),
    ),
  )
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
})

it('a fault of ours is not kept, so a retry may succeed', async () => {
  const failing = async (): Promise<Answer> => {
    throw new Error('a fault')
  }
  await expect(once('a', failing)).rejects.toThrow('a fault')
  await expect(
    once('a', async () => {
      throw errors.unavailable()
    }),
  ).rejects.toMatchObject({ status: 503 })
  expect(await once('a', create({ number: 1 }))).toMatchObject({ status: 201 })
})

it('an answer is forgotten after a day', async () => {
  await once('a', create({ number: 1 }))
  await f.database.run({ text: "update plinth.idempotency_keys set created = now() - interval '23 hours'", values: [] })
  await once('a', create({ number: 2 }))
  expect(await count()).toBe(1)
  await f.database.run({ text: "update plinth.idempotency_keys set created = now() - interval '25 hours'", values: [] })
  await once('a', create({ number: 2 }))
  expect(await count()).toBe(2)
})

it('what was written under a key has a revision that tells later what changed', async () => {
  const { body } = await once('a', create({ number: 1, note: 'a' }))
  const { id } = JSON.parse(body ?? '')
  const { rev } = await f.get('orders', id, 'rev')
  await updateRecord(f.as(admin), 'orders', id, { note: 'b' }, {})
  const problem = await problemOf(updateRecord(f.as(admin), 'orders', id, { note: 'c' }, { rev }))
  expect(problem.extra).toMatchObject({ changed: ['note'] })
})
