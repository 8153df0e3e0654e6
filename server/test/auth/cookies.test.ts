import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }
const settings = { PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password }
const app = 'https://app.example.com'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ...settings, PLINTH_CORS_ORIGINS: app })
})
afterAll(() => server.stop())

const ours = { 'Sec-Fetch-Site': 'same-origin' }
type Jar = Readonly<Record<string, string>>

/** What a browser would keep of an answer: name=value. */
function jarOf({ headers }: Answer): Jar {
  return Object.fromEntries(
    headers.getSetCookie().map((line) => {
      const [pair = ''] = line.split(';')
      return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    }),
  )
}
const cookieOf = (jar: Jar): string =>
  Object.entries(jar)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
const signIn = (headers: Jar = ours, cookie = '') =>
  server.call('POST', '/api/auth/sign-in', {
    body: { ...ada, session: 'cookie' },
    headers: { ...headers, ...(cookie !== '' && { Cookie: cookie }) },
  })
const call = (method: string, path: string, jar: Jar, headers: Jar = ours, body?: unknown) =>
  server.call(method, path, { body, headers: { ...headers, Cookie: cookieOf(jar) } })

describe('signing in with cookies', () => {
  test('answers no token, and sets cookies that no script reads', async () => {
    const answer = await signIn()
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ expiresAt: expect.any(String), user: expect.objectContaining({ email: ada.email }) })
    const lines = answer.headers.getSetCookie()
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      expect(line).toMatch(/^plinth_(access|refresh)=\S+; Max-Age=2592000; Path=\/api; HttpOnly; SameSite=Lax$/)
    }
    const jar = jarOf(answer)
    expect((await call('GET', '/api/auth/me', jar, {})).body.email).toBe(ada.email)
    expect((await call('GET', '/api/schema', jar, {})).status).toBe(200)
  })

  test('binds them to this host and to https where that is the public address', async () => {
    const secure = await startTestServer({ ...settings, PLINTH_PUBLIC_URL: 'https://api.example.com' })
    const answer = await secure.call('POST', '/api/auth/sign-in', {
      body: { ...ada, session: 'cookie' },
      headers: ours,
    })
    for (const line of answer.headers.getSetCookie()) {
      expect(line).toMatch(/^__Host-plinth_(access|refresh)=\S+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    }
    // The plain names mean nothing there: a neighbour without https could have planted them.
    const [access = ''] = Object.values(jarOf(answer))
    const planted = await secure.call('GET', '/api/auth/me', { headers: { Cookie: `plinth_access=${access}` } })
    expect(planted.body.code).toBe('notSignedIn')
    await secure.stop()
  })

  test('starts a session with new secrets, whatever the browser sent before (no fixation)', async () => {
    const planted = jarOf(await signIn())
    const fresh = jarOf(await signIn(ours, cookieOf(planted)))
    expect(fresh['plinth_access']).not.toBe(planted['plinth_access'])
    expect(fresh['plinth_refresh']).not.toBe(planted['plinth_refresh'])
    await call('POST', '/api/auth/sign-out', planted)
    expect((await call('GET', '/api/auth/me', fresh)).status).toBe(200)
  })

  test('by another kind of session is refused', async () => {
    const answer = await server.call('POST', '/api/auth/sign-in', { body: { ...ada, session: 'mine' } })
    expect(answer.body.errors[0].path).toBe('/session')
  })

  test('refreshes by cookie, and signs out with none left', async () => {
    const jar = jarOf(await signIn())
    const refreshed = await call('POST', '/api/auth/refresh', jar)
    expect(refreshed.status).toBe(200)
    expect(refreshed.body).not.toHaveProperty('refreshToken')
    const next = jarOf(refreshed)
    expect(next['plinth_refresh']).not.toBe(jar['plinth_refresh'])
    const out = await call('POST', '/api/auth/sign-out', next)
    expect(out.status).toBe(204)
    expect(Object.values(jarOf(out))).toEqual(['', ''])
    expect((await call('GET', '/api/schema', next)).status).toBe(401)
    expect((await call('POST', '/api/auth/refresh', next)).status).toBe(401)
    // A session that has ended must not keep its browser out.
    expect((await signIn(ours, cookieOf(next))).status).toBe(200)
    expect((await call('POST', '/api/auth/sign-out', next)).status).toBe(204)
  })

  test('counts for nothing beside an Authorization header, or when a cookie is there twice', async () => {
    const jar = jarOf(await signIn())
    expect((await call('GET', '/api/schema', jar, { Authorization: 'Bearer nonsense' })).body.code).toBe('invalidToken')
    const twice = await server.call('GET', '/api/schema', { headers: { Cookie: `plinth_access=x; ${cookieOf(jar)}` } })
    expect(twice.body.code).toBe('invalidToken')
  })
})

describe('a request that counts because of cookies', () => {
  const evil = 'https://evil.example.net'
  const host = () => new URL(server.url).host
  test.each<[string, () => Jar, number]>([
    ['from our own page', () => ours, 200],
    ['from a page of ours, by a browser that speaks no Fetch Metadata', () => ({ Origin: `http://${host()}` }), 200],
    ['from a listed origin of the same site', () => ({ Origin: app, 'Sec-Fetch-Site': 'same-site' }), 200],
    ['from another site', () => ({ Origin: evil, 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['from another site that says nothing', () => ({}), 403],
    ['from another site, by an old browser', () => ({ Origin: evil }), 403],
    [
      'from a sibling host that is not listed',
      () => ({ Origin: 'https://b.example.com', 'Sec-Fetch-Site': 'same-site' }),
      403,
    ],
    ['from a sandboxed frame', () => ({ Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }), 403],
    ['from an origin that begins like ours', () => ({ Origin: `http://${host()}.evil.example.net` }), 403],
    ['from our host by another port', () => ({ Origin: 'http://127.0.0.1:1' }), 403],
  ])('%s', async (_name, headers, status) => {
    const jar = jarOf(await signIn())
    const write = await call('POST', '/api/batch', jar, headers(), { operations: [] })
    expect([write.status, write.body.code]).toEqual([status, status === 403 ? 'crossSite' : undefined])
    expect((await call('POST', '/api/auth/refresh', jar, headers())).status).toBe(status)
    // Nor may it sign the browser in to an account of its own.
    expect((await signIn(headers())).status).toBe(status)
    const out = await call('POST', '/api/auth/sign-out', jar, headers())
    expect(out.status).toBe(status === 403 ? 403 : 204)
  })

  test('may read from anywhere: the answer is for no page but ours', async () => {
    const jar = jarOf(await signIn())
    const answer = await call('GET', '/api/schema', jar, { Origin: evil, 'Sec-Fetch-Site': 'cross-site' })
    expect(answer.headers.get('access-control-allow-origin')).not.toBe(evil)
    expect(answer.headers.get('access-control-allow-origin')).not.toBe('*')
  })

  test('needs no such thing with a token', async () => {
    const { body } = await server.call('POST', '/api/auth/sign-in', { body: ada, headers: { Origin: evil } })
    const answer = await server.call('POST', '/api/batch', {
      body: { operations: [] },
      token: body.accessToken,
      headers: { Origin: evil, 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(answer.status).toBe(200)
  })

  test('is never invited where every origin may call', async () => {
    const open = await startTestServer({ ...settings, PLINTH_CORS_ORIGINS: '*' })
    const { headers } = await open.call('GET', '/health/live', { headers: { Origin: evil } })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    const answer = await open.call('POST', '/api/auth/sign-in', {
      body: { ...ada, session: 'cookie' },
      headers: { Origin: evil },
    })
    expect(answer.body.code).toBe('crossSite')
    await open.stop()
  })
})
