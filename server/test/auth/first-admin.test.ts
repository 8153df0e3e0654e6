import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/observability/log.ts'
import { startServer } from '../../src/server.ts'
import { startTestServer, type TestServer } from '../http/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.stop())

const tokenOf = (url: string | null) => new URL(url ?? '').hash.replace('#token=', '')
const setUp = (token: string, email = 'ada@example.com', password = 'correct horse') =>
  server.call('POST', '/api/auth/setup', { body: { token, email, password } })

describe('the one-time link', () => {
  test('carries its token where no log sees it', () => {
    expect(server.setupUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup#token=[\w-]{43}$/)
  })

  test('makes the first admin and signs them in', async () => {
    const { status, body } = await setUp(tokenOf(server.setupUrl))
    expect(status).toBe(200)
    expect(body.user).toMatchObject({ email: 'ada@example.com', roles: ['admin'] })
    expect((await server.call('GET', '/api/schema', { token: body.accessToken })).status).toBe(200)
    const signIn = { email: 'ada@example.com', password: 'correct horse' }
    expect((await server.call('POST', '/api/auth/sign-in', { body: signIn })).status).toBe(200)
  })

  test('works once', async () => {
    const token = tokenOf(server.setupUrl)
    expect((await setUp(token)).status).toBe(200)
    expect((await setUp(token, 'eve@example.com')).body.code).toBe('setupDone')
  })

  test('works once for ten at the same moment', async () => {
    const token = tokenOf(server.setupUrl)
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => setUp(token, `admin${i}@example.com`)))
    expect(answers.map((each) => each.status).toSorted()).toEqual([200, ...Array(9).fill(409)])
    const rows = await server.database.run({ text: 'select count(*) from public.users', values: [] })
    expect(rows).toEqual([['1']])
  })

  test('does not work when its token is forged or has expired', async () => {
    expect((await setUp('x')).body.code).toBe('setupLinkInvalid')
    expect((await setUp('A'.repeat(43))).body.code).toBe('setupLinkInvalid')
    await server.database.run({
      text: `update plinth.setup_tokens set expires = now() - interval '1 second'`,
      values: [],
    })
    expect((await setUp(tokenOf(server.setupUrl))).body.code).toBe('setupLinkInvalid')
  })

  test('is still good after a password that was too short, or an address that was none', async () => {
    const token = tokenOf(server.setupUrl)
    expect((await setUp(token, 'ada@example.com', 'short')).body.errors[0].path).toBe('/password')
    expect((await setUp(token, 'ada')).body.errors[0].path).toBe('/email')
    expect((await setUp(token)).status).toBe(200)
  })

  test('makes an admin of a user who has the address already', async () => {
    await server.database.run({
      text: `insert into public.users (id, email, roles, created, updated)
             values (plinth.uuid_v7(), 'Ada@example.com', '{}', now(), now())`,
      values: [],
    })
    expect((await setUp(tokenOf(server.setupUrl))).body.user).toMatchObject({
      email: 'Ada@example.com',
      roles: ['admin'],
    })
  })

  test('is in the change log as what the system did', async () => {
    await setUp(tokenOf(server.setupUrl))
    const rows = await server.database.run({
      text: `select op, actor from plinth.changes where collection = 'users'`,
      values: [],
    })
    expect(rows).toEqual([['create', 'system']])
  })

  test('is not made where there is an admin', async () => {
    await setUp(tokenOf(server.setupUrl))
    const config = readConfig({ PORT: '0', DATABASE_URL: server.databaseUrl, PLINTH_LOG_LEVEL: 'silent' })
    const second = await startServer(config, createLog('silent'))
    expect(second.setupUrl).toBeNull()
    await second.stop()
  })
})

describe('the page behind it', () => {
  test('runs its own script and style, and nothing else', async () => {
    const { status, headers, body } = await server.call('GET', '/setup')
    expect(status).toBe(200)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    for (const [, tag, text] of String(body).matchAll(/<(script|style)>(.*?)<\/\1>/gs)) {
      expect(policy, tag).toContain(
        createHash('sha256')
          .update(text ?? '')
          .digest('base64'),
      )
    }
    expect(body).not.toMatch(/\s(?:style|on\w+)=/)
  })
})
