import { expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { createLog } from '../src/observability/log.ts'
import { startServer } from '../src/server.ts'
import { call } from './http/test-server.ts'
import { createTestDatabase } from './support/test-database.ts'

const admin = { email: 'ada@example.com', password: 'correct horse' }

test.each([1, 2, 3])('copies that are started at once on an empty database agree on the first admin (%i)', async () => {
  const db = await createTestDatabase({ empty: true })
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: db.url,
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
  })
  const started = await Promise.allSettled([1, 2, 3].map(() => startServer(config, createLog('silent'))))
  const copies = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  try {
    expect(started.filter(({ status }) => status === 'rejected')).toEqual([])
    for (const { url, setupUrl } of copies) {
      expect(setupUrl).toBeNull()
      expect(await call(url, 'POST', '/api/auth/sign-in', { body: admin })).toMatchObject({ status: 200 })
    }
    expect(await db.database.run({ text: 'select count(*) from public.users', values: [] })).toEqual([['1']])
  } finally {
    for (const copy of copies) await copy.stop()
    await db.drop()
  }
})
