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
        users: { kind: 'table', fields: { nick: { type: 'text' } } },
        teams: { kind: 'table', fields: { name: { type: 'text' } } },
        authors: {
          kind: 'table',
          fields: { name: { type: 'text' }, team: { type: 'relation', to: 'teams' } },
        },
        posts: {
          kind: 'table',
          fields: { author: { type: 'relation', to: 'authors' } },
          permissions: { authenticated: { read: "author.team.name = 'ops' || author.name = @user.nick" } },
        },
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

describe('a related record that changes', () => {
  const compared = 'plinth_realtime_compared_total'
  const wholes = 'plinth_realtime_wholes_total'
  const idOf = (kind: number, n: number) => `0190a000-0000-7000-8000-00${kind}${String(n).padStart(9, '0')}`
  const [ops, crowd] = [idOf(1, 0), idOf(1, 1)]
  let listeners: Client[]

  beforeAll(async () => {
    // 100,000 posts, three of each author; a third of the authors are in one team.
    await world.run(`do $do$ begin
      set local session_replication_role = replica;
      insert into public.teams (id, name, created, updated) values ('${ops}', 'ops', now(), now()), ('${crowd}', 'crowd', now(), now());
      insert into public.authors (id, name, team, created, updated)
        select ('0190a000-0000-7000-8000-002' || lpad(n::text, 9, '0'))::uuid, 'author', case when n % 3 = 0 then '${crowd}'::uuid end, now(), now()
        from generate_series(0, 33333) as n;
      insert into public.posts (id, author, created, updated)
        select ('0190a000-0000-7000-8000-003' || lpad(n::text, 9, '0'))::uuid, ('0190a000-0000-7000-8000-002' || lpad((n / 3)::text, 9, '0'))::uuid, now(), now()
        from generate_series(0, 99999) as n;
    end $do$`)
    await world.run('analyze')
    for (const client of clients) client.batches.length = 0
    listeners = clients.slice(0, 3)
    for (const client of listeners) await client.ask('subscribe', { collection: 'posts', select: 'id' })
  })
  const told = () =>
    listeners.map(({ batches }) => batches.flatMap((batch) => batch.events.map(({ type, id }) => [type, id])))

  it('has those records compared that lead to it, and not all', async () => {
    const posts = [0, 1, 2].map((n) => idOf(3, 3 * 7 + n))
    const cost = await growth([compared, wholes, String(statements)], async () => {
      await world.update('authors', idOf(2, 7), { team: ops })
      await eventually(() => told().map((each) => each.toSorted())).toEqual(
        listeners.map(() => posts.map((id) => ['enter', id])),
      )
    })
    // One statement finds them, one compares them for all users, and one reads them.
    expect(cost).toEqual([3, 0, 3])
  })

  it('costs nothing where the rule does not mention what has changed of it', async () => {
    const before = told().map(({ length }) => length)
    const cost = await growth([compared, wholes], async () => {
      await world.run(
        `update public.authors set created = now() where id <> '${idOf(2, 8)}' and id < '${idOf(2, 200)}'`,
      )
      await world.update('authors', idOf(2, 8), { team: ops })
      await eventually(() => told().map(({ length }) => length)).toEqual(before.map((length) => length + 3))
    })
    expect(cost).toEqual([3, 0])
  })

  it('has all records compared for the one user whom the rule asks about', async () => {
    const cost = await growth([compared, wholes], async () => {
      await world.run(`update public.users set nick = 'nobody' where id = '${users[1]?.id}'`)
      await eventually(() => world.metric(wholes)).toBe(1)
    })
    expect(cost).toEqual([0, 1])
  })

  it('has all records compared where too many lead to it', async () => {
    const cost = await growth([compared, wholes], async () => {
      await world.update('teams', crowd, { name: 'many' })
      await eventually(() => world.metric(wholes)).toBe(2)
    })
    expect(cost).toEqual([0, 1])
  })
})
