import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Socket } from 'node:net'
import { errors } from '@plinth/schema'
import { afterEach, describe, expect, test } from 'vitest'
import { anonymous } from '../../src/access/actor.ts'
import { json } from '../../src/http/answers.ts'
import { readJson } from '../../src/http/body.ts'
import { type Router, routes } from '../../src/http/router.ts'
import { UnsentAnswers } from '../../src/http/unsent-answers.ts'
import { createHttpServer, type HttpOptions, type HttpServer } from '../../src/http/server.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { call, sendRaw } from './test-server.ts'

let http: HttpServer | undefined
afterEach(() => http?.drain(0))

const logFile = join(await mkdtemp(join(tmpdir(), 'plinth-log-')), 'log')
const log = createLog('info', logFile)

async function listen(router: Router, options: Partial<HttpOptions> = {}): Promise<number> {
  http = createHttpServer({
    router,
    identify: () => anonymous,
    log,
    metrics: createMetrics(),
    maxBody: 1_000,
    corsOrigins: [],
    trustedProxies: 0,
    ...options,
  })
  http.server.listen(0, '127.0.0.1')
  await once(http.server, 'listening')
  const address = http.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const loggedLines = async () => {
  log.flushSync()
  return (await readFile(logFile, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('large answers that nobody reads', () => {
  // More than what the system takes off our hands.
  const size = 24 * 1024 ** 2
  const text = JSON.stringify('x'.repeat(size - 2))
  const large = routes({
    '/large': {
      get: (_req, res) => json(res, 200, text),
      post: (_req, res) => json(res, 200, text),
    },
    '/small': { get: (_req, res) => json(res, 200, '{}') },
  })
  async function stalledReader(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    return socket
  }

  test('are bounded in all: the next is refused, and a write is cut off, since it is done', async () => {
    const port = await listen(large, { unsent: new UnsentAnswers({ most: 1.5 * size }) })
    const get = (path: string) => call(`http://127.0.0.1:${port}`, 'GET', path)
    const reader = await stalledReader(port)
    const refused = await get('/large')
    expect([refused.status, refused.body.code]).toEqual([503, 'tooManyLargeAnswers'])
    expect((await get('/small')).status).toBe(200)
    await expect(call(`http://127.0.0.1:${port}`, 'POST', '/large')).rejects.toThrow('fetch failed')
    reader.destroy()
    await expect.poll(async () => (await get('/large')).status).toBe(200)
    // What was read counts no more.
    expect((await get('/large')).status).toBe(200)
  })

  test('are cut off after a while', async () => {
    const port = await listen(large, { unsent: new UnsentAnswers({ patience: 500, pace: size }) })
    const reader = await stalledReader(port)
    const connections = () => new Promise((resolve) => http?.server.getConnections((_error, count) => resolve(count)))
    expect(await connections()).toBe(1)
    await expect.poll(connections).toBe(0)
    reader.destroy()
  })
})

describe('what a route throws', () => {
  const thrown = (error: unknown) =>
    routes({
      '/sync': {
        get: () => {
          throw error
        },
      },
      '/async': { get: () => Promise.reject(error) },
    })

  test.each(['/sync', '/async'])('from %s is answered without any detail, and logged with all', async (path) => {
    const port = await listen(thrown(new Error('the secret detail')))
    const { status, body } = await call(`http://127.0.0.1:${port}`, 'GET', path)
    expect([status, body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toMatch(/secret|at |\.ts/)
    const line = (await loggedLines()).findLast((each) => each.level === 50)
    expect(line).toMatchObject({
      requestId: body.requestId,
      err: { message: 'the secret detail', stack: expect.any(String) },
    })
  })

  test('may even be nothing', async () => {
    const port = await listen(thrown(undefined))
    expect((await call(`http://127.0.0.1:${port}`, 'GET', '/async')).status).toBeGreaterThanOrEqual(400)
  })

  test.each([
    ['40001', 409, 'conflict'],
    ['40P01', 409, 'conflict'],
    ['57014', 503, 'unavailable'],
    ['57P01', 503, 'unavailable'],
    ['53100', 503, 'unavailable'],
    ['08006', 503, 'unavailable'],
    ['42601', 500, 'internal'],
  ])('as PostgreSQL %s is a %d', async (code, status, name) => {
    const port = await listen(thrown(Object.assign(new Error('from PostgreSQL'), { code })))
    const { body } = await call(`http://127.0.0.1:${port}`, 'GET', '/async')
    expect([body.status, body.code]).toEqual([status, name])
  })

  test('as a lost connection is a 503 that says when to come again', async () => {
    const error = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' })
    const port = await listen(thrown(error))
    const { status, headers } = await call(`http://127.0.0.1:${port}`, 'GET', '/async')
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  })

  test('after the answer has begun cuts the connection', async () => {
    const port = await listen(
      routes({
        '/': {
          get: (_req, res) => {
            res.writeHead(200, { 'Content-Length': 100 })
            res.write('half')
            throw new Error('too late')
          },
        },
      }),
    )
    await expect(call(`http://127.0.0.1:${port}`, 'GET', '/')).rejects.toThrow()
  })
})

describe('the log', () => {
  test('has one line a request, without query, body or token', async () => {
    const port = await listen(routes({ '/:id': { get: (_req, res) => json(res, 200, '{}') } }))
    const headers = { 'X-Request-Id': 'the-one', Authorization: 'Bearer hush', traceparent: '00-abc-def-01' }
    await call(`http://127.0.0.1:${port}`, 'GET', '/7?filter=hush', { headers })
    const line = (await loggedLines()).find((each) => each.requestId === 'the-one')
    expect(line).toMatchObject({
      method: 'GET',
      path: '/7',
      status: 200,
      actor: 'anonymous',
      traceparent: '00-abc-def-01',
    })
    expect(JSON.stringify(line)).not.toContain('hush')
  })

  test('hides secrets that somebody logs by mistake', async () => {
    log.info({ requestId: 'slip', password: 'hush', headers: { authorization: 'hush' } }, 'a slip')
    expect((await loggedLines()).find((each) => each.requestId === 'slip')).toMatchObject({
      password: '[secret]',
      headers: { authorization: '[secret]' },
    })
  })
})

describe('a slow caller', () => {
  test('who never ends their headers is cut off', async () => {
    const port = await listen(routes({}), { headersTimeout: 100, requestTimeout: 200 })
    expect(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1\.1 408 .*"code":"requestTooSlow"/s)
  })

  test('who never ends their body is cut off', async () => {
    const reading = routes({ '/': { post: async (req) => void (await readJson(req)) } })
    const port = await listen(reading, { headersTimeout: 100, requestTimeout: 200 })
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{'
    expect(await sendRaw(port, head)).toMatch(/^HTTP\/1\.1 408 /)
  })
})

describe('draining', () => {
  test('finishes what runs and takes nothing new', async () => {
    let finish = () => {}
    const started = Promise.withResolvers<void>()
    const slow = routes({
      '/': {
        get: async (_req, res) => {
          started.resolve()
          await new Promise<void>((resolve) => (finish = resolve))
          json(res, 200, '{"done":true}')
        },
      },
    })
    const port = await listen(slow)
    const answer = call(`http://127.0.0.1:${port}`, 'GET', '/')
    await started.promise
    const drained = http?.drain(10_000)
    await expect(call(`http://127.0.0.1:${port}`, 'GET', '/', { headers: { Connection: 'close' } })).rejects.toThrow()
    finish()
    expect((await answer).body).toEqual({ done: true })
    await drained
  })

  test('cuts what takes too long', async () => {
    const started = Promise.withResolvers<void>()
    const port = await listen(routes({ '/': { get: () => started.resolve() } }))
    const answer = call(`http://127.0.0.1:${port}`, 'GET', '/').catch(() => 'cut')
    await started.promise
    await http?.drain(50)
    expect(await answer).toBe('cut')
  })
})

describe('the caller’s address', () => {
  const echo = routes({ '/': { get: (req, res) => json(res, 200, JSON.stringify(req.clientAddress)) } })
  const headers = { 'X-Forwarded-For': '6.6.6.6, 1.2.3.4' }

  test.each([
    [0, '127.0.0.1'],
    [1, '1.2.3.4'],
    [2, '6.6.6.6'],
  ])('behind %d proxies is %s', async (trustedProxies, address) => {
    const port = await listen(echo, { trustedProxies })
    expect((await call(`http://127.0.0.1:${port}`, 'GET', '/', { headers })).body).toBe(address)
  })
})

test('a problem that a route throws keeps its own status', async () => {
  const port = await listen(routes({ '/': { get: () => Promise.reject(errors.adminOnly()) } }))
  expect((await call(`http://127.0.0.1:${port}`, 'GET', '/')).body).toMatchObject({ status: 403, code: 'adminOnly' })
})
