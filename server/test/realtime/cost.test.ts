import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld, type WorldUser } from './realtime-world.ts'

let world: RealtimeWorld
let users: WorldUser[]
let clients: Client[]

beforeAll(async () => {
  const fields = { title: { type: 'text' }, owner: { type: 'relation', to: 'users' } }
  const ruled = (read: unknown) => ({ kind: 'table', fields, permissions: { authenticated: { read } } })
  world = await openRealtimeWorld(
    {
      collections: {
        shared: ruled("title ~ 'x'"),
        owned: ruled('owner = @user.id'),
        related: ruled('owner.email != null && owner = @user.id'),
      },
    },
    { PLINTH_REALTIME_SUBSCRIPTIONS: '1000', PLINTH_REALTIME_MESSAGES: '10000' },
  )
  users = await Promise.all(Array.from({ length: 10 }, (_, i) => world.user(`user${i}`)))
  clients = await Promise.all(users.map(({ token }) => world.connect({ token })))
})
afterAll(() => {
  for (const client of clients) client.close()
  return world.stop()
})

/** How much a number of `/metrics` grows by while something is done. */
async function growth(names: readonly string[], work: () => Promise<void>): Promise<readonly number[]> {
  const before = await Promise.all(names.map((name) => world.metric(name)))
  await work()
  const after = await Promise.all(names.map((name) => world.metric(name)))
  return after.map((each, i) => each - (before[i] ?? Number.NaN))
}

const [evaluations, lookups, events, statements] = ['evaluations', 'lookups', 'events', 'statements'].map(
  (name) => `plinth_realtime_${name}_total`,
)
const costs = [evaluations, lookups, events, statements].map(String)

const subscribeAll = (collection: string, each: number) =>
  Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: each }, () => client.ask('subscribe', { collection, select: 'title' })),
    ),
  )
const heard = () => clients.reduce((sum, { batches }) => sum + batches.flatMap((batch) => batch.events).length, 0)

describe('a write', () => {
  it('costs one evaluation for a thousand subscribers that share a rule', async () => {
    await subscribeAll('shared', 100)
    const start = heard()
    const cost = await growth(costs, async () => {
      await world.create('shared', { title: 'x' })
      await eventually(() => heard() - start).toBe(1_000)
    })
    expect(cost).toEqual([1, 0, 1_000, 0])
  })

  it('costs one look-up where the rule names its owner, however many others subscribe', async () => {
    await subscribeAll('owned', 1)
    const start = heard()
    const cost = await growth(costs, async () => {
      await world.create('owned', { title: 'hers', owner: users[3]?.id })
      await eventually(() => heard() - start).toBe(1)
    })
    // One evaluation for the owner, and one for all others together.
    expect(cost).toEqual([2, 1, 1, 0])
  })

  it('costs one statement for all subscribers where the rule follows a relation, and one for the records', async () => {
    await subscribeAll('related', 1)
    const start = heard()
    const cost = await growth(costs, async () => {
      await world.create('related', { title: 'hers', owner: users[3]?.id })
      await eventually(() => heard() - start).toBe(1)
    })
    expect(cost).toEqual([0, 0, 1, 2])
  })
})
