import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from '../realtime-world.ts'
import { goLive, type LiveList } from './live-list.ts'

let world: RealtimeWorld
let clients: Client[]
const sockets = 100

beforeAll(async () => {
  const fields = { title: { type: 'text' }, votes: { type: 'integer' }, owner: { type: 'relation', to: 'users' } }
  const ruled = (read: unknown) => ({ kind: 'table', fields, permissions: { authenticated: { read } } })
  world = await openRealtimeWorld({
    collections: { shared: ruled("title != 'hidden'"), owned: ruled('owner = @user.id'), others: ruled(true) },
  })
  const users = await Promise.all(['ann', 'bob'].map((name) => world.user(name)))
  clients = await Promise.all(
    Array.from({ length: sockets }, (_, i) => world.connect({ token: String(users[i % 2]?.token) })),
  )
})
afterAll(() => {
  for (const client of clients) client.close()
  return world.stop()
})

const [runs, skipped, queries, changes] = ['runs_total', 'skipped_total', 'queries', 'changes_total'].map(
  (name) => `plinth_live_${name}`,
)

async function growth(work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const read = () => Promise.all([runs, skipped, changes].map((name) => world.metric(String(name))))
  const before = await read()
  await work()
  const after = await read()
  const [ran, skips, told] = after.map((each, i) => each - (before[i] ?? Number.NaN))
  return { ran: Number(ran), skipped: Number(skips), told: Number(told) }
}

describe('a change', () => {
  let lists: LiveList[]
  beforeAll(async () => {
    const body = { collection: 'shared', sort: '-votes', limit: 10, filter: 'votes > 0' }
    lists = await Promise.all(clients.map((client) => goLive(client, body)))
  })

  it('has a query run once for a hundred sockets that ask the same, whoever they are', async () => {
    expect(await world.metric(String(queries))).toBe(1)
    const cost = await growth(async () => {
      await world.create('shared', { title: 'a', votes: 1 })
      await eventually(() => lists.every(({ items }) => items.length === 1)).toBe(true)
    })
    expect(cost).toEqual({ ran: 1, skipped: 0, told: sockets })
  })

  it('has nothing run where the predicate or the collection says that it cannot matter', async () => {
    const [client] = clients
    if (client === undefined) throw new Error('Nobody is connected.')
    const last = await goLive(client, { collection: 'others' })
    const cost = await growth(async () => {
      await world.create('shared', { title: 'hidden', votes: 5 })
      await world.create('shared', { title: 'b', votes: 0 })
      await world.create('others', { title: 'c', votes: 5 })
      await eventually(() => last.items.length).toBe(1)
    })
    // One run for who asked about the others; the two before it may have come together.
    expect(cost).toEqual({ ran: 1, skipped: expect.any(Number), told: 1 })
    expect(cost['skipped']).toBeGreaterThan(0)
    await client.ask('endLive', { live: last.id })
  })

  it('of a field that is not looked at has nothing run', async () => {
    const [client] = clients
    if (client === undefined) throw new Error('Nobody is connected.')
    const id = await world.create('others', { title: 'd', votes: 1 })
    const list = await goLive(client, { collection: 'others', filter: "title = 'd'", select: 'id,title' })
    const cost = await growth(async () => {
      await world.update('others', id, { votes: 2 })
      await world.update('others', id, { title: 'dd' })
      await eventually(() => list.items).toEqual([])
    })
    expect(cost['ran']).toBe(1)
    await client.ask('endLive', { live: list.id })
  })

  it('is one of many that a run answers together', async () => {
    const cost = await growth(async () => {
      await world.run(
        `insert into public.shared (id, title, votes, created, updated)
         select plinth.uuid_v7(), 'many', n, now(), now() from generate_series(1, 300) n`,
      )
      await eventually(() => lists.every(({ items }) => items[0]?.['votes'] === 300 && items.length === 10)).toBe(true)
    })
    // One goes out of the window, ten come into it.
    expect(cost).toEqual({ ran: 1, skipped: 0, told: 11 * sockets })
    expect(lists.flatMap(({ faults }) => faults)).toEqual([])
  })

  it('has a query run once for each user where the rule asks who they are', async () => {
    await Promise.all(clients.map((client) => goLive(client, { collection: 'owned' })))
    expect(await world.metric(String(queries))).toBe(3)
  })
})
