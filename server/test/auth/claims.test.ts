import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AccessTokens } from '../../src/auth/access-tokens.ts'
import { openSigningKeys } from '../../src/auth/signing-keys.ts'
import { secondLater, startTwoCopies, type TwoCopies } from './two-copies.ts'

const users = {
  fields: {
    plan: { type: 'text', default: 'free' },
    secret: { type: 'text', hidden: true, default: 'hush' },
    budget: { type: 'decimal' },
    team: { type: 'relation', to: 'teams', inverse: 'members' },
    bio: { type: 'text' },
    seen: { type: 'date' },
    extra: { type: 'json' },
  },
  permissions: { authenticated: { read: true, update: 'id = @user.id' } },
}
const collections = { users, teams: { fields: { name: { type: 'text' } } } }
const claims = {
  plan: '@user.plan',
  'https://example.com/team': '@user.team.name',
  is_editor: "'editor' in @user.roles && @user.verified",
  groups: '@user.roles',
  email: '@user.email',
  budget: '@user.budget',
  secret: '@user.secret',
  bio: '@user.bio',
  extra: '@user.extra',
  seen: '@user.seen',
}

let copies: TwoCopies
beforeAll(async () => {
  copies = await startTwoCopies()
  const { status, body } = await apply({ roles: { editor: {} }, collections, claims }, 1)
  expect([status, body.detail ?? '', body.errors ?? []]).toEqual([200, '', []])
  await secondLater()
})
afterAll(() => copies.stop())

const apply = (schema: object, base: number) =>
  copies.server.call('POST', '/api/schema/apply', { token: copies.adminToken, body: { schema, base } })
const said = (token: string) => jwt.decode(token) as Readonly<Record<string, unknown>>
const refreshed = async (refreshToken: string) =>
  (await copies.server.call('POST', '/api/auth/refresh', { body: { refreshToken } })).body
const write = (id: string, body: object) =>
  copies.server.call('PATCH', `/api/records/users/${id}`, { token: copies.adminToken, body })

describe('the claims of a schema', () => {
  test('are in the access token, and are worked out anew when it is refreshed', async () => {
    const user = await copies.user('ann', ['editor'])
    expect(said(user.accessToken)).toMatchObject({
      sub: user.id,
      plan: 'free',
      'https://example.com/team': null,
      is_editor: false,
      groups: ['authenticated', 'editor'],
      email: 'ann@example.com',
      budget: null,
      secret: 'hush',
    })
    const team = (
      await copies.server.call('POST', '/api/records/teams', { token: copies.adminToken, body: { name: 'ops' } })
    ).body.id
    await write(user.id, {
      plan: 'gold',
      team,
      budget: '12345678901234567890.5',
      seen: '2026-01-31',
      extra: { a: [1] },
    })
    await copies.run(
      `insert into plinth.verified_addresses (user_id, email, at) select id, email, now() from public.users where id = $1`,
      user.id,
    )
    const next = await refreshed(user.refreshToken)
    expect(said(next.accessToken)).toMatchObject({
      plan: 'gold',
      'https://example.com/team': 'ops',
      is_editor: true,
      budget: '12345678901234567890.5',
      seen: '2026-01-31',
      extra: { a: [1] },
    })
    expect((await copies.other('GET', '/api/auth/me', { token: next.accessToken })).status).toBe(200)
  })

  test('say nothing of what is too long, and nobody crowds out another, or makes a token that is refused', async () => {
    const user = await copies.user('verbose')
    const long = 'ü'.repeat(5_000)
    await write(user.id, { bio: long, plan: 'ü'.repeat(99), extra: { long } })
    const { accessToken } = await copies.signIn('verbose@example.com')
    expect(said(accessToken)).toMatchObject({ bio: null, extra: null, plan: 'ü'.repeat(99), secret: 'hush' })
    expect((await copies.server.call('GET', '/api/auth/me', { token: accessToken })).status).toBe(200)
  })

  test('at their longest still make a token that is taken, and that fits into a cookie', async () => {
    const user = await copies.user('longest')
    const text = 'x'.repeat(198)
    await write(user.id, { plan: text, secret: text, bio: text, extra: text })
    const { accessToken } = await copies.signIn('longest@example.com')
    expect(said(accessToken)).toMatchObject({ plan: text, secret: text, bio: text, extra: text })
    expect(accessToken.length).toBeLessThan(3_800)
    expect((await copies.server.call('GET', '/api/auth/me', { token: accessToken })).status).toBe(200)
  })

  test('are those of the user whom an admin views as, and none of who is nobody', async () => {
    const user = await copies.user('viewed')
    const view = (body: object) => copies.server.call('POST', '/api/admin/view-as', { token: copies.adminToken, body })
    expect(said((await view({ user: user.id })).body.accessToken)).toMatchObject({ email: 'viewed@example.com' })
    const roles = said((await view({ roles: ['editor'] })).body.accessToken)
    expect(Object.keys(roles).toSorted()).toEqual(['act', 'aud', 'exp', 'iat', 'iss', 'sid', 'sub'])
  })

  test.each(['sub', 'iss', 'aud', 'exp', 'iat', 'nbf', 'sid', 'act', 'roles', 'ROLES', 'scope', 'kid'])(
    'cannot be called %s: plan and apply refuse the schema',
    async (name) => {
      const schema = { roles: { editor: {} }, collections, claims: { [name]: '@user.id' } }
      const { status, body } = await apply(schema, 2)
      expect([status, body.code]).toEqual([400, 'invalidSchema'])
      expect(body.errors).toMatchObject([{ path: `/schema/claims/${name}`, code: 'invalidName' }])
    },
  )

  test('change nothing that Plinth says in a token, not even where they got past the check', async () => {
    const user = await copies.user('mallory')
    const evil = { sub: 'admin', iss: 'evil', aud: 'evil', exp: 9_999_999_999, iat: 0, sid: 'x', roles: ['admin'] }
    const tokens = new AccessTokens(await openSigningKeys(copies.server.database), 'plinth', async () => evil)
    const { sid } = said(user.accessToken)
    const { accessToken } = await tokens.sign({ userId: user.id, sessionId: String(sid), actedBy: user.id })
    expect(said(accessToken)).toMatchObject({ sub: user.id, iss: 'plinth', aud: 'plinth', sid, act: { sub: user.id } })
    expect(Number(said(accessToken)['exp'])).toBeLessThan(Date.now() / 1000 + 16 * 60)
    // A claim named `roles` would be for others to misread; here nobody reads it.
    const me = await copies.server.call('GET', '/api/auth/me', { token: accessToken })
    expect([me.status, me.body.roles]).toEqual([200, []])
    expect((await copies.server.call('GET', '/api/schema', { token: accessToken })).status).toBe(403)
  })
})

describe('@user.verified', () => {
  test('grants what it guards once the address is verified, on both copies, and no longer when it changes', async () => {
    const posts = {
      fields: { title: { type: 'text' }, trusted: { type: 'boolean' } },
      permissions: {
        anonymous: { read: '!@user.verified' },
        authenticated: { read: true, create: '@user.verified', set: { trusted: '@user.verified' } },
      },
    }
    expect((await apply({ roles: { editor: {} }, collections: { ...collections, posts } }, 2)).status).toBe(200)
    await secondLater()
    const user = await copies.user('val')
    const create = (ask: typeof copies.other) =>
      ask('POST', '/api/records/posts', { token: user.accessToken, body: { title: 'x' } })
    const found = async () => {
      const path = `/api/records/posts?filter=${encodeURIComponent('@user.verified')}`
      return (await copies.other('GET', path, { token: user.accessToken })).body.items.length
    }
    expect((await create(copies.server.call)).status).toBe(403)
    await copies.run(
      `insert into plinth.verified_addresses (user_id, email, at) select id, email, now() from public.users where id = $1`,
      user.id,
    )
    await secondLater()
    const created = await create(copies.other)
    expect([created.status, created.body.trusted]).toEqual([201, true])
    expect(await found()).toBe(1)

    await write(user.id, { email: 'val@else.example' })
    await secondLater()
    expect((await create(copies.server.call)).status).toBe(403)
    expect((await create(copies.other)).status).toBe(403)
    expect(await found()).toBe(0)
    // Who is no user is neither verified nor unverified.
    expect((await copies.server.call('GET', '/api/records/posts')).status).toBe(404)
  })

  test('is written by nobody: no record has it, and no filter reaches that of others', async () => {
    const user = await copies.user('wilma')
    for (const token of [user.accessToken, copies.adminToken]) {
      const answer = await copies.server.call('PATCH', `/api/records/users/${user.id}`, {
        token,
        body: { verified: true },
      })
      expect([answer.status, answer.body.code]).toEqual([400, 'invalidBody'])
      const filtered = await copies.server.call('GET', '/api/records/users?filter=verified', { token })
      expect([filtered.status, filtered.body.code]).toEqual([400, 'invalidExpression'])
    }
  })

  test('is explained as it is', async () => {
    const user = await copies.user('xenia')
    const ask = () =>
      copies.server.call('POST', '/api/admin/explain', {
        token: copies.adminToken,
        body: { actor: { user: user.id }, collection: 'posts', action: 'create', body: { title: 'x' } },
      })
    expect((await ask()).body.allowed).toBe(false)
    await copies.run(
      `insert into plinth.verified_addresses (user_id, email, at) select id, email, now() from public.users where id = $1`,
      user.id,
    )
    expect((await ask()).body.allowed).toBe(true)
  })
})
