import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Answer } from '../http/test-server.ts'
import { sendRaw, startTestServer } from '../http/test-server.ts'
import { codeOf } from './code-of.ts'
import { enrolApp } from './second-factor-fixture.ts'
import { admin, secondLater, type SignedInUser, startTwoCopies, type TwoCopies } from './two-copies.ts'

const schema = {
  roles: {
    careful: { mfa: 'required' },
    chief: { inherits: ['careful'] },
    clerk: {},
  },
  collections: {
    notes: {
      kind: 'table',
      fields: { text: { type: 'text' } },
      permissions: {
        anonymous: { read: true },
        authenticated: { create: true, update: true, delete: true },
        careful: { read: true },
      },
    },
  },
}

let copies: TwoCopies
beforeAll(async () => {
  copies = await startTwoCopies()
  const applied = await copies.server.call('POST', '/api/schema/apply', {
    token: copies.adminToken,
    body: { schema, base: 1 },
  })
  expect([applied.status, applied.body.errors]).toEqual([200, undefined])
  await vi.waitFor(async () => {
    const { body } = await copies.other('GET', '/api/openapi.json')
    if (!body.info.version.endsWith('schema.2')) throw new Error('The other copy does not know the schema yet.')
  }, 20_000)
})
afterAll(() => copies.stop())

const call = (user: SignedInUser, method: string, path: string, body?: unknown): Promise<Answer> =>
  copies.server.call(method, path, { token: user.accessToken, body })

describe('a role that needs a second factor', () => {
  const refused: readonly [string, string, unknown?][] = [
    ['GET', '/api/records/notes'],
    ['GET', '/api/records/notes/aggregate?count=*'],
    ['POST', '/api/records/notes', { text: 'new' }],
    ['PATCH', '/api/records/notes?filter=true', { text: 'new' }],
    ['PUT', '/api/records/notes/0198c0de-7a3b-7c4d-8e5f-0123456789ab', { text: 'new' }],
    ['DELETE', '/api/records/notes?filter=true'],
    ['POST', '/api/batch', { operations: [] }],
    ['GET', '/api/schema'],
    ['GET', '/api/openapi.json'],
    ['POST', '/api/admin/explain', {}],
    ['GET', '/api/admin/keys'],
    ['GET', '/api/auth/sessions'],
    ['POST', '/api/auth/password', { current: 'x', new: 'y' }],
    ['POST', '/api/auth/email', { email: 'x@example.com', password: 'y' }],
    ['POST', '/api/auth/upgrade', { email: 'x@example.com', password: 'y' }],
    ['GET', '/api/no-such-path'],
    // What merely looks like a path that is let through.
    ['GET', '/api/auth/factors-of-others'],
    ['GET', '/api/auth/%66actors/../../records/notes'],
    ['GET', '/api/auth/me/../../records/notes'],
  ]
  test.each(['careful', 'chief'])('lets %s do nothing without one, on any path, on both copies', async (role) => {
    const user = await copies.user(`new-${role}`, [role])
    for (const [method, path, body] of refused) {
      const answers = [
        await call(user, method, path, body),
        await copies.other(method, path, { token: user.accessToken, body }),
      ]
      for (const { status, body: problem } of answers)
        expect([method, path, status, problem.code]).toEqual([method, path, 403, 'mfaEnrolmentRequired'])
    }
    expect((await copies.run('select count(*) from public.notes'))[0]).toEqual(['0'])
  })

  test.each([
    '/api/auth/me/../../records/notes',
    '/api/auth/factors/../password',
    '/api/auth/factors/%2e%2e/sessions',
    '/api/auth/me%2f..%2fsessions',
    '/api/auth/me/?x=/../../records/notes',
    '/api/auth//sessions',
    '/api/AUTH/me',
  ])('is not passed by with a crooked path: %s', async (path) => {
    const user = await copies.user(`crooked-${path.length}`, ['careful'])
    const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.accessToken}\r\nConnection: close\r\n\r\n`
    const answer = await sendRaw(copies.server.port, head)
    expect(answer).toMatch(/^HTTP\/1\.1 4/)
    expect(answer).toMatch(/"code":"(mfaEnrolmentRequired|routeNotFound|badRequest|unknownParameter)"/)
  })

  test('lets them see who they are, go on, leave, and get a second factor, with which all is theirs', async () => {
    const user = await copies.user('enrolling', ['careful'])
    const me = await call(user, 'GET', '/api/auth/me')
    expect(me.body).toMatchObject({ roles: ['careful'], mfaEnrolmentRequired: true })
    const { body } = await copies.server.call('POST', '/api/auth/refresh', {
      body: { refreshToken: user.refreshToken },
    })
    const going = { ...user, accessToken: body.accessToken }
    expect((await call(going, 'GET', '/api/auth/factors')).body.items).toEqual([])
    await enrolApp(copies.server.call, going.accessToken)
    expect((await call(going, 'GET', '/api/records/notes')).status).toBe(200)
    expect((await call(going, 'GET', '/api/auth/me')).body).not.toHaveProperty('mfaEnrolmentRequired')
    await expect
      .poll(async () => (await copies.other('GET', '/api/records/notes', { token: going.accessToken })).status)
      .toBe(200)
    const leaving = await copies.user('leaving', ['careful'])
    expect((await call(leaving, 'POST', '/api/auth/sign-out')).status).toBe(204)
  })

  test('that is given later counts within a second, on both copies; taken away, it counts no longer', async () => {
    const user = await copies.user('promoted')
    expect((await call(user, 'GET', '/api/records/notes')).status).toBe(200)
    await copies.other('GET', '/api/records/notes', { token: user.accessToken })
    await copies.run(`update public.users set roles = '{chief}' where id = $1::uuid`, user.id)
    await secondLater()
    expect((await call(user, 'GET', '/api/records/notes')).body.code).toBe('mfaEnrolmentRequired')
    expect((await copies.other('GET', '/api/records/notes', { token: user.accessToken })).body.code).toBe(
      'mfaEnrolmentRequired',
    )
    await copies.run(`update public.users set roles = '{clerk}' where id = $1::uuid`, user.id)
    await secondLater()
    expect((await call(user, 'GET', '/api/records/notes')).status).toBe(200)
  })

  test('counts again for who has removed their last factor', async () => {
    const user = await copies.user('removing', ['careful'])
    const { id } = await enrolApp(copies.server.call, user.accessToken)
    expect((await call(user, 'DELETE', `/api/auth/factors/${id}`)).status).toBe(204)
    expect((await call(user, 'GET', '/api/records/notes')).body.code).toBe('mfaEnrolmentRequired')
  })

  test('does not keep a browser with cookies from signing in as somebody else', async () => {
    const user = await copies.user('cookies', ['careful'])
    await copies.user('plain')
    const headers = { 'Sec-Fetch-Site': 'same-origin', Cookie: `plinth_access=${user.accessToken}` }
    expect((await copies.server.call('GET', '/api/records/notes', { headers })).body.code).toBe('mfaEnrolmentRequired')
    const body = { email: 'plain@example.com', password: 'correct horse battery', session: 'cookie' }
    expect((await copies.server.call('POST', '/api/auth/sign-in', { body, headers })).status).toBe(200)
  })

  test('is not put on an admin who views as somebody with it, nor on a key', async () => {
    const user = await copies.user('seen', ['careful'])
    const asAdmin = (path: string, body: unknown) =>
      copies.server.call('POST', path, { token: copies.adminToken, body })
    const view = await asAdmin('/api/admin/view-as', { user: user.id })
    expect((await copies.server.call('GET', '/api/records/notes', { token: view.body.accessToken })).status).toBe(200)
    const key = await asAdmin('/api/admin/keys', { name: 'k', roles: ['careful'] })
    expect((await copies.server.call('GET', '/api/records/notes', { token: key.body.key })).status).toBe(200)
  })

  test('is checked in a schema, and shows in a plan', async () => {
    const plan = (roles: object) =>
      copies.server.call('POST', '/api/schema/plan', {
        token: copies.adminToken,
        body: { schema: { ...schema, roles }, base: 2 },
      })
    const wrong = await plan({ ...schema.roles, clerk: { mfa: 'optional' } })
    expect(wrong.body.errors).toMatchObject([{ path: '/schema/roles/clerk/mfa' }])
    const { body } = await plan({ ...schema.roles, clerk: { mfa: 'required' } })
    expect(body.steps).toMatchObject([{ id: 'changePermissions', risk: 'safe' }])
  })
})

test('a code that was used on one copy is not taken by the other', async () => {
  const user = await copies.user('both-copies')
  const app = await enrolApp(copies.server.call, user.accessToken)
  await copies.run('update plinth.totp_factors set last_step = 0')
  const ticketOf = async () =>
    (
      await copies.server.call('POST', '/api/auth/sign-in', {
        body: { email: user.email, password: 'correct horse battery' },
      })
    ).body.ticket
  const [first, second] = [await ticketOf(), await ticketOf()]
  const code = codeOf(app.secret)
  const answers = await Promise.all([
    copies.server.call('POST', '/api/auth/mfa', { body: { ticket: first, code } }),
    copies.other('POST', '/api/auth/mfa', { body: { ticket: second, code } }),
  ])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401])
})

test('admins have to have one where the setting says so', async () => {
  const server = await startTestServer({
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
    PLINTH_ADMIN_MFA: 'on',
  })
  const { body } = await server.call('POST', '/api/auth/sign-in', { body: admin })
  const token: string = body.accessToken
  expect((await server.call('GET', '/api/schema', { token })).body.code).toBe('mfaEnrolmentRequired')
  await enrolApp(server.call, token)
  expect((await server.call('GET', '/api/schema', { token })).status).toBe(200)
  // A view is as good as the session it is made in.
  const view = await server.call('POST', '/api/admin/view-as', { token, body: { roles: ['authenticated'] } })
  expect((await server.call('GET', '/api/auth/me', { token: view.body.accessToken })).status).toBe(200)
  await server.stop()
})
