import { afterAll, beforeAll, expect, it } from 'vitest'
import { maintainLog } from '../../src/changes/retention.ts'
import { type Client, connectClient } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
beforeAll(async () => {
  world = await openRealtimeWorld({
    collections: {
      notes: { kind: 'table', fields: { n: { type: 'integer' } }, permissions: { anonymous: { read: true } } },
    },
  })
})
afterAll(() => world.stop())

const patience = { timeout: 120_000, ackTimeout: 120_000 }
const write = (count: number) =>
  world.run(
    `insert into public.notes (id, n, created, updated) select plinth.uuid_v7(), n, now(), now() from generate_series(1, ${count}) n`,
  )

it('500 clients that come back at once are all let in, and miss nothing', { timeout: 240_000 }, async () => {
  const first = await connectClient(world.url)
  const { cursor } = await first.ask('subscribe', { collection: 'notes' })
  await write(20)
  const statuses = new Set<number>()
  const subscribe = async (client: Client): Promise<string> => {
    for (;;) {
      const answer = await client.socket.emitWithAck('subscribe', { collection: 'notes', cursor })
      if (answer.error === undefined) return answer.subscription
      statuses.add(answer.error.status)
      await new Promise((resolve) => setTimeout(resolve, answer.error.retryAfter * 1000))
    }
  }
  const clients = await Promise.all(Array.from({ length: 500 }, () => connectClient(world.url, undefined, patience)))
  const subscriptions = await Promise.all(clients.map(subscribe))
  const told = () => clients.map((client, i) => client.events(subscriptions[i] ?? '').length)
  await expect.poll(() => Math.min(...told()), { timeout: 60_000 }).toBe(20)
  await write(1)
  await expect.poll(() => Math.min(...told()), { timeout: 60_000 }).toBe(21)
  expect(Math.max(...told())).toBe(21)
  expect([...statuses].filter((status) => status !== 429)).toEqual([])
  for (const client of [first, ...clients]) client.close()
})

it('a cursor from before what the log keeps asks for a resync; a new list goes on', async () => {
  const client = await connectClient(world.url)
  const { cursor } = await client.ask('subscribe', { collection: 'notes' })
  await write(1)
  const later = new Date(Date.now() + 5 * 24 * 3_600_000)
  const { dropped } = await maintainLog(world.database, { keepDays: 1, now: later })
  expect(dropped).not.toEqual([])
  expect(await client.ask('subscribe', { collection: 'notes', cursor })).toMatchObject({
    error: { code: 'resyncRequired', status: 410 },
  })
  const { subscription } = await client.ask('subscribe', { collection: 'notes', list: {} })
  await write(2)
  await eventually(() => client.events(subscription)).toHaveLength(2)
  client.close()
})

it('subscriptions of clients that have gone before they began leave nothing behind', async () => {
  const [connections, subscriptions] = ['plinth_realtime_connections', 'plinth_realtime_subscriptions'] as const
  const before = await world.metric(subscriptions)
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectClient(world.url)))
  await eventually(() => world.metric(connections)).toBeGreaterThanOrEqual(20)
  for (const { socket } of clients) {
    for (let i = 0; i < 20; i += 1) socket.emit('subscribe', { collection: 'notes' }, () => {})
    // What was sent before arrives before.
    socket.io.engine.close()
  }
  for (const name of [connections, 'plinth_realtime_waiting']) await eventually(() => world.metric(name)).toBe(0)
  await eventually(() => world.metric(subscriptions)).toBe(before)
})
