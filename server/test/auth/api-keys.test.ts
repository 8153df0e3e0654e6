import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }

let server: TestServer
let token = ''
beforeAll(async () => {
  server = await startTestServer({ PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password })
  token = (await server.call('POST', '/api/auth/sign-in', { body: ada })).body.accessToken
})
afterAll(() => server.stop())

const create = (body: unknown) => server.call('POST', '/api/admin/keys', { body, token })
const list = async () => (await server.call('GET', '/api/admin/keys', { token })).body.items
const secondLater = () => new Promise((resolve) => setTimeout(resolve, 1_000))

describe('an API key', () => {
  test('is shown once, and kept only as a hash', async () => {
    const { status, headers, body } = await create({ name: 'ci', roles: ['authenticated'] })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body.key).toMatch(/^plk_[\w-]{43}$/)
    const listed = (await list()).find((key: { id: string }) => key.id === body.id)
    expect(listed).toMatchObject({
      name: 'ci',
      prefix: body.key.slice(0, 10),
      roles: ['authenticated'],
      expiresAt: null,
    })
    const rows = await server.database.run({ text: 'select to_jsonb(k)::text from plinth.api_keys k', values: [] })
    expect(JSON.stringify(rows)).not.toContain(body.key.slice(10))
  })

  test('with the role admin is an admin; another is not', async () => {
    const admin = (await create({ name: 'admin', roles: ['admin'] })).body.key
    const plain = (await create({ name: 'plain', roles: ['authenticated'] })).body.key
    expect((await server.call('GET', '/api/schema', { token: admin })).status).toBe(200)
    expect((await server.call('GET', '/api/schema', { token: plain })).body.code).toBe('adminOnly')
    expect((await server.call('GET', '/api/auth/me', { token: admin })).body.code).toBe('notSignedIn')
  })

  test('that is revoked is refused a second later, and cannot be revoked again', async () => {
    const { id, key } = (await create({ name: 'short', roles: ['admin'] })).body
    expect((await server.call('GET', '/api/schema', { token: key })).status).toBe(200)
    expect((await server.call('DELETE', `/api/admin/keys/${id}`, { token })).status).toBe(204)
    await secondLater()
    expect((await server.call('GET', '/api/schema', { token: key })).body.code).toBe('invalidToken')
    expect((await server.call('DELETE', `/api/admin/keys/${id}`, { token })).body.code).toBe('keyNotFound')
    expect((await list()).some((each: { id: string }) => each.id === id)).toBe(false)
  })

  test('is refused from its end on, though it was seen before', async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString()
    const { key } = (await create({ name: 'brief', roles: ['admin'], expiresAt })).body
    expect((await server.call('GET', '/api/schema', { token: key })).status).toBe(200)
    await secondLater()
    expect((await server.call('GET', '/api/schema', { token: key })).status).toBe(401)
  })

  test('remembers when it was used', async () => {
    const { id, key } = (await create({ name: 'used', roles: ['admin'] })).body
    const lastUsed = async () => (await list()).find((each: { id: string }) => each.id === id).lastUsed
    expect(await lastUsed()).toBeNull()
    await server.call('GET', '/api/schema', { token: key })
    await expect.poll(lastUsed).toEqual(expect.any(String))
  })

  test.each([
    ['no name', { roles: ['admin'] }, '/name'],
    ['an empty name', { name: ' ', roles: ['admin'] }, '/name'],
    ['no roles', { name: 'x', roles: [] }, '/roles'],
    ['a role that there is not', { name: 'x', roles: ['admin', 'nobody'] }, '/roles/1'],
    ['a role that is no text', { name: 'x', roles: [1] }, '/roles/0'],
    ['an end in the past', { name: 'x', roles: ['admin'], expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ['an end that is no time', { name: 'x', roles: ['admin'], expiresAt: 'tomorrow' }, '/expiresAt'],
    ['an end that is a number', { name: 'x', roles: ['admin'], expiresAt: 1 }, '/expiresAt'],
    ['more than is asked for', { name: 'x', roles: ['admin'], key: 'mine' }, '/key'],
  ])('with %s is refused', async (_name, body, path) => {
    const answer = await create(body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0].path).toBe(path)
  })

  test.each(['x', '01a20644-57e4-774d-a925-000000000000', '%27'])('%j that is not there is a 404', async (id) => {
    expect((await server.call('DELETE', `/api/admin/keys/${id}`, { token })).body.code).toBe('keyNotFound')
  })

  test('is for admins alone to make', async () => {
    const { body } = await server.call('POST', '/api/admin/keys', { body: { name: 'x', roles: ['admin'] } })
    expect(body.code).toBe('notSignedIn')
  })
})
