import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }

let server: TestServer
let adminToken = ''
beforeAll(async () => {
  server = await startTestServer({ PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password })
  adminToken = (await signIn(ada)).body.accessToken
})
afterAll(() => server.stop())

const signIn = (body: unknown): Promise<Answer> => server.call('POST', '/api/auth/sign-in', { body })
const run = (text: string, ...values: unknown[]) => server.database.run({ text, values })
const createUser = async (email: string, roles: readonly string[] = []): Promise<string> => {
  const rows = await run(
    `insert into public.users (id, email, roles, created, updated)
     values (plinth.uuid_v7(), $1, $2::text[], now(), now()) returning id`,
    email,
    roles,
  )
  return rows[0]?.[0] ?? ''
}
const setPassword = (id: string, password: unknown, token = adminToken) =>
  server.call('PUT', `/api/admin/users/${id}/password`, { body: { password }, token })

describe('signing in', () => {
  test('answers a token that says who one is', async () => {
    const { status, headers, body } = await signIn({ ...ada, email: 'ADA@Example.com' })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(14 * 60_000)
    const me = await server.call('GET', '/api/auth/me', { token: body.accessToken })
    expect(me.body).toEqual({ id: expect.any(String), email: ada.email, roles: ['admin'], verified: false })
    expect(me.body).toMatchObject(body.user)
  })

  test.each([
    ['a wrong password', { email: ada.email, password: 'wrong horse' }],
    ['an unknown address', { email: 'eve@example.com', password: 'correct horse' }],
    ['what is no address', { email: "' or 1=1 --", password: 'correct horse' }],
    ['a password of a megabyte', { email: ada.email, password: 'x'.repeat(900_000) }],
  ])('with %s is refused in the same words', async (_name, body) => {
    const answer = await signIn(body)
    expect([answer.status, answer.body.code]).toEqual([401, 'wrongCredentials'])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  test('without a password that was ever set is refused', async () => {
    await createUser('nobody@example.com')
    expect((await signIn({ email: 'nobody@example.com', password: '' })).status).toBe(400)
    expect((await signIn({ email: 'nobody@example.com', password: 'x' })).body.code).toBe('wrongCredentials')
  })

  test('is limited for an account from one network, and says how', async () => {
    const body = { email: 'victim@example.com', password: 'wrong horse' }
    const answers: Answer[] = []
    for (let i = 0; i < 12; i++) answers.push(await signIn(body))
    expect(answers.map((each) => each.status)).toEqual([...Array(10).fill(401), 429, 429])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"sign-in";q=10;w=900')
    expect(answers[3]?.headers.get('ratelimit')).toMatch(/^"sign-in";r=6;t=\d+$/)
    const last = answers.at(-1)
    expect(last?.body.code).toBe('tooManyRequests')
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(800)
    // Somebody else is not kept out.
    expect((await signIn(ada)).status).toBe(200)
  })

  test('twelve times in a row with the right password is fine', async () => {
    const id = await createUser('often@example.com')
    await setPassword(id, 'correct horse')
    for (let i = 0; i < 12; i++) {
      expect((await signIn({ email: 'often@example.com', password: 'correct horse' })).status).toBe(200)
    }
  })

  test('at once from many hands gets no more tries', async () => {
    const body = { email: 'parallel@example.com', password: 'wrong horse' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(body)))
    expect(answers.filter((each) => each.status === 401)).toHaveLength(10)
  })
})

describe('a password', () => {
  test.each([
    ['9 characters', '123456789'],
    ['1,001 bytes', 'x'.repeat(1_001)],
    ['no text', 5],
  ])('of %s is refused', async (_name, password) => {
    const { status, body } = await setPassword(await createUser(`${Math.random()}@example.com`), password)
    expect([status, body.errors[0].path]).toEqual([400, '/password'])
  })

  test('that an admin sets opens the account, however its accents are written', async () => {
    const id = await createUser('bob@example.com')
    expect((await setPassword(id, 'caf\u00e9 au lait')).status).toBe(204)
    expect((await signIn({ email: 'bob@example.com', password: 'cafe\u0301 au lait' })).status).toBe(200)
  })

  test('is kept as argon2id of at least the strength that OWASP asks for', async () => {
    const rows = await run('select hash from plinth.passwords limit 1')
    expect(rows[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('of nobody is a 404', async () => {
    expect((await setPassword('01a20644-57e4-774d-a925-000000000000', 'correct horse')).body.code).toBe('userNotFound')
    expect((await setPassword('x', 'correct horse')).body.code).toBe('userNotFound')
  })

  test('is for admins alone to set', async () => {
    const id = await createUser('carol@example.com')
    await setPassword(id, 'correct horse')
    const { accessToken } = (await signIn({ email: 'carol@example.com', password: 'correct horse' })).body
    expect((await setPassword(id, 'another horse', accessToken)).body.code).toBe('adminOnly')
    expect((await setPassword(id, 'another horse', 'nonsense')).body.code).toBe('invalidToken')
    const { body } = await server.call('PUT', `/api/admin/users/${id}/password`, {
      body: { password: 'another horse' },
    })
    expect(body.code).toBe('notSignedIn')
  })

  test('of a deleted user does not open the account of another with the same id', async () => {
    const id = await createUser('dora@example.com')
    await setPassword(id, 'correct horse')
    await run('delete from public.users where id = $1::uuid', id)
    expect((await signIn({ email: 'dora@example.com', password: 'correct horse' })).status).toBe(401)
    await run(
      `insert into public.users (id, email, roles, created, updated)
       values ($1::uuid, 'dora@example.com', '{}', now() + interval '1 second', now())`,
      id,
    )
    expect((await signIn({ email: 'dora@example.com', password: 'correct horse' })).status).toBe(401)
    expect((await setPassword(id, 'correct horse')).status).toBe(204)
    expect((await signIn({ email: 'dora@example.com', password: 'correct horse' })).status).toBe(200)
  })
})
