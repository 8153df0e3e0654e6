import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PLINTH_METRICS_TOKEN: 'scrape me' })
})
afterAll(() => server.stop())

test('the metrics can be closed to whoever has no token', async () => {
  expect((await server.call('GET', '/metrics')).status).toBe(401)
  expect((await server.call('GET', '/metrics', { token: 'scrape' })).status).toBe(401)
  const { status, body } = await server.call('GET', '/metrics', { token: 'scrape me' })
  expect(status).toBe(200)
  expect(body).toMatch(/^plinth_database_connections \d+$/m)
})

test('a server whose connections were all cut answers no 500 and recovers by itself', async () => {
  for (let round = 0; round < 5; round++) {
    await server.database.knex.raw(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const answers = await Promise.all([
      server.call('GET', '/api/records/users'),
      server.call('GET', '/api/records/users', { token: `plk_${'A'.repeat(43)}` }),
      server.call('POST', '/api/auth/sign-in', { body: { email: 'a@example.com', password: 'x' } }),
      server.call('GET', '/health/live'),
    ])
    for (const { status } of answers) expect([200, 401, 404, 503]).toContain(status)
  }
  await expect.poll(async () => (await server.call('GET', '/health/ready')).status).toBe(200)
})
