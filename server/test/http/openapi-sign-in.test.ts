import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf } from '../auth/code-of.ts'
import { answerChecker } from './answer-checker.ts'
import { type CallOptions, startTestServer, type TestServer } from './test-server.ts'

const credentials = { email: 'admin@example.com', password: 'correct horse battery' }

let server: TestServer
let token: string
let check: ReturnType<typeof answerChecker>

beforeAll(async () => {
  server = await startTestServer({
    PLINTH_ADMIN_EMAIL: credentials.email,
    PLINTH_ADMIN_PASSWORD: credentials.password,
    PLINTH_REGISTRATION: 'open',
    PLINTH_ANONYMOUS_USERS: 'on',
    PLINTH_PUBLIC_URL: 'https://api.example.com',
  })
  token = (await server.call('POST', '/api/auth/sign-in', { body: credentials })).body.accessToken
  check = answerChecker((await server.call('GET', '/api/openapi.json', { token })).body)
})

afterAll(() => server?.stop())

/** Calls, and holds the answer to what the document says of it. */
async function call(method: string, path: string, expected: number, options: CallOptions = {}, at = path) {
  const answer = await server.call(method, path, options)
  expect([path, answer.status, answer.body.errors]).toEqual([path, expected, undefined])
  expect([path, check(method.toLowerCase(), at, answer)]).toEqual([path, []])
  return answer.body
}

it('sessions are answered as described, in tokens and in cookies', async () => {
  const { refreshToken } = await call('POST', '/api/auth/sign-in', 200, { body: credentials })
  await call('POST', '/api/auth/refresh', 200, { body: { refreshToken } })
  const fromHere = { headers: { 'Sec-Fetch-Site': 'same-origin' } }
  const kept = await call('POST', '/api/auth/sign-in', 200, {
    body: { ...credentials, session: 'cookie' },
    ...fromHere,
  })
  expect(Object.keys(kept)).toEqual(['expiresAt', 'user'])
  const { items } = await call('GET', '/api/auth/sessions', 200, { token })
  expect(items.length).toBe(3)
})

it('who asks is answered as described: a user, an anonymous one, and who views as another', async () => {
  const me = await call('GET', '/api/auth/me', 200, { token })
  expect(me.verified).toEqual(expect.any(Boolean))
  const { accessToken } = await call('POST', '/api/auth/anonymous', 201)
  expect((await call('GET', '/api/auth/me', 200, { token: accessToken })).anonymous).toBe(true)
  const asUser = await call('POST', '/api/admin/view-as', 201, { token, body: { user: me.id } })
  expect((await call('GET', '/api/auth/me', 200, { token: asUser.accessToken })).viewedBy).toBe(me.id)
  const asRole = await call('POST', '/api/admin/view-as', 201, { token, body: { roles: ['authenticated'] } })
  expect((await call('GET', '/api/auth/me', 200, { token: asRole.accessToken })).id).toBeNull()
  const at = '/api/admin/users/{id}/sessions'
  const { items } = await call('GET', at.replace('{id}', me.id), 200, { token }, at)
  expect(items.map(({ method }: { method: string }) => method)).toContain('viewAs')
})

it('second factors are answered as described', async () => {
  const user = { email: 'factors@example.com', password: 'analytical engine' }
  const { id } = (await server.call('POST', '/api/records/users', { token, body: { email: user.email } })).body
  await server.call('PUT', `/api/admin/users/${id}/password`, { token, body: { password: user.password } })
  const own = (await call('POST', '/api/auth/sign-in', 200, { body: user })).accessToken
  const app = await call('POST', '/api/auth/factors/totp', 201, { token: own, body: { name: 'Phone' } })
  const at = '/api/auth/factors/totp/{id}/confirm'
  const body = { code: codeOf(app.secret) }
  const { recoveryCodes } = await call('POST', at.replace('{id}', app.id), 200, { token: own, body }, at)
  expect((await call('GET', '/api/auth/factors', 200, { token: own })).items.length).toBe(1)
  await call('POST', '/api/auth/passkeys/register/options', 200, { token: own })
  await call('POST', '/api/auth/passkeys/sign-in/options', 200)
  await call('POST', '/api/auth/step-up/options', 200, { token: own })
  await call('POST', '/api/auth/step-up', 200, { token: own, body: { recoveryCode: recoveryCodes[0] } })
  const { ticket } = await call('POST', '/api/auth/sign-in', 200, { body: user })
  await call('POST', '/api/auth/mfa/options', 200, { body: { ticket } })
  await call('POST', '/api/auth/mfa', 200, { body: { ticket, recoveryCode: recoveryCodes[1] } })
  await call('POST', '/api/auth/factors/recovery-codes', 201, { token: own })
  const ofUser = '/api/admin/users/{id}/factors'
  expect((await call('GET', ofUser.replace('{id}', id), 200, { token }, ofUser)).recoveryCodes).toBe(10)
})

it('what is asked for by mail is answered as described', async () => {
  const body = { email: 'new@example.com' }
  for (const path of ['magic-link', 'code', 'reset', 'verify-email/request'])
    await call('POST', `/api/auth/${path}`, 202, { body })
  await call('POST', '/api/auth/sign-up', 202, { body: { ...body, password: 'analytical engine' } })
  const change = { ...body, password: credentials.password }
  await call('POST', '/api/auth/email', 202, { token, body: change })
})

it('invitations, mails, templates and events are answered as described', async () => {
  await call('POST', '/api/admin/invites', 201, { token, body: { email: 'guest@example.com', roles: [] } })
  expect((await call('GET', '/api/admin/invites', 200, { token })).items.length).toBe(1)
  await expect
    .poll(async () => (await server.call('GET', '/api/admin/outbox', { token })).body.items.length)
    .not.toBe(0)
  const mails = await call('GET', '/api/admin/outbox?limit=1', 200, { token }, '/api/admin/outbox')
  expect(mails.items.length).toBe(1)
  const events = await call('GET', '/api/admin/events?limit=1', 200, { token }, '/api/admin/events')
  expect(events.next).not.toBeNull()
  expect((await call('GET', '/api/admin/events', 200, { token })).items.length).toBeGreaterThan(3)
  const { items } = await call('GET', '/api/admin/mail-templates', 200, { token })
  const { subject, text, html } = items[0]
  const at = '/api/admin/mail-templates/{name}/{language}'
  const path = `/api/admin/mail-templates/${items[0].name}/pt-br`
  expect((await call('PUT', path, 200, { token, body: { subject, text, html } }, at)).custom).toBe(true)
  await call('POST', `${path}/preview`, 200, { token, body: {} }, `${at}/preview`)
})

it('keys are answered as described', async () => {
  await call('POST', '/api/admin/signing-keys/rotate', 201, { token })
  expect((await call('GET', '/.well-known/jwks.json', 200)).keys.length).toBe(2)
})

it('providers are answered as described', async () => {
  const at = '/api/admin/providers/{name}'
  const body = { preset: 'google', clientId: 'plinth', clientSecret: 'a secret' }
  await call('PUT', '/api/admin/providers/google', 201, { token, body }, at)
  await call('PUT', '/api/admin/providers/google', 200, { token, body: { ...body, scopes: ['openid'] } }, at)
  await call('GET', '/api/admin/providers', 200, { token })
  // No such provider is there, and none is looked for outside.
  await call(
    'PUT',
    '/api/admin/providers/none',
    201,
    { token, body: { issuer: 'https://192.0.0.1', clientId: 'x' } },
    at,
  )
  const { checks } = await call('POST', '/api/admin/providers/none/test', 200, { token }, `${at}/test`)
  expect(checks).toEqual([expect.objectContaining({ check: 'metadata', ok: false })])
  expect((await call('GET', '/api/auth/providers', 200)).items.length).toBe(2)
  const user = (await call('GET', '/api/auth/me', 200, { token })).id
  await server.database.run({
    text: `
      insert into plinth.identities (user_id, provider, issuer, subject, linked_at)
      values ($1::uuid, 'google', 'https://accounts.google.com', 'ada', now())`,
    values: [user],
  })
  expect((await call('GET', '/api/auth/identities', 200, { token })).items.length).toBe(1)
})
