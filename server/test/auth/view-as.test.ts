import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../http/test-server.ts'
import { secondLater, type SignedInUser, startTwoCopies, type TwoCopies } from './two-copies.ts'

let copies: TwoCopies
let user: SignedInUser
beforeAll(async () => {
  copies = await startTwoCopies()
  const schema = {
    roles: { editor: {} },
    collections: {
      notes: {
        kind: 'table',
        fields: { text: { type: 'text' }, owner: { type: 'relation', to: 'users' } },
        permissions: {
          authenticated: {
            read: 'owner = @user.id',
            create: true,
            update: 'owner = @user.id',
            delete: 'owner = @user.id',
          },
          editor: { read: true },
        },
      },
    },
  }
  const applied = await asAdmin('POST', '/api/schema/apply', { schema, base: 1 })
  expect(applied.body).toHaveProperty('version')
  user = await copies.user('seen')
  await asAdmin('POST', '/api/records/notes', [{ text: 'theirs', owner: user.id }, { text: 'another’s' }])
})
afterAll(() => copies.stop())

const asAdmin = (method: string, path: string, body?: unknown): Promise<Answer> =>
  copies.server.call(method, path, { token: copies.adminToken, body })
const view = (body: unknown, token = copies.adminToken) =>
  copies.server.call('POST', '/api/admin/view-as', { token, body })
const texts = async (token: string) =>
  (await copies.server.call('GET', '/api/records/notes', { token })).body.items.map(
    (each: { text: string }) => each.text,
  )

describe('viewing as', () => {
  test('a user shows what they see, says so in the token and in /me, and is written down', async () => {
    const { status, headers, body } = await view({ user: user.id })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(Object.keys(body).toSorted()).toEqual(['accessToken', 'expiresAt'])
    expect(await texts(body.accessToken)).toEqual(['theirs'])
    const adminId = Object(jwt.decode(copies.adminToken)).sub
    expect(jwt.decode(body.accessToken)).toMatchObject({ sub: user.id, act: { sub: adminId } })
    const me = await copies.server.call('GET', '/api/auth/me', { token: body.accessToken })
    expect(me.body).toEqual({ id: user.id, email: user.email, verified: false, roles: [], viewedBy: adminId })
    const [event] = await copies.events('viewedAs')
    expect(event).toMatchObject({ userId: user.id, actor: `user:${adminId}` })
  })

  test('anybody with certain roles shows what those see, without being anybody', async () => {
    const editor = (await view({ roles: ['editor'] })).body.accessToken
    expect((await texts(editor)).toSorted()).toEqual(['another’s', 'theirs'])
    const plain = (await view({ roles: ['authenticated'] })).body.accessToken
    // What is somebody's is nobody's here.
    expect((await copies.server.call('GET', '/api/records/notes', { token: plain })).body.code).toBe(
      'collectionNotFound',
    )
    const me = await copies.server.call('GET', '/api/auth/me', { token: plain })
    expect(me.body).toEqual({ id: null, email: null, roles: ['authenticated'], viewedBy: expect.any(String) })
  })

  test.each<[string, string, unknown]>([
    ['POST', '/api/records/notes', { text: 'new' }],
    ['PATCH', '/api/records/notes?filter=true', { text: 'new' }],
    ['DELETE', '/api/records/notes?filter=true', undefined],
    ['POST', '/api/batch', { operations: [] }],
    ['POST', '/api/auth/password', { current: 'x', new: 'y' }],
    ['POST', '/api/auth/refresh', { refreshToken: 'x' }],
    ['POST', '/api/admin/keys', { name: 'x', roles: ['admin'] }],
    ['POST', '/api/admin/view-as', { roles: ['admin'] }],
    ['POST', '/api/schema/apply', {}],
  ])('changes nothing: %s %s', async (method, path, body) => {
    for (const as of [{ user: user.id }, { roles: ['admin'] }]) {
      const token = (await view(as)).body.accessToken
      const answer = await copies.server.call(method, path, { token, body })
      expect([answer.status, answer.body.code]).toEqual([403, 'viewOnly'])
    }
  })

  test('ends with the view, and leaves the admin signed in', async () => {
    const token = (await view({ user: user.id })).body.accessToken
    expect((await copies.server.call('POST', '/api/auth/sign-out', { token })).status).toBe(204)
    expect((await copies.server.call('GET', '/api/auth/me', { token })).status).toBe(401)
    expect((await asAdmin('GET', '/api/auth/me')).status).toBe(200)
    expect((await copies.server.call('GET', '/api/auth/me', { token: user.accessToken })).status).toBe(200)
  })

  test('ends after a quarter of an hour', async () => {
    const token = (await view({ user: user.id })).body.accessToken
    await copies.run(`update plinth.sessions set expires_at = now() where method = 'viewAs'`)
    await secondLater()
    expect((await copies.server.call('GET', '/api/auth/me', { token })).status).toBe(401)
  })

  test('ends within a second when the admin is one no longer', async () => {
    const second = await copies.user('second', ['admin'])
    const token = (await view({ user: user.id }, second.accessToken)).body.accessToken
    expect((await copies.other('GET', '/api/auth/me', { token })).status).toBe(200)
    await copies.run(`update public.users set roles = '{}' where id = $1::uuid`, second.id)
    await secondLater()
    expect((await copies.other('GET', '/api/auth/me', { token })).status).toBe(401)
  })

  test('is for admins who are users', async () => {
    expect((await view({ roles: ['admin'] }, user.accessToken)).body.code).toBe('adminOnly')
    const { key } = (await asAdmin('POST', '/api/admin/keys', { name: 'ci', roles: ['admin'] })).body
    expect((await view({ user: user.id }, key)).body.code).toBe('notSignedIn')
  })

  test.each([
    ['nobody', {}, 400],
    ['both', { user: '01a20644-57e4-774d-a925-000000000000', roles: ['admin'] }, 400],
    ['a user who is not there', { user: '01a20644-57e4-774d-a925-000000000000' }, 404],
    ['what is no id', { user: 'x' }, 404],
    ['a role that there is not', { roles: ['nobody'] }, 400],
    ['no roles', { roles: [] }, 400],
  ])('%s is refused', async (_name, body, status) => {
    expect((await view(body)).status).toBe(status)
  })
})

describe('the audit trail', () => {
  test('is for admins alone, newest first, page by page', async () => {
    expect((await copies.server.call('GET', '/api/admin/events', { token: user.accessToken })).body.code).toBe(
      'adminOnly',
    )
    const first = (await asAdmin('GET', '/api/admin/events?limit=2')).body
    expect(first.items).toHaveLength(2)
    const second = (await asAdmin('GET', `/api/admin/events?limit=2&after=${first.next}`)).body
    const ids = [...first.items, ...second.items].map((each: { id: string }) => each.id)
    expect(new Set(ids).size).toBe(4)
    expect(ids).toEqual(ids.toSorted().toReversed())
    const mine = (await asAdmin('GET', `/api/admin/events?user=${user.id}&kind=signedIn`)).body.items
    expect(mine).toEqual([expect.objectContaining({ kind: 'signedIn', userId: user.id, address: '127.0.0.1' })])
  })

  test('tells of tries that failed, without what was typed', async () => {
    await copies.server.call('POST', '/api/auth/sign-in', { body: { email: user.email, password: 'my secret typo' } })
    await copies.server.call('POST', '/api/auth/sign-in', { body: { email: 'Hunter2Typo@example.com', password: 'x' } })
    const events = await copies.events('signInFailed')
    expect(events.map((each) => each.userId).slice(0, 2)).toEqual([null, user.id])
    expect(JSON.stringify(events)).not.toMatch(/typo/i)
    await copies.server.call('POST', '/api/auth/code/sign-in', { body: { ticket: 'none', code: '123456' } })
    expect((await copies.events('signInFailed'))[0]?.details).toEqual({ method: 'code' })
  })

  test.each([
    'update plinth.security_events set actor = $$x$$',
    'delete from plinth.security_events',
    'truncate plinth.security_events',
  ])('is only ever added to: %s fails', async (text) => {
    await expect(copies.run(text)).rejects.toThrow('never changed')
  })

  test.each(['user=x', 'after=x', 'limit=0', 'limit=501', 'limit=x', 'nonsense=1'])('refuses ?%s', async (query) => {
    expect((await asAdmin('GET', `/api/admin/events?${query}`)).status).toBe(400)
  })
})
