import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './hostile-world.ts'
import { expectRefusal } from './refused.ts'

let world: World
let large: string

/** 100 records of 900 kB: more than an answer may be. PostgreSQL keeps them in a few kB each. */
beforeAll(async () => {
  world = await openWorld()
  await world.database.run({
    text: `insert into public.posts (id, title, body, created, updated)
      select plinth.uuid_v7(), 'large', repeat('x', 900000) || n, now(), now()
      from generate_series(1, 100) as n`,
    values: [],
  })
  await world.database.run({
    text: `insert into public."posts.tags" select id, '${world.tag}' from public.posts where title = 'large'`,
    values: [],
  })
  large = (await world.as('user', 'GET', "/api/records/posts?limit=1&select=id&filter=title='large'")).body.items[0].id
})
afterAll(() => world?.stop())

const get = (path: string) => world.as('user', 'GET', path)
const tooLarge = [400, 'answerTooLarge'] as const

describe('more than can be answered at once', () => {
  test('in a list is refused', async () => {
    expectRefusal(await get('/api/records/posts?limit=1000&select=body'), tooLarge)
  })

  test('in one record is refused, and ends no process', async () => {
    expectRefusal(await get('/api/records/tags?select=posts(body;limit=1000)'), tooLarge)
  })

  test('in one record, by one record again and again, is refused', async () => {
    const path = `/api/records/posts/${large}?select=tags(posts(tags(posts(body;limit=1000))))`
    expectRefusal(await get(path), tooLarge)
  })

  test('in an aggregate is refused', async () => {
    expectRefusal(await get('/api/records/posts/aggregate?max=body&group=id'), tooLarge)
  })

  test('in a batch is refused, and nothing of the batch is done', async () => {
    const before = await world.database.run({ text: 'select count(*) from public.tags', values: [] })
    const operations = [
      { method: 'create', collection: 'tags', body: { name: 'in a large batch' } },
      ...Array.from({ length: 99 }, () => ({ method: 'get', collection: 'posts', id: large, select: 'body' })),
    ]
    expectRefusal(await world.as('user', 'POST', '/api/batch', { body: { operations } }), tooLarge)
    expect(await world.database.run({ text: 'select count(*) from public.tags', values: [] })).toEqual(before)
  })

  test('is no hindrance to what is smaller', async () => {
    expect((await get('/api/records/posts?limit=20&select=body')).body.items).toHaveLength(20)
    expect((await get('/health/ready')).status).toBe(200)
  })
})
