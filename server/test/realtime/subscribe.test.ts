import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
const open: Client[] = []
const connect = async (...args: Parameters<RealtimeWorld['connect']>): Promise<Client> => {
  const client = await world.connect(...args)
  open.push(client)
  return client
}

beforeAll(async () => {
  world = await openRealtimeWorld({
    collections: {
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text' },
          status: { type: 'select', options: ['draft', 'published'] },
          price: { type: 'decimal' },
          data: { type: 'json' },
          owner: { type: 'relation', to: 'users' },
          secret: { type: 'text' },
        },
        permissions: {
          anonymous: { read: "status = 'published'", hide: ['secret'] },
          authenticated: { read: 'owner = @user.id', create: true, update: true, delete: true, hide: ['secret'] },
        },
      },
    },
  })
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
afterAll(() => world.stop())

describe('a subscription', () => {
  it('tells what happens to the records that its actor may see, and nothing else', async () => {
    const guest = await connect()
    const { subscription, cursor } = await guest.ask('subscribe', { collection: 'posts' })
    expect(cursor).toEqual(expect.any(String))
    const seen = await world.create('posts', { title: 'a', status: 'published', secret: 'x' })
    const hidden = await world.create('posts', { title: 'b', status: 'draft' })
    await world.update('posts', hidden, { status: 'published' })
    await world.update('posts', seen, { title: 'a2' })
    await world.update('posts', seen, { status: 'draft' })
    await world.remove('posts', seen)
    await world.remove('posts', hidden)
    await eventually(() => guest.events(subscription).length).toBe(5)
    const [created, entered, updated, left, deleted] = guest.events(subscription)
    expect(created).toMatchObject({ type: 'create', id: seen, record: { id: seen, title: 'a', status: 'published' } })
    expect(Object.keys(created?.record ?? {})).toEqual([
      'id',
      'title',
      'status',
      'price',
      'data',
      'owner',
      'created',
      'updated',
    ])
    expect(entered).toMatchObject({ type: 'enter', id: hidden, record: { title: 'b' } })
    expect(updated).toMatchObject({ type: 'update', id: seen, record: { title: 'a2' } })
    expect(left).toEqual({ type: 'leave', id: seen })
    expect(deleted).toEqual({ type: 'delete', id: hidden })
  })

  it('shows records exactly as REST does', async () => {
    const admin = await connect({ admin: true })
    const { subscription } = await admin.ask('subscribe', { collection: 'posts' })
    const id = await world.create('posts', {
      title: 'quote " and \\ and \u{1F600}',
      price: '12345678901234567890.50',
      data: { z: 1.1, a: [1e3, { b: null }], big: 'x}' },
    })
    await eventually(() => admin.events(subscription)).toHaveLength(1)
    expect(admin.events(subscription)[0]?.record).toEqual((await world.get('posts', id)).body)
  })

  it('tells about what a filter lets through', async () => {
    const admin = await connect({ admin: true })
    const { subscription } = await admin.ask('subscribe', {
      collection: 'posts',
      filter: "title = 'wanted'",
      select: 'title',
    })
    const id = await world.create('posts', { title: 'other' })
    await world.update('posts', id, { title: 'wanted' })
    await world.update('posts', id, { title: 'other' })
    await expect
      .poll(() => admin.events(subscription))
      .toEqual([
        { type: 'enter', id, record: { title: 'wanted' } },
        { type: 'leave', id },
      ])
  })

  it('tells about one record', async () => {
    const [one, other] = [
      await world.create('posts', { title: 'one' }),
      await world.create('posts', { title: 'other' }),
    ]
    const admin = await connect({ admin: true })
    const { subscription } = await admin.ask('subscribe', { collection: 'posts', record: one, select: 'title' })
    await world.update('posts', other, { title: 'other2' })
    await world.update('posts', one, { title: 'one2' })
    await expect
      .poll(() => admin.events(subscription))
      .toEqual([{ type: 'update', id: one, record: { title: 'one2' } }])
  })

  it('tells users about their own records', async () => {
    const [ann, bob] = [await world.user('ann'), await world.user('bob')]
    const [annClient, bobClient] = [await connect({ token: ann.token }), await connect({ token: bob.token })]
    const anns = await annClient.ask('subscribe', { collection: 'posts', select: 'id' })
    const bobs = await bobClient.ask('subscribe', { collection: 'posts', select: 'id' })
    const id = await world.create('posts', { title: 'hers', owner: ann.id })
    await world.update('posts', id, { owner: bob.id })
    await expect
      .poll(() => annClient.events(anns.subscription))
      .toEqual([
        { type: 'create', id, record: { id } },
        { type: 'leave', id },
      ])
    await eventually(() => bobClient.events(bobs.subscription)).toEqual([{ type: 'enter', id, record: { id } }])
  })

  it('starts with a list of the same moment', async () => {
    const admin = await connect({ admin: true })
    const writing = { going: true, count: 0 }
    const writer = (async () => {
      while (writing.going) {
        await world.create('posts', { title: 'counted' })
        writing.count += 1
      }
    })()
    await eventually(() => writing.count).toBeGreaterThan(5)
    const begun = await Promise.all(
      Array.from({ length: 8 }, () =>
        admin.ask('subscribe', {
          collection: 'posts',
          filter: "title = 'counted'",
          select: 'id',
          list: { limit: 1000 },
        }),
      ),
    )
    await eventually(() => writing.count).toBeGreaterThan(20)
    writing.going = false
    await writer
    const all = (await world.list('posts', "filter=title = 'counted'&limit=1000&select=id")).body.items
    for (const { subscription, list } of begun) {
      const heard = () => [...list.items, ...admin.events(subscription).map(({ record }) => record)]
      await eventually(() => heard().length).toBe(all.length)
      expect(new Set(heard().map(({ id }) => id)).size).toBe(all.length)
    }
  })

  it('ends when it is told to', async () => {
    const admin = await connect({ admin: true })
    const { subscription } = await admin.ask('subscribe', { collection: 'posts' })
    const other = await admin.ask('subscribe', { collection: 'posts' })
    expect(await admin.ask('unsubscribe', { subscription })).toEqual({})
    await world.create('posts', { title: 'x' })
    await eventually(() => admin.events(other.subscription)).toHaveLength(1)
    expect(admin.events(subscription)).toEqual([])
    expect(await admin.ask('unsubscribe', { subscription })).toMatchObject({ error: { code: 'subscriptionNotFound' } })
  })

  it('goes on from a cursor, without a gap and without anything twice', async () => {
    const admin = await connect({ admin: true })
    const wish = { collection: 'posts', filter: "title = 'resumed'", select: 'id' }
    const first = await admin.ask('subscribe', wish)
    const a = await world.create('posts', { title: 'resumed' })
    await eventually(() => admin.events(first.subscription)).toHaveLength(1)
    const { cursor } = admin.batches[0] ?? {}
    admin.close()
    const b = await world.create('posts', { title: 'resumed' })
    await world.create('posts', { title: 'not this' })
    const again = await connect({ admin: true })
    const second = await again.ask('subscribe', { ...wish, cursor })
    const c = await world.create('posts', { title: 'resumed' })
    await eventually(() => again.events(second.subscription).map(({ id }) => id)).toEqual([b, c])
    const fromStart = await again.ask('subscribe', { ...wish, cursor: first.cursor })
    await eventually(() => again.events(fromStart.subscription).map(({ id }) => id)).toEqual([a, b, c])
  })
})
