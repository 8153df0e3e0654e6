import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/observability/log.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { call } from '../http/test-server.ts'
import { type Client, connectClient } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
let other: RunningServer
const open: Client[] = []
const connect = async (url: string, token = world.adminToken): Promise<Client> => {
  const client = await connectClient(url, token)
  open.push(client)
  return client
}
const startCopy = () =>
  startServer(readConfig({ PORT: '0', HOST: '127.0.0.1', DATABASE_URL: world.databaseUrl }), createLog('silent'))
const wish = { collection: 'notes', select: 'n' }
const write = (from: number, to = from) =>
  world.run(
    `insert into public.notes (id, n, created, updated) select plinth.uuid_v7(), n, now(), now() from generate_series(${from}, ${to}) n`,
  )
const numbers = (client: Client, subscription: string) =>
  client.events(subscription).map(({ record }) => Number(record?.['n']))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

const schemaWith = (readOthers: unknown = true) => ({
  collections: {
    notes: { kind: 'table', fields: { n: { type: 'integer' } } },
    others: {
      kind: 'table',
      fields: { n: { type: 'integer' } },
      permissions: { authenticated: { read: readOthers } },
    },
  },
})

beforeAll(async () => {
  world = await openRealtimeWorld(schemaWith())
  other = await startCopy()
})
afterEach(async () => {
  for (const client of open.splice(0)) client.close()
  await world.run('delete from public.notes')
})
afterAll(async () => {
  await other.stop()
  await world.stop()
})

describe('a cursor', () => {
  it('is good on another copy, and on one that was started since', async () => {
    const first = await connect(world.url)
    const { cursor } = await first.ask('subscribe', wish)
    await write(1, 3)
    const second = await connect(other.url)
    const { subscription } = await second.ask('subscribe', { ...wish, cursor })
    await eventually(() => numbers(second, subscription)).toEqual([1, 2, 3])
    const last = second.batches.at(-1)?.cursor
    await other.stop()
    await write(4)
    other = await startCopy()
    const third = await connect(other.url)
    const resumed = await third.ask('subscribe', { ...wish, cursor: last })
    await write(5)
    await eventually(() => numbers(third, resumed.subscription)).toEqual([4, 5])
  })

  it('brings thousands of missed changes, in portions that each have a cursor of their own', async () => {
    const first = await connect(world.url)
    const { cursor } = await first.ask('subscribe', wish)
    first.close()
    const count = 2_300
    await write(1, count)
    const second = await connect(world.url)
    const all = await second.ask('subscribe', { ...wish, cursor })
    await eventually(() => numbers(second, all.subscription).length).toBe(count)
    expect(numbers(second, all.subscription)).toEqual(upTo(count))
    expect(second.batches.length).toBeGreaterThan(3)
    const [portion] = second.batches
    await write(count + 1)
    const third = await connect(world.url)
    const rest = await third.ask('subscribe', { ...wish, cursor: portion?.cursor })
    const seen = portion?.events.length ?? 0
    await eventually(() => numbers(third, rest.subscription)).toEqual(upTo(count + 1).slice(seen))
  })

  it('misses nothing of a transaction that was running when it was made', async () => {
    const release = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const slow = world.database.transaction(async (session) => {
      const text = 'insert into public.notes (id, n, created, updated) values (plinth.uuid_v7(), 1, now(), now())'
      await session.run({ text, values: [] })
      written.resolve()
      await release.promise
    })
    await written.promise
    const first = await connect(world.url)
    const { subscription, cursor } = await first.ask('subscribe', wish)
    await write(2)
    await eventually(() => numbers(first, subscription)).toEqual([2])
    release.resolve()
    await slow
    await eventually(() => numbers(first, subscription)).toEqual([2, 1])
    const second = await connect(other.url)
    const again = await second.ask('subscribe', { ...wish, cursor })
    await eventually(() => numbers(second, again.subscription).toSorted()).toEqual([1, 2])
  })

  it('asks for a resync where the log no longer reaches back, and so do live subscriptions', async () => {
    const first = await connect(world.url)
    const { subscription, cursor } = await first.ask('subscribe', wish)
    // Nobody can tell what a truncated table has lost.
    await world.run('truncate public.others')
    await eventually(() => first.resyncs).toEqual([{ subscription, reason: 'log' }])
    const second = await connect(other.url)
    expect(await second.ask('subscribe', { ...wish, cursor })).toMatchObject({
      error: { code: 'resyncRequired', status: 410 },
    })
    const { subscription: fresh } = await first.ask('subscribe', { ...wish, list: {} })
    await write(9)
    await eventually(() => numbers(first, fresh)).toEqual([9])
  })

  it('of a quiet subscription works as long as the log is kept', async () => {
    const first = await connect(world.url)
    const { cursor } = await first.ask('subscribe', wish)
    await world.run(
      'insert into public.others (id, n, created, updated) select plinth.uuid_v7(), n, now(), now() from generate_series(1, 1200) n',
    )
    await write(1)
    const second = await connect(other.url)
    const { subscription } = await second.ask('subscribe', { ...wish, cursor })
    await eventually(() => numbers(second, subscription)).toEqual([1])
  })
})

describe('a copy that has not yet heard of a new schema', () => {
  it('judges by it whatever was written since', async () => {
    const { token } = await world.user('ann')
    const client = await connect(other.url, token)
    // Now and then the copy may happen to look for a new schema just in time.
    for (const n of upTo(3)) {
      const { subscription } = await client.ask('subscribe', { collection: 'others' })
      await world.create('others', { n })
      await eventually(() => numbers(client, subscription)).toEqual([n])
      await world.apply(schemaWith('n < 0'))
      await world.create('others', { n })
      await eventually(() => client.resyncs.at(-1)).toEqual({ subscription, reason: 'access' })
      expect(numbers(client, subscription)).toEqual([n])
      await world.apply(schemaWith())
      // By now it has heard of it.
      await call(other.url, 'GET', '/api/records/others', { token })
    }
  })

  it('begins by it a subscription that starts from a list', async () => {
    const { token } = await world.user('bob')
    const client = await connect(other.url, token)
    for (const n of upTo(3)) {
      await world.apply(schemaWith(`n < -${n}`))
      const { subscription } = await client.ask('subscribe', { collection: 'others', list: {} })
      await world.create('others', { n })
      await world.create('others', { n: -9 })
      await eventually(() => numbers(client, subscription)).toContain(-9)
      expect(numbers(client, subscription)).toEqual([-9])
    }
  })
})
