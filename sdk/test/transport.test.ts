import { afterEach, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient, PlinthError } from '../src/index.ts'
import { delayBefore, isPassing } from '../src/http/retry.ts'
import { type FlakyServer, type Reply, startFlakyServer } from './support/flaky-server.ts'

let server: FlakyServer
afterEach(() => server?.stop())

async function clientOf(replies: readonly Reply[], options: ClientOptions = {}) {
  server = await startFlakyServer(...replies)
  const db = createClient(server.url, options)
  return { db, posts: db.collection('posts') }
}

const problem = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'X-Request-Id': 'r-1', ...headers },
  body: { type: `urn:plinth:error:${code}`, status, code, title: 'A sentence.', requestId: 'r-1', operation: 3 },
})
const busy = problem(503, 'unavailable', { 'Retry-After': '0' })
const page: Reply = { body: { items: [], next: null } }
const failure = (promise: PromiseLike<unknown>): Promise<PlinthError> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof PlinthError ? error : expect.unreachable(String(error))),
  )

describe('what is tried again', () => {
  it.each<[string, Reply]>([
    ['a cut connection', 'cut'],
    ['a server that is not ready', busy],
    ['a proxy without a server', { status: 502, body: '<html>' }],
    ['too many requests, after as long as it says', problem(429, 'tooManyRequests', { 'Retry-After': '0' })],
  ])('a read after %s', async (_, reply) => {
    const { posts } = await clientOf([reply, page])
    await posts.list()
    expect(server.seen.length).toBe(2)
  })

  it('a write, under the same key, so that it is done once', async () => {
    const { posts } = await clientOf(['cut', busy, { status: 201, body: { id: 'x' } }])
    await posts.create({ title: 'a' })
    const keys = server.seen.map(({ headers }) => headers['idempotency-key'])
    expect(keys.length).toBe(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set(['{"title":"a"}']))
  })

  it('a write that met another one, under a new key', async () => {
    const { posts } = await clientOf([problem(409, 'conflict'), {}])
    await posts.update('x', { title: 'a' })
    expect(new Set(server.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(2)
  })
})

describe('what is not tried again', () => {
  it.each<[string, Reply, number, string]>([
    ['a refusal', problem(400, 'invalidBody'), 400, 'invalidBody'],
    ['a fault of the server', problem(500, 'internal'), 500, 'internal'],
    [
      'a server that wants more patience than a caller has',
      problem(429, 'tooManyRequests', { 'Retry-After': '900' }),
      429,
      'tooManyRequests',
    ],
    ['a page that is no API', { body: '<html>' }, 200, 'unexpectedAnswer'],
  ])('%s', async (_, reply, status, code) => {
    const { posts } = await clientOf([reply])
    const error = await failure(posts.list())
    expect([error.status, error.code, server.seen.length]).toEqual([status, code, 1])
  })

  it('a call that is neither a read nor has a key', async () => {
    const { db } = await clientOf(['cut'])
    expect((await failure(db.request('POST', '/api/schema/apply', { body: {} }))).code).toBe('network')
    expect((await failure(db.auth.signIn({ email: 'a@b.c', password: 'x' }))).code).toBe('network')
    expect(server.seen.length).toBe(2)
  })

  it('anything more often than it was told to', async () => {
    const { posts } = await clientOf([busy], { retries: 1 })
    expect((await failure(posts.list())).status).toBe(503)
    expect(server.seen.length).toBe(2)
    await failure(posts.list({ retries: 0 }))
    expect(server.seen.length).toBe(3)
  })
})

describe('an error', () => {
  it('tells what the problem says', async () => {
    const { posts } = await clientOf([problem(422, 'batchFailed')])
    const error = await failure(posts.list())
    expect(error).toMatchObject({
      name: 'PlinthError',
      status: 422,
      code: 'batchFailed',
      message: 'A sentence.',
      requestId: 'r-1',
    })
    expect(error.details).toEqual({ operation: 3 })
    expect(error.errors).toEqual([])
  })

  it('of a proxy has a code, too', async () => {
    const { posts } = await clientOf([
      { status: 403, body: '<html>no</html>', headers: { 'Content-Type': 'text/html' } },
    ])
    expect(await failure(posts.list())).toMatchObject({ status: 403, code: 'http403', requestId: null })
  })

  it('says when nobody answers', async () => {
    const { posts } = await clientOf([page], { retries: 0 })
    await server.stop()
    expect(await failure(posts.list())).toMatchObject({ status: 0, code: 'network' })
  })
})

describe('a call ends', () => {
  it('after its time', async () => {
    const { posts } = await clientOf(['hang'], { retries: 0, timeout: 50 })
    expect(await failure(posts.list())).toMatchObject({ status: 0, code: 'timeout' })
  })

  it('when its caller stops it, also while it waits to try again', async () => {
    const { posts } = await clientOf(['hang'])
    const stop = new AbortController()
    const listed = failure(posts.list({ signal: stop.signal }))
    stop.abort()
    expect(await listed).toMatchObject({ status: 0, code: 'aborted' })
    const waiting = await clientOf([problem(503, 'unavailable', { 'Retry-After': '20' })])
    const later = new AbortController()
    const waited = failure(waiting.posts.list({ signal: later.signal }))
    await expect.poll(() => server.seen.length).toBe(1)
    later.abort()
    expect((await waited).code).toBe('aborted')
    expect(server.seen.length).toBe(1)
  })
})

describe('the address of a request', () => {
  it('keeps what stands in a name or an id in its place', async () => {
    const { db } = await clientOf([page])
    await db.collection('a/../b?x=1#y').list({ where: { title: "a&b=c+d'e" } })
    await db.collection('posts').get('../users?x')
    const [list, get] = server.seen.map(({ url }) => new URL(url, server.url))
    expect(list?.pathname).toBe('/api/records/a%2F..%2Fb%3Fx%3D1%23y')
    expect(list?.searchParams.get('filter')).toBe("title = 'a&b=c+d\\'e'")
    expect(get?.pathname).toBe('/api/records/posts/..%2Fusers%3Fx')
  })

  it.each(['', '.', '..'])('is never another one because an id is "%s"', async (id) => {
    const { posts } = await clientOf([page])
    await expect(posts.delete(id)).rejects.toThrow('An id or a name')
    expect(server.seen.length).toBe(0)
  })
})

describe('who is asking', () => {
  it('is said by the token, asked for anew each time', async () => {
    let count = 0
    const { posts } = await clientOf([page], { token: () => `t${(count += 1)}` })
    await posts.list()
    await posts.list()
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('a client is no promise, so that it can be awaited', async () => {
    const { db } = await clientOf([page])
    expect(await db).toBe(db)
    expect(Object.keys(JSON.parse(JSON.stringify(db)))).toEqual(['url', 'auth'])
  })
})

it('delays grow, differ, and heed the server', () => {
  const of = (attempt: number): number => delayBefore(attempt, null)
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const bound = Math.min(8_000, 200 * 2 ** attempt)
    expect(of(attempt)).toBeGreaterThanOrEqual(bound / 2)
    expect(of(attempt)).toBeLessThanOrEqual(bound)
  }
  const wished = Array.from({ length: 20 }, () => delayBefore(0, 7))
  expect(Math.min(...wished)).toBeGreaterThanOrEqual(7_000)
  expect(Math.max(...wished)).toBeLessThan(9_000)
  expect(new Set(wished).size).toBeGreaterThan(1)
  expect(isPassing(new PlinthError(503, 'x', '', { retryAfter: 21 }))).toBe(false)
})
