import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let token: string

beforeAll(async () => {
  const admin = { email: 'admin@example.com', password: 'plinth-admin' }
  server = await startTestServer({ PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password })
  token = (await server.call('POST', '/api/auth/sign-in', { body: admin })).body.accessToken
})
afterAll(() => server?.stop())

const read = (etag?: string) =>
  server.call('GET', '/api/schema', { token, headers: etag === undefined ? {} : { 'If-None-Match': etag } })

it('who has the schema is not sent it again, until it changes', async () => {
  const first = await read()
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"1-[\w-]{16}"$/)
  expect(await read(etag)).toMatchObject({ status: 304, body: '' })
  const schema = { collections: { posts: { fields: {} } } }
  await server.call('POST', '/api/schema/apply', { token, body: { schema, base: 1 } })
  const second = await read(etag)
  expect(second).toMatchObject({ status: 200, body: { version: 2 } })
  expect(second.headers.get('etag')).not.toBe(etag)
})

it('a guest learns nothing by it', async () => {
  const etag = (await read()).headers.get('etag') ?? ''
  const asked = await server.call('GET', '/api/schema', { headers: { 'If-None-Match': etag } })
  expect(asked.status).toBe(401)
})
