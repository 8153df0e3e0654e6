import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../client.ts'
import { openRealtimeWorld, type RealtimeWorld, type WorldUser } from '../realtime-world.ts'
import { goLive, LiveList } from './live-list.ts'

let world: RealtimeWorld
let users: WorldUser[]
const id = (kind: number, i: number): string => `0190a000-0000-7000-8000-0000000${kind}000${i}`
const [teamKind, postKind, tagKind] = [1, 2, 3]

beforeAll(async () => {
  const everybody = { authenticated: { read: true } }
  world = await openRealtimeWorld({
    roles: { editor: { inherits: ['authenticated'] } },
    collections: {
      users: {
        kind: 'table',
        fields: { name: { type: 'text' }, team: { type: 'relation', to: 'teams', inverse: 'members' } },
        permissions: { authenticated: { read: true, hide: ['email', 'roles'] } },
      },
      teams: {
        kind: 'table',
        fields: { name: { type: 'text' }, open: { type: 'boolean' } },
        permissions: { authenticated: { read: 'open = true' } },
      },
      tags: { kind: 'table', fields: { name: { type: 'text' } }, permissions: everybody },
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text' },
          note: { type: 'text' },
          votes: { type: 'integer' },
          price: { type: 'decimal' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
          tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        },
        permissions: {
          authenticated: {
            read: "title != 'secret' && (author = null || author.team = null || author.team = @user.team)",
            readIf: { note: 'author = @user.id' },
          },
          editor: { read: true },
        },
      },
      plain: {
        kind: 'table',
        fields: { title: { type: 'text' }, votes: { type: 'integer' }, owner: { type: 'relation', to: 'users' } },
        permissions: { authenticated: { read: "title != 'secret'" } },
      },
    },
  })
  users = [await world.user('ann'), await world.user('bob', ['editor'])]
  for (const i of [0, 1]) await world.create('teams', { id: id(teamKind, i), name: `team ${i}`, open: true })
  for (const i of [0, 1, 2]) await world.create('tags', { id: id(tagKind, i), name: `tag ${i}` })
})
afterAll(() => world.stop())

const titles = fc.constantFrom('a', 'b', 'B', 'ä', 'secret', null)
const numbers = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 })
const [post, user, team, tag] = [fc.nat(8), fc.nat(1), fc.nat(1), fc.nat(2)]
const collection = fc.constantFrom('posts', 'plain')

const literal = (value: string | number | null): string =>
  value === null ? 'null' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
const userId = (i: number | null): string => literal(i === null ? null : (users[i]?.id ?? null))
const owner = (name: string): string => (name === 'posts' ? 'author' : 'owner')

/** Statements as somebody would write them by hand: only the log can tell of them. */
const statements = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(collection, post, titles, numbers, fc.option(user)).map(
      ([name, i, title, votes, who]) =>
        `insert into public.${name} (id, title, votes, ${owner(name)}, created, updated)
         values ('${id(postKind, i)}', ${literal(title)}, ${literal(votes)}, ${userId(who)}, now(), now())
         on conflict (id) do update set title = excluded.title, votes = excluded.votes, ${owner(name)} = excluded.${owner(name)}`,
    ),
  },
  fc
    .tuple(post, numbers)
    .map(
      ([i, price]) => `update public.posts set price = ${literal(price)}, note = 'n' where id = '${id(postKind, i)}'`,
    ),
  fc
    .tuple(collection, numbers)
    .map(([name, n]) => `update public.${name} set votes = votes + 1 where votes = ${literal(n)}`),
  fc.tuple(collection, post).map(([name, i]) => `delete from public.${name} where id = '${id(postKind, i)}'`),
  fc
    .tuple(user, fc.option(team))
    .map(
      ([who, i]) =>
        `update public.users set team = ${i === null ? 'null' : `'${id(teamKind, i)}'`} where id = ${userId(who)}`,
    ),
  fc
    .tuple(user, titles)
    .map(([who, name]) => `update public.users set name = ${literal(name)} where id = ${userId(who)}`),
  fc
    .tuple(team, fc.boolean())
    .map(([i, open]) => `update public.teams set open = ${open} where id = '${id(teamKind, i)}'`),
  fc
    .tuple(team, titles)
    .map(([i, name]) => `update public.teams set name = ${literal(name)} where id = '${id(teamKind, i)}'`),
  fc
    .tuple(tag, titles)
    .map(([i, name]) => `update public.tags set name = ${literal(name)} where id = '${id(tagKind, i)}'`),
  fc.tuple(post, tag).map(
    ([i, t]) =>
      `insert into public."posts.tags" (source, target) select p.id, t.id from public.posts p, public.tags t
       where p.id = '${id(postKind, i)}' and t.id = '${id(tagKind, t)}' on conflict do nothing`,
  ),
  fc
    .tuple(post, tag)
    .map(
      ([i, t]) =>
        `delete from public."posts.tags" where source = '${id(postKind, i)}' and target = '${id(tagKind, t)}'`,
    ),
)
/** One transaction each; some are rolled back, or take back a part. */
const transactions = fc.record({
  end: fc.constantFrom('commit', 'commit', 'commit', 'rollback', 'savepoint'),
  statements: fc.array(statements, { minLength: 1, maxLength: 4 }),
})

const lists: readonly Readonly<Record<string, string | number>>[] = [
  { collection: 'posts' },
  { collection: 'posts', sort: '-votes,title', limit: 3 },
  { collection: 'posts', sort: 'title,-price', limit: 2, filter: 'votes > 0' },
  { collection: 'posts', sort: 'author.name,votes', select: 'id,title,note', limit: 4 },
  {
    collection: 'posts',
    filter: "author.team.name != null || any(tags, name ~ 'a')",
    select: 'id,tags',
    sort: 'votes',
  },
  {
    collection: 'posts',
    sort: '-votes',
    select: 'id,rev,author(name,team(name)),tags(id,name;sort=-name;limit=2)',
    limit: 5,
  },
  { collection: 'posts', select: 'title,votes', sort: 'votes', limit: 5 },
  { collection: 'users', select: 'id,name,posts(title,votes;sort=votes;filter=votes > 1)', sort: 'name' },
  { collection: 'teams', select: 'id,name,members(id,name,posts(id;sort=id))', sort: '-name' },
  { collection: 'plain', sort: '-votes', filter: 'votes >= 1', limit: 3 },
  { collection: 'plain', filter: 'owner = @user.id', select: 'id,title,rev' },
]
const aggregates: readonly Readonly<Record<string, string>>[] = [
  { collection: 'posts', count: '*' },
  { collection: 'posts', count: '*', sum: 'votes,price', group: 'author.name', filter: 'votes != null' },
  { collection: 'posts', max: 'title', avg: 'votes', group: 'author.team.name,created:day' },
  { collection: 'plain', count: '*', group: 'title' },
]

interface Watched {
  readonly body: object
  readonly client: Client
  readonly list: LiveList
  /** A fresh answer of REST. */
  fresh(): Promise<unknown>
}

interface Asked {
  readonly body: object
  readonly path: string
}

const query = (parameters: Readonly<Record<string, string | number>>): string =>
  String(
    new URLSearchParams(Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]))),
  )

const asked: readonly Asked[] = [
  ...lists.map(({ collection: name, ...rest }) => ({
    body: { collection: name, ...rest },
    path: `/api/records/${name}?${query(rest)}`,
  })),
  ...aggregates.map(({ collection: name, filter, ...aggregate }) => {
    const filtered: Record<string, string> = filter === undefined ? {} : { filter }
    return {
      body: { collection: name, ...filtered, aggregate },
      path: `/api/records/${name}/aggregate?${query({ ...aggregate, ...filtered })}`,
    }
  }),
]

async function watchAll({ token }: WorldUser, held?: readonly Watched[]): Promise<{ client: Client; all: Watched[] }> {
  const client = await world.connect({ token })
  const all = asked.map(async ({ body, path }, i) => ({
    body,
    client,
    list: await goLive(client, body, held?.[i]?.list),
    fresh: async () => (await world.call('GET', path, { token })).body.items,
  }))
  return { client, all: await Promise.all(all) }
}

async function write({ end, statements: texts }: { end: string; statements: readonly string[] }): Promise<void> {
  const parts =
    end === 'savepoint' ? [...texts.slice(0, -1), 'savepoint s', ...texts.slice(-1), 'rollback to s'] : texts
  await world.database
    .transaction(async (session) => {
      for (const text of parts) await session.run({ text, values: [] })
      if (end === 'rollback') throw new Error('taken back')
    })
    .catch((error: unknown) => {
      if (!(error instanceof Error && error.message === 'taken back')) throw error
    })
}

/** Waits until every list is what a fresh answer of REST is. */
async function quieten(watched: readonly Watched[]): Promise<void> {
  for (const { body, client, list, fresh } of watched)
    await expect
      .poll(async () => JSON.stringify(list.items) === JSON.stringify(await fresh()), { timeout: 20_000, interval: 20 })
      .toBe(true)
      .catch(async () => {
        const { items, ended, resumed, told } = list
        const state = { body, ended, resumed, isConnected: client.socket.connected, latest: told.slice(-5) }
        expect({ ...state, items }).toEqual({ ...state, ended: null, isConnected: true, items: await fresh() })
      })
}

describe('live queries', () => {
  it('are what a fresh answer of REST is, after whatever was written', { timeout: 180_000 }, async () => {
    const staying = await Promise.all(users.map((each) => watchAll(each)))
    const [ann] = users
    if (ann === undefined) throw new Error('Nobody is there.')
    let resumed = 0
    await fc.assert(
      fc.asyncProperty(some, some, async (first, others) => {
        const away = await watchAll(ann)
        away.client.close()
        const writers = [first, others].map(async (each) => {
          for (const transaction of each) await write(transaction).catch(ignoreCollision)
        })
        await Promise.all(writers)
        const back = await watchAll(ann, away.all)
        resumed += back.all.filter(({ list }) => list.resumed).length
        const all = [...back.all, ...staying.flatMap((each) => each.all)]
        await quieten(all)
        back.client.close()
        expect(all.flatMap(({ list }) => list.faults)).toEqual([])
        expect(all.map(({ list }) => list.ended).filter((reason) => reason !== null)).toEqual([])
      }),
      { numRuns: Number(process.env['LIVE_RUNS'] ?? 15), endOnFailure: true },
    )
    expect(resumed).toBeGreaterThan(0)
    const told = staying.flatMap(({ all }) => all.flatMap(({ list }) => list.told.map(({ type }) => type)))
    expect(new Set(told)).toEqual(new Set(['insert', 'update', 'remove', 'move']))
    for (const { client } of staying) client.close()
  })
})

const some = fc.array(transactions, { minLength: 1, maxLength: 4 })

/** Two transactions may wait for each other, or one links a record that the other deletes: PostgreSQL refuses one of them. */
function ignoreCollision(error: unknown): void {
  if (error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '23503')) return
  throw error
}
