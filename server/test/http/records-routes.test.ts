import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openWorld, type World } from './hostile-world.ts'
import type { Answer, CallOptions } from './test-server.ts'

let world: World
/** A post of its own for each test. */
let post: string

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.stop())
beforeEach(async () => {
  post = (await send('POST', '/api/records/posts', { title: 'Mine', views: 1 })).body.id
})

const send = (method: string, path: string, body?: unknown, headers: CallOptions['headers'] = {}): Promise<Answer> =>
  world.as('user', method, path, body === undefined ? { headers } : { body, headers })
const get = (path: string, headers: CallOptions['headers'] = {}) => send('GET', path, undefined, headers)
const at = (id = post) => `/api/records/posts/${id}`
const etagOf = ({ headers }: Answer): string => headers.get('etag') ?? ''
const titled = (title: string) => `/api/records/posts?filter=${encodeURIComponent(`title = '${title}'`)}`

describe('GET of a list', () => {
  test('answers a page of items and the cursor of the next', async () => {
    const first = await get('/api/records/posts?limit=1&sort=created')
    expect(first).toMatchObject({ status: 200, body: { items: [{ title: 'Hello' }], next: expect.any(String) } })
    expect(Object.keys(first.body)).toEqual(['items', 'next'])
    const { body } = await get(`/api/records/posts?limit=1000&sort=created&after=${first.body.next}`)
    expect(body.next).toBeNull()
    expect(body.items.map(({ title }: { title: string }) => title)).not.toContain('Hello')
  })

  test('counts only when asked', async () => {
    expect((await get('/api/records/posts?count=exact&limit=1')).body.count).toBeGreaterThanOrEqual(2)
    expect((await get('/api/records/posts?count=estimated&limit=1')).body.count).toBeGreaterThanOrEqual(2)
  })

  test('may be kept by nobody but the caller, who has to ask again', async () => {
    const { headers } = await get('/api/records/posts')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('of aggregates answers groups', async () => {
    const { status, body } = await get('/api/records/posts/aggregate?count=*&sum=views&group=status')
    expect([status, body.items]).toEqual([
      200,
      [{ status: 'draft', count: expect.any(Number), sum: { views: expect.any(Number) } }],
    ])
  })
})

describe('GET of a record', () => {
  test('answers it with its ETag', async () => {
    const answer = await get(at())
    expect(answer).toMatchObject({ status: 200, body: { id: post, title: 'Mine' } })
    expect(etagOf(answer)).toMatch(/^"\d+-[\w-]{12}"$/)
  })

  test('is a 304 without a body where the caller has it already', async () => {
    const etag = etagOf(await get(at()))
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, body, headers } = await get(at(), { 'If-None-Match': known })
      expect([known, status, body, headers.get('etag')]).toEqual([known, 304, '', etag])
    }
  })

  test('is answered again where it has changed, or is shown otherwise', async () => {
    const etag = etagOf(await get(at()))
    expect((await get(`${at()}?select=id`, { 'If-None-Match': etag })).status).toBe(200)
    await send('PATCH', at(), { views: 2 })
    expect((await get(at(), { 'If-None-Match': etag })).status).toBe(200)
  })

  test('that is not there is a 404', async () => {
    expect(await get(at(randomUUID()))).toMatchObject({ status: 404, body: { code: 'recordNotFound' } })
  })
})

describe('HEAD', () => {
  test.each([
    ['a list', () => '/api/records/posts'],
    ['a record', () => at()],
    ['nothing', () => at(randomUUID())],
  ])('of %s has the status and headers of GET and no body', async (_name, path) => {
    const [head, full] = [await send('HEAD', path()), await get(path())]
    expect([head.status, head.body || '']).toEqual([full.status, ''])
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
      expect([name, head.headers.get(name)]).toEqual([name, full.headers.get(name)])
    }
  })
})

describe('POST', () => {
  test('creates a record: 201 with its address and ETag', async () => {
    const answer = await send('POST', '/api/records/posts', { title: 'New' })
    expect(answer).toMatchObject({ status: 201, body: { title: 'New', views: 0 } })
    expect(answer.headers.get('location')).toBe(at(answer.body.id))
    expect(etagOf(await get(at(answer.body.id)))).toBe(etagOf(answer))
  })

  test('takes the id that the caller brings, once', async () => {
    const id = randomUUID()
    expect((await send('POST', '/api/records/posts', { id, title: 'a' })).body.id).toBe(id)
    expect(await send('POST', '/api/records/posts', { id, title: 'a' })).toMatchObject({
      status: 409,
      body: { code: 'notUnique' },
    })
  })

  test('answers in the shape that is asked for', async () => {
    const { body } = await send('POST', '/api/records/posts?select=title,tags(name)', { title: 'a', tags: [world.tag] })
    expect(body).toEqual({ title: 'a', tags: [{ name: 'first' }] })
  })

  test('of an array creates all, in order, or none', async () => {
    const { status, body, headers } = await send('POST', '/api/records/posts?select=title', [
      { title: 'b' },
      { title: 'a' },
    ])
    expect([status, body, headers.get('location')]).toEqual([201, { items: [{ title: 'b' }, { title: 'a' }] }, null])
    const before = await world.trace()
    const refused = await send('POST', '/api/records/posts', [{ title: 'b' }, { title: 'a', slug: 'hello' }])
    expect([refused.status, await world.trace()]).toEqual([409, before])
  })

  test('with Prefer: return=minimal answers where the record is, and no more', async () => {
    const { status, body, headers } = await send(
      'POST',
      '/api/records/posts',
      { title: 'a' },
      { Prefer: 'return=minimal' },
    )
    expect([status, body || '', headers.get('preference-applied')]).toEqual([201, '', 'return=minimal'])
    expect((await get(headers.get('location') ?? '')).body.title).toBe('a')
  })
})

describe('PATCH', () => {
  test('changes what is given, and answers the record', async () => {
    const answer = await send('PATCH', at(), { 'views+': 4, '+tags': [world.tag] })
    expect(answer).toMatchObject({ status: 200, body: { title: 'Mine', views: 5, tags: [world.tag] } })
    expect(etagOf(answer)).toBe(etagOf(await get(at())))
  })

  test('with the ETag or revision that the caller has succeeds once', async () => {
    const etag = etagOf(await get(at()))
    expect((await send('PATCH', at(), { title: 'One' }, { 'If-Match': etag })).status).toBe(200)
    const late = await send('PATCH', at(), { title: 'Two' }, { 'If-Match': etag })
    expect(late).toMatchObject({ status: 412, body: { code: 'revisionMismatch', changed: ['title'] } })
    const { rev } = (await get(`${at()}?select=rev`)).body
    expect((await send('PATCH', `${at()}?ifRev=${rev}`, { title: 'Three' })).status).toBe(200)
    expect((await send('PATCH', `${at()}?ifRev=${rev}`, { title: 'Four' })).status).toBe(412)
  })

  test('with Prefer: return=minimal is a 204', async () => {
    const { status, body, headers } = await send(
      'PATCH',
      at(),
      { views: 9 },
      { Prefer: 'respond-async, return=minimal' },
    )
    expect([status, body || '', headers.get('preference-applied')]).toEqual([204, '', 'return=minimal'])
    expect((await get(at())).body.views).toBe(9)
  })

  test('of all that match answers how many', async () => {
    const title = randomUUID()
    await send('POST', '/api/records/posts', [{ title }, { title }])
    expect(await send('PATCH', titled(title), { views: 3 })).toMatchObject({ status: 200, body: { count: 2 } })
    expect(await send('PATCH', titled('nobody has this'), { views: 3 })).toMatchObject({
      status: 200,
      body: { count: 0 },
    })
  })

  test('of all needs a filter', async () => {
    expect(await send('PATCH', '/api/records/posts', { views: 3 })).toMatchObject({
      status: 400,
      body: { code: 'filterRequired' },
    })
  })
})

describe('PUT', () => {
  test('creates the record where there is none: 201 with its address', async () => {
    const id = randomUUID()
    const answer = await send('PUT', at(id), { title: 'Put' })
    expect(answer).toMatchObject({ status: 201, body: { id, title: 'Put' } })
    expect(answer.headers.get('location')).toBe(at(id))
  })

  test('replaces it where there is one: what is not given gets its default', async () => {
    await send('PATCH', at(), { stars: 3, '+tags': [world.tag] })
    const answer = await send('PUT', at(), { title: 'Put' })
    expect(answer).toMatchObject({ status: 200, body: { id: post, title: 'Put', views: 0, stars: null, tags: [] } })
    expect(answer.headers.get('location')).toBeNull()
  })

  test('needs all that is required', async () => {
    expect(await send('PUT', at(), { views: 1 })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/title', code: 'required' }] },
    })
  })

  test('honours If-Match', async () => {
    const etag = etagOf(await get(at()))
    expect((await send('PUT', at(), { title: 'One' }, { 'If-Match': etag })).status).toBe(200)
    expect((await send('PUT', at(), { title: 'Two' }, { 'If-Match': etag })).status).toBe(412)
  })

  test('with If-None-Match: * never overwrites', async () => {
    const refused = await send('PUT', at(), { title: 'New' }, { 'If-None-Match': '*' })
    expect(refused).toMatchObject({ status: 412, body: { code: 'preconditionFailed' } })
    expect((await get(at())).body).not.toMatchObject({ title: 'New' })
    expect((await send('PUT', at(randomUUID()), { title: 'New' }, { 'If-None-Match': '*' })).status).toBe(201)
  })

  test('with If-Match: * never creates', async () => {
    const refused = await send('PUT', at(randomUUID()), { title: 'New' }, { 'If-Match': '*' })
    expect(refused).toMatchObject({ status: 412, body: { code: 'preconditionFailed' } })
    expect((await send('PUT', at(), { title: 'New' }, { 'If-Match': '*' })).status).toBe(200)
  })
})

test('a revision for many records is refused, not ignored', async () => {
  const answer = await send('PATCH', '/api/records/posts?filter=true', { views: 1 }, { 'If-Match': '"1"' })
  expect(answer).toMatchObject({ status: 400, body: { code: 'badRequest' } })
})

describe('DELETE', () => {
  test('is a 204, and a 404 the second time', async () => {
    expect(await send('DELETE', at())).toMatchObject({ status: 204, body: '' })
    expect((await send('DELETE', at())).status).toBe(404)
    expect((await get(at())).status).toBe(404)
  })

  test('honours If-Match', async () => {
    const etag = etagOf(await get(at()))
    await send('PATCH', at(), { views: 2 })
    expect((await send('DELETE', at(), undefined, { 'If-Match': etag })).status).toBe(412)
    expect((await send('DELETE', at(), undefined, { 'If-Match': etagOf(await get(at())) })).status).toBe(204)
  })

  test('of all that match answers how many, and needs a filter', async () => {
    const title = randomUUID()
    await send('POST', '/api/records/posts', [{ title }, { title }, { title }])
    expect(await send('DELETE', titled(title))).toMatchObject({ status: 200, body: { count: 3 } })
    expect(await send('DELETE', '/api/records/posts')).toMatchObject({ status: 400, body: { code: 'filterRequired' } })
  })
})

describe('an Idempotency-Key', () => {
  const once = (key: string, body: unknown) => send('POST', '/api/records/posts', body, { 'Idempotency-Key': key })

  test('makes a retry get the first answer again', async () => {
    const [key, body] = [randomUUID(), { title: 'Once' }]
    const [first, again] = [await once(key, body), await once(key, body)]
    expect([again.status, again.body, etagOf(again)]).toEqual([201, first.body, etagOf(first)])
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
  })

  test('makes ten at once write once', async () => {
    const [key, title] = [randomUUID(), randomUUID()]
    const answers = await Promise.all(Array.from({ length: 10 }, () => once(key, { title })))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
    expect((await get(`${titled(title)}&count=exact`)).body.count).toBe(1)
  })

  test('keeps a refusal as well, as the problem that it was', async () => {
    const key = randomUUID()
    const [first, again] = [await once(key, { title: 1 }), await once(key, { title: 1 })]
    expect([again.status, again.body]).toEqual([400, first.body])
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })

  test('with another body is a 422', async () => {
    const key = randomUUID()
    await once(key, { title: 'a' })
    expect(await once(key, { title: 'b' })).toMatchObject({ status: 422, body: { code: 'idempotencyKeyReused' } })
  })

  test('of somebody else is another key', async () => {
    const [key, body] = [randomUUID(), { title: 'a' }]
    const mine = await once(key, body)
    const theirs = await world.as('key', 'POST', '/api/records/posts', { body, headers: { 'Idempotency-Key': key } })
    expect([theirs.status, theirs.body.id === mine.body.id]).toEqual([201, false])
  })
})

describe('every answer', () => {
  test.each([
    ['a success', () => get('/api/records/posts', { 'X-Request-Id': 'mine-1' })],
    ['a 304', () => get(at(), { 'If-None-Match': '*', 'X-Request-Id': 'mine-1' })],
    ['a 204', () => send('DELETE', at(), undefined, { 'X-Request-Id': 'mine-1' })],
    ['a refusal', () => get('/api/records/nothing', { 'X-Request-Id': 'mine-1' })],
  ])('carries the request id: %s', async (_name, ask) => {
    expect((await ask()).headers.get('x-request-id')).toBe('mine-1')
  })

  test('says which methods there are where the asked one is not', async () => {
    const { status, headers } = await send('PUT', '/api/records/posts', {})
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST, PATCH, DELETE, HEAD, OPTIONS'])
    expect((await send('OPTIONS', at())).headers.get('allow')).toBe('GET, PATCH, PUT, DELETE, HEAD, OPTIONS')
  })

  test('to a page of another origin has no CORS headers unless the configuration says so', async () => {
    const { headers } = await get('/api/records/posts', { Origin: 'https://example.com' })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    const preflight = await send('OPTIONS', '/api/records/posts', undefined, {
      Origin: 'https://example.com',
      'Access-Control-Request-Method': 'POST',
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('to who may not write says so, and to who has no valid token how to sign in', async () => {
    expect(await world.as('anonymous', 'POST', '/api/records/posts', { body: { title: 'x' } })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    const { status, headers } = await world.call('GET', '/api/records/posts', { token: 'nonsense' })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="plinth"'])
  })
})

test('a batch answers the status and record of each operation', async () => {
  const { status, body } = await send('POST', '/api/batch', {
    operations: [
      { method: 'create', collection: 'tags', as: 'tag', body: { name: randomUUID() }, select: 'name' },
      { method: 'update', collection: 'posts', id: post, body: { views: 5 }, select: 'views' },
      { method: 'get', collection: 'posts', id: post, select: 'views' },
      { method: 'delete', collection: 'posts', id: post },
    ],
  })
  expect([status, body]).toEqual([
    200,
    {
      results: [
        { status: 201, body: { name: expect.any(String) } },
        { status: 200, body: { views: 5 } },
        { status: 200, body: { views: 5 } },
        { status: 204, body: null },
      ],
    },
  ])
})
