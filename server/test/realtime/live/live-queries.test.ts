import { connect as connectTcp } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { createLog } from '../../../src/observability/log.ts'
import { startServer } from '../../../src/server.ts'
import { type Client, connectClient } from '../client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from '../realtime-world.ts'
import { goLive } from './live-list.ts'

let world: RealtimeWorld
const open: Client[] = []
const connect = async (url = world.url): Promise<Client> => {
  const client = await connectClient(url, world.adminToken)
  open.push(client)
  return client
}

beforeAll(async () => {
  world = await openRealtimeWorld(
    {
      collections: {
        authors: { kind: 'table', fields: { name: { type: 'text' } } },
        posts: {
          kind: 'table',
          fields: {
            title: { type: 'text' },
            votes: { type: 'integer' },
            due: { type: 'datetime' },
            author: { type: 'relation', to: 'authors' },
          },
        },
        titles: {
          kind: 'view',
          sql: 'select id, title from public.posts',
          fields: { title: { type: 'text' } },
        },
      },
    },
    { PLINTH_REALTIME_SUBSCRIPTIONS: '3', PLINTH_REALTIME_QUEUE: '1000000' },
  )
})
afterEach(async () => {
  for (const client of open.splice(0)) client.close()
  await world.run('delete from public.posts')
})
afterAll(() => world.stop())

const post = (title: string, votes: number, more: object = {}) => world.create('posts', { title, votes, ...more })
const titles = (items: readonly Readonly<Record<string, unknown>>[]) => items.map(({ title }) => title)

describe('a live query', () => {
  it('answers what is there, and then what is different, in the order in which to apply it', async () => {
    const [a, b] = [await post('a', 3), await post('b', 2)]
    const c = await post('c', 1)
    const list = await goLive(await connect(), { collection: 'posts', sort: '-votes', limit: 2, select: 'id,title' })
    expect(list.items).toEqual([
      { id: a, title: 'a' },
      { id: b, title: 'b' },
    ])
    // The one that waits outside slides into the window.
    await world.remove('posts', a)
    await eventually(() => list.told).toEqual([
      { type: 'remove', at: 0 },
      { type: 'insert', at: 1, record: { id: c, title: 'c' } },
    ])
    await world.update('posts', c, { votes: 9, title: 'C' })
    await eventually(() => list.told.slice(2)).toEqual([
      { type: 'move', from: 0, to: 1 },
      { type: 'update', at: 0, record: { id: c, title: 'C' } },
    ])
    expect(list.faults).toEqual([])
  })

  it('shows a related record as it is now', async () => {
    const author = await world.create('authors', { name: 'Ada' })
    await post('a', 1, { author })
    const list = await goLive(await connect(), { collection: 'posts', select: 'title,author(name)' })
    await world.update('authors', author, { name: 'Grace' })
    const record = { title: 'a', author: { name: 'Grace' } }
    await eventually(() => list.items).toEqual([record])
  })

  it('works out aggregates', async () => {
    await post('a', 1)
    const client = await connect()
    const aggregate = { count: '*', sum: 'votes', group: 'title' }
    const groups = await goLive(client, { collection: 'posts', aggregate, filter: 'votes < 10' })
    const total = await goLive(client, { collection: 'posts', aggregate: { count: '*' } })
    expect(groups.items).toEqual([{ title: 'a', count: 1, sum: { votes: 1 } }])
    await post('a', 2)
    await post('0', 5)
    await post('b', 50)
    await eventually(() => total.items).toEqual([{ count: 4 }])
    await eventually(() => groups.items).toEqual([
      { title: '0', count: 1, sum: { votes: 5 } },
      { title: 'a', count: 2, sum: { votes: 3 } },
    ])
    expect([...groups.faults, ...total.faults]).toEqual([])
  })

  it('follows views and the time, which no log tells of', async () => {
    const client = await connect()
    const view = await goLive(client, { collection: 'titles', sort: 'title' })
    const due = await goLive(client, { collection: 'posts', filter: 'due < @now', select: 'title' })
    await post('soon', 1, { due: new Date(Date.now() + 1_500).toISOString() })
    await eventually(() => titles(view.items)).toEqual(['soon'])
    await eventually(() => titles(due.items)).toEqual(['soon'])
  })

  it.each([
    ['its own', { collection: 'posts', select: 'title,rev' }, 'posts'],
    ['related', { collection: 'posts', select: 'title,author(rev)' }, 'authors'],
  ])('shows another revision of %s records where they were written as they were', async (_, wish, written) => {
    const author = await world.create('authors', { name: 'Ada' })
    await post('a', 1, { author })
    const list = await goLive(await connect(), wish)
    const fresh = async () => (await world.list('posts', `select=${wish.select}`)).body.items
    const before = await fresh()
    expect(list.items).toEqual(before)
    // PostgreSQL writes a new version of the row; the log has no change to tell of.
    await world.run(`update public.${written} set id = id`)
    const after = await fresh()
    expect(after).not.toEqual(before)
    await eventually(() => list.items).toEqual(after)
  })

  it('is read anew where the log cannot tell what was changed', async () => {
    await post('a', 1)
    const list = await goLive(await connect(), { collection: 'posts' })
    await world.run('truncate public.posts cascade')
    await eventually(() => list.items).toEqual([])
    await post('b', 1)
    await eventually(() => titles(list.items)).toEqual(['b'])
    expect(list.ended).toBe(null)
  })

  it('ends when its client says so', async () => {
    const client = await connect()
    const list = await goLive(client, { collection: 'posts' })
    const other = await goLive(client, { collection: 'posts' })
    expect(await client.ask('endLive', { live: list.id })).toEqual({})
    expect(await client.ask('endLive', { live: list.id })).toMatchObject({ error: { code: 'liveQueryNotFound' } })
    await post('a', 1)
    await eventually(() => other.items.length).toBe(1)
    expect(list.items).toEqual([])
    expect(await world.metric('plinth_live_watchers')).toBe(1)
    client.close()
    await eventually(() => world.metric('plinth_live_queries')).toBe(0)
  })

  it.each([
    ['an unknown collection', { collection: 'nope' }, 'collectionNotFound'],
    ['a filter with a fault', { collection: 'posts', filter: 'titel = 1' }, 'invalidExpression'],
    ['a faulty sort', { collection: 'posts', sort: 'nope' }, 'invalidParameter'],
    ['a faulty select', { collection: 'posts', select: 'nope' }, 'invalidParameter'],
    ['an unknown member', { collection: 'posts', group: 'title' }, 'invalidBody'],
    ['too large a limit', { collection: 'posts', limit: 1_001 }, 'invalidBody'],
    ['an empty aggregate', { collection: 'posts', aggregate: {} }, 'badRequest'],
    ['an aggregate of text', { collection: 'posts', aggregate: { sum: 'title' } }, 'invalidParameter'],
    ['a sorted aggregate', { collection: 'posts', aggregate: { count: '*' }, sort: 'title' }, 'badRequest'],
    ['a place that is none', { collection: 'posts', aggregate: { count: '*', timezone: 'X' } }, 'invalidParameter'],
    ['a cursor that was made up', { collection: 'posts', cursor: 'abc.def' }, 'invalidCursor'],
  ])('is refused for %s', async (_, body, code) => {
    const client = await connect()
    expect(await client.ask('live', body)).toMatchObject({ error: { code } })
    expect(await world.metric('plinth_live_queries')).toBe(0)
  })

  it('is one of so many and no more', async () => {
    const client = await connect()
    for (const limit of [1, 2, 3]) await client.ask('live', { collection: 'posts', limit })
    expect(await client.ask('live', { collection: 'posts' })).toMatchObject({
      error: { code: 'tooManyLiveQueries', status: 429 },
    })
  })
})

describe('a run that fails', () => {
  it('comes again', async () => {
    const author = await world.create('authors', { name: 'Ada' })
    const id = await post('a', 1, { author })
    const list = await goLive(await connect(), { collection: 'posts', select: 'title,author(name)' })
    const runs = await world.metric('plinth_live_runs_total')
    await world.run('alter table public.authors rename to elsewhere')
    await world.run("update public.posts set title = 'b' where id = $1::uuid", id)
    await eventually(async () => (await world.metric('plinth_live_runs_total')) > runs).toBe(true)
    await world.run('alter table public.elsewhere rename to authors')
    await eventually(() => list.items).toEqual([{ title: 'b', author: { name: 'Ada' } }])
    expect(list.ended).toBe(null)
  })
})

describe('a client that returns', () => {
  it('is told what is different, on the same copy', async () => {
    const wish = { collection: 'posts', sort: 'votes', select: 'id,title' }
    const first = await connect()
    await post('a', 1)
    const held = await goLive(first, wish)
    first.close()
    await post('b', 0)
    const back = await goLive(await connect(), wish, held)
    expect(back).toMatchObject({ resumed: true, told: [{ type: 'insert', at: 0, record: { title: 'b' } }] })
    expect(titles(back.items)).toEqual(['b', 'a'])
    await post('c', 2)
    await eventually(() => titles(back.items)).toEqual(['b', 'a', 'c'])
  })

  it('has all of it anew on a copy that does not know what it had, unless it is still right', async () => {
    const wish = { collection: 'posts', sort: 'votes', select: 'id,title' }
    await post('a', 1)
    const held = await goLive(await connect(), wish)
    const settings = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL: world.databaseUrl }
    const copy = await startServer(readConfig(settings), createLog('silent'))
    try {
      const same = await goLive(await connect(copy.url), wish, held)
      expect(same).toMatchObject({ resumed: true, told: [] })
      const early = { ...held, items: held.items, cursor: held.cursor }
      await post('b', 0)
      await eventually(() => titles(same.items)).toEqual(['b', 'a'])
      await post('c', 2)
      await eventually(() => titles(same.items)).toEqual(['b', 'a', 'c'])
      await eventually(() => titles(held.items)).toEqual(['b', 'a', 'c'])
      // What the first copy has never been told of by this client, it does not know.
      const other = await goLive(await connect(), { ...wish, sort: '-votes' }, Object.assign(held, early))
      expect(other.resumed).toBe(false)
      expect(titles(other.items)).toEqual(['c', 'a', 'b'])
    } finally {
      await copy.stop()
    }
  })
})

describe('pressure', () => {
  it('ends a query whose result grows too large, and refuses one that is', async () => {
    const client = await connect()
    const list = await goLive(client, { collection: 'posts', limit: 1_000 })
    await world.run(
      `insert into public.posts (id, title, created, updated)
       select plinth.uuid_v7(), repeat('x', 1100), now(), now() from generate_series(1, 1000)`,
    )
    await eventually(() => list.ended).toBe('size')
    expect(await client.ask('live', { collection: 'posts', limit: 1_000 })).toMatchObject({
      error: { code: 'answerTooLarge' },
    })
  })

  it('ends the query of a client that takes nothing, and of no other', async () => {
    const wish = { collection: 'posts', limit: 100, select: 'title' }
    const quick = await goLive(await connect(), wish)
    const slowClient = await connect()
    const slow = await goLive(slowClient, wish)
    const raw = rawSocketOf(slowClient)
    raw.pause()
    for (let round = 0; round < 200 && (await world.metric('plinth_live_watchers')) === 2; round += 1) {
      await world.run('delete from public.posts')
      await world.run(
        `insert into public.posts (id, title, created, updated)
         select plinth.uuid_v7(), $1 || repeat('x', 9000), now(), now() from generate_series(1, 90)`,
        String(round),
      )
      await eventually(() => String(quick.items[0]?.['title']).startsWith(`${round}x`)).toBe(true)
    }
    expect(await world.metric('plinth_live_watchers')).toBe(1)
    raw.resume()
    await eventually(() => slow.ended).toBe('slow')
    expect(slow.faults).toEqual([])
    expect(quick).toMatchObject({ ended: null, faults: [] })
  })
})

/** The TCP connection below socket.io's client. */
function rawSocketOf({ socket }: Client): ReturnType<typeof connectTcp> {
  // The client's own types do not show what is below its transport.
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket: ReturnType<typeof connectTcp> } } }
  return engine.transport.ws._socket
}
