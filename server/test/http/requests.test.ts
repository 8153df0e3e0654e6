import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendRaw, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PLINTH_CORS_ORIGINS: 'https://app.example.com' })
})
afterAll(() => server.stop())

const request = (line: string, headers = 'Host: x\r\n') =>
  sendRaw(server.port, `${line}\r\n${headers}Connection: close\r\n\r\n`)
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('a request', () => {
  test.each([
    ['a path that is not percent-encoded UTF-8', 'GET /api/records/%ff HTTP/1.1', 400],
    ['a percent sign alone', 'GET /api/records/% HTTP/1.1', 400],
    ['an encoded NUL', 'GET /api/records/a%00b HTTP/1.1', 400],
    ['two slashes at the start', 'GET //evil.example/x HTTP/1.1', 400],
    ['raw bytes above ASCII', 'GET /\u00e4 HTTP/1.1', 400],
    ['a fragment', 'GET /a#b HTTP/1.1', 400],
    ['the absolute form', 'GET http://example.com/health/live?x HTTP/1.1', 200],
    ['the absolute form of something else', 'GET ftp://example.com/health/live HTTP/1.1', 400],
    ['an asterisk', 'GET * HTTP/1.1', 400],
    ['OPTIONS and an asterisk', 'OPTIONS * HTTP/1.1', 204],
    ['a word for a target', 'GET nonsense HTTP/1.1', 400],
    ['an unknown method', 'BREW /health/live HTTP/1.1', 400],
    ['a known method that nothing answers', 'PROPFIND /health/live HTTP/1.1', 405],
    ['another protocol', 'GET / HTTP/9.9', 400],
    ['no protocol at all', 'hello', 400],
    ['a traversal', 'GET /../../etc/passwd HTTP/1.1', 404],
  ])('with %s gets its answer', async (_name, line, status) => {
    expect(statusOf(await request(line))).toBe(status)
  })

  test.each([
    ['no Host', 'GET / HTTP/1.1', ''],
    ['two Hosts', 'GET / HTTP/1.1', 'Host: x\r\nhost: y\r\n'],
    ['two lengths', 'POST /api/batch HTTP/1.1', 'Host: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n'],
    [
      'a length and chunks',
      'POST /api/batch HTTP/1.1',
      'Host: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n',
    ],
    ['chunks that are none', 'POST /api/batch HTTP/1.1', 'Host: x\r\nTransfer-Encoding: chunked, identity\r\n'],
    ['a header that is folded', 'GET / HTTP/1.1', 'Host: x\r\nA: b\r\n c\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1', 'Host: x\r\nA: b\0c\r\n'],
  ])('with %s is refused as a problem', async (_name, line, headers) => {
    const answer = await request(line, headers)
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain('application/problem+json')
    expect(answer).toContain('"code":"badRequest"')
  })

  test.each([
    ['HTTP/2', 'GET /health/live', 'h2c', '', 200],
    ['HTTP/2, with a body', 'POST /api/auth/sign-in', 'h2c', '{"email":1}', 400],
    ['HTTP/2 where there are web sockets', 'GET /api/realtime', 'h2c', '', 400],
    ['a web socket where there is none', 'GET /health/live', 'websocket', '', 200],
  ])('that would rather have %s is answered all the same', async (_name, line, protocol, body, status) => {
    const about = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
    const upgrade = `Connection: Upgrade, close\r\nUpgrade: ${protocol}\r\n`
    const answer = await sendRaw(server.port, `${line} HTTP/1.1\r\n${about}${upgrade}\r\n${body}`)
    expect(statusOf(answer)).toBe(status)
    if (body !== '') expect(answer).toContain('"code":"invalidBody"')
  })

  test('that expects what nobody knows is answered all the same', async () => {
    expect(statusOf(await request('GET /health/live HTTP/1.1', 'Host: x\r\nExpect: magic\r\n'))).toBe(200)
  })

  test('with huge headers is a 431', async () => {
    const answer = await request('GET / HTTP/1.1', `Host: x\r\nX: ${'y'.repeat(20_000)}\r\n`)
    expect(statusOf(answer)).toBe(431)
    expect(answer).toContain('"code":"headersTooLarge"')
  })

  test('with a connection that breaks off does no harm', async () => {
    await sendRaw(
      server.port,
      'POST /api/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
      (socket) => setTimeout(() => socket.destroy(), 50),
    )
    expect((await server.call('GET', '/health/live')).status).toBe(200)
  })
})

describe('every answer', () => {
  test('carries the id that the caller gave', async () => {
    const { headers } = await server.call('GET', '/nowhere', { headers: { 'X-Request-Id': 'abc-1.2' } })
    expect(headers.get('x-request-id')).toBe('abc-1.2')
  })

  test.each(['', 'a b', '<script>', 'x'.repeat(65)])(
    'carries an id of ours where the given one is %j',
    async (given) => {
      const { headers, body } = await server.call('GET', '/nowhere', { headers: { 'X-Request-Id': given } })
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{10,40}$/)
      expect(body.requestId).toBe(headers.get('x-request-id'))
    },
  )

  test('about nothing is a 404 problem', async () => {
    const { status, headers, body } = await server.call('GET', '/api/nowhere?secret=1')
    expect([status, body.code]).toEqual([404, 'routeNotFound'])
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  test('to a wrong method says which ones there are', async () => {
    const { status, headers } = await server.call('DELETE', '/api/auth/me')
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  test('to OPTIONS lists the methods', async () => {
    const { status, headers } = await server.call('OPTIONS', '/api/schema/plan')
    expect([status, headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
  })

  test('to HEAD has the headers of GET and no body', async () => {
    const { status, headers, body } = await server.call('HEAD', '/')
    expect([status, body]).toEqual([200, ''])
    expect(Number(headers.get('content-length'))).toBeGreaterThan(10)
  })

  test('keeps browsers from making anything of JSON', async () => {
    const { headers } = await server.call('GET', '/')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('x-powered-by')).toBeNull()
  })
})

describe('a page of another origin', () => {
  const from = (origin: string) => ({ headers: { Origin: origin, 'Access-Control-Request-Method': 'PATCH' } })

  test('may call where the configuration says so', async () => {
    const preflight = await server.call('OPTIONS', '/api/records/posts/1', from('https://app.example.com'))
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
    const { headers } = await server.call('GET', '/', from('https://app.example.com'))
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    // Listed one by one, so cookies may come along.
    expect(headers.get('access-control-allow-credentials')).toBe('true')
  })

  test('may not otherwise', async () => {
    const { headers } = await server.call('GET', '/', from('https://evil.example.com'))
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('health and metrics', () => {
  test('say that all is well', async () => {
    expect((await server.call('GET', '/health/live')).status).toBe(200)
    expect(await server.call('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  test('name routes, never ids or unknown methods', async () => {
    await server.call('GET', '/api/records/posts/0190b0a0-0000-7000-8000-000000000000')
    const { headers, body } = await server.call('GET', '/metrics')
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
    expect(body).toContain('plinth_http_requests_total{method="GET",route="/api/records/:collection/:id",status="404"}')
    expect(body).toContain('route="/health/live"')
    expect(body).not.toContain('0190b0a0')
  })
})
