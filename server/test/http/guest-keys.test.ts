import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectRefusal } from './refused.ts'
import { type Answer, startTestServer, type TestServer } from './test-server.ts'

const admin = { email: 'admin@example.com', password: 'a long enough password' }
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
    PLINTH_TRUSTED_PROXIES: '1',
  })
  const { body } = await server.call('POST', '/api/auth/sign-in', { body: admin })
  const orders = { fields: { note: { type: 'text' } }, permissions: { anonymous: { create: true, read: true } } }
  const schema = { roles: {}, collections: { orders } }
  await server.call('POST', '/api/schema/apply', { token: body.accessToken, body: { schema, base: 1 } })
})
afterAll(() => server?.stop())

const orders = '/api/records/orders'
const writes: readonly [string, string, object][] = [
  ['a record', orders, { note: 'my address' }],
  ['a batch', '/api/batch', { operations: [{ method: 'create', collection: 'orders', body: { note: 'mine' } }] }],
  ['an import', `${orders}/import?format=json`, [{ note: 'mine' }]],
]
const all = async (): Promise<string> => JSON.stringify((await server.call('GET', `${orders}?select=note`)).body)

test.each(writes)(
  'a stranger with the key and the body of a guest learns nothing of it: %s',
  async (name, path, body) => {
    const from = (address: string): Promise<Answer> =>
      server.call('POST', path, {
        body,
        headers: { 'Idempotency-Key': name.length.toString(), 'X-Forwarded-For': address },
      })
    const first = await from('192.0.2.1')
    expect(first.status).toBeLessThan(300)
    const before = await all()
    const stranger = await from('192.0.2.2')
    expectRefusal(stranger, [409, 'idempotencyKeyElsewhere'])
    expect(stranger.headers.get('idempotency-replayed')).toBeNull()
    // What a caller says themselves of where they are does not count.
    expectRefusal(await from('192.0.2.1, 192.0.2.2'), [409, 'idempotencyKeyElsewhere'])
    expect(await from('192.0.2.1')).toMatchObject({ status: first.status, body: first.body })
    expect(await all()).toBe(before)
  },
)
