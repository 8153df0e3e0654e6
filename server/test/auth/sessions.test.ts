import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../http/test-server.ts'
import { admin, password, secondLater, type SignedInUser, startTwoCopies, type TwoCopies } from './two-copies.ts'

let copies: TwoCopies
beforeAll(async () => {
  copies = await startTwoCopies()
})
afterAll(() => copies.stop())

const refresh = (refreshToken: string, where: 'server' | 'other' = 'server'): Promise<Answer> =>
  where === 'server'
    ? copies.server.call('POST', '/api/auth/refresh', { body: { refreshToken } })
    : copies.other('POST', '/api/auth/refresh', { body: { refreshToken } })
const statusOf = async (token: string): Promise<number> =>
  (await copies.server.call('GET', '/api/auth/me', { token })).status
const statusOnOther = async (token: string): Promise<number> =>
  (await copies.other('GET', '/api/auth/me', { token })).status
const asUser = (method: string, path: string, { accessToken }: SignedInUser, body?: unknown) =>
  copies.server.call(method, path, { token: accessToken, body })
/** As if the grace for other tabs were over. */
const letGracePass = () =>
  copies.run(`update plinth.refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null`)

describe('a refresh token', () => {
  test('is 256 random bits, and kept only as a hash', async () => {
    const { refreshToken } = await copies.user('hashed')
    expect(refreshToken).toMatch(/^plr_[\w-]{43}$/)
    const rows = await copies.run('select to_jsonb(t)::text from plinth.refresh_tokens t')
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(refreshToken).toString('hex'))
    expect(JSON.stringify(rows)).not.toContain(refreshToken)
  })

  test('gets the next access token and its successor, on either copy', async () => {
    const user = await copies.user('rotated')
    const first = await refresh(user.refreshToken)
    expect(first.status).toBe(200)
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.body.user).toEqual({ id: user.id, email: user.email, roles: [] })
    expect(first.body.refreshToken).not.toBe(user.refreshToken)
    const second = await refresh(first.body.refreshToken, 'other')
    expect(second.status).toBe(200)
    expect(await statusOf(second.body.accessToken)).toBe(200)
    const { body } = await asUser('GET', '/api/auth/sessions', user)
    expect(body.items).toHaveLength(1)
  })

  test('that is used again ends the session for everybody, and that is written down', async () => {
    const user = await copies.user('robbed')
    const stolen = user.refreshToken
    const { body } = await refresh(stolen)
    await letGracePass()
    expect((await refresh(stolen, 'other')).body.code).toBe('invalidRefreshToken')
    expect((await refresh(body.refreshToken)).body.code).toBe('invalidRefreshToken')
    await secondLater()
    expect(await statusOf(body.accessToken)).toBe(401)
    expect(await statusOnOther(user.accessToken)).toBe(401)
    const events = await copies.events('refreshReused')
    expect(events.filter((each) => each.userId === user.id)).toHaveLength(1)
  })

  test('that two tabs send at the same moment gets both the same successor', async () => {
    const user = await copies.user('tabs')
    const answers = await Promise.all([
      refresh(user.refreshToken),
      refresh(user.refreshToken, 'other'),
      refresh(user.refreshToken),
      refresh(user.refreshToken, 'other'),
    ])
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 200])
    const successors = new Set(answers.map((each) => each.body.refreshToken))
    expect(successors.size).toBe(1)
    expect((await refresh([...successors][0])).status).toBe(200)
  })

  test('that a thief sends within the grace gives them no chain of their own: the next refresh of either ends it', async () => {
    const user = await copies.user('grace')
    const victims = (await refresh(user.refreshToken)).body.refreshToken
    const thiefs = (await refresh(user.refreshToken)).body.refreshToken
    expect(thiefs).toBe(victims)
    const next = (await refresh(thiefs)).body.refreshToken
    await letGracePass()
    expect((await refresh(victims)).status).toBe(401)
    expect((await refresh(next)).status).toBe(401)
  })

  test('gets nothing in the grace once its successor was used', async () => {
    const user = await copies.user('late')
    const { body } = await refresh(user.refreshToken)
    const next = await refresh(body.refreshToken)
    expect((await refresh(user.refreshToken)).status).toBe(401)
    expect((await refresh(next.body.refreshToken)).status).toBe(401)
  })

  test('of a session that has ended or expired gets nothing', async () => {
    const user = await copies.user('expired')
    await copies.run(`update plinth.sessions set expires_at = now() where user_id = $1::uuid`, user.id)
    expect((await refresh(user.refreshToken)).body.code).toBe('invalidRefreshToken')
  })

  test('of a deleted user gets nothing, not even for another with the same id', async () => {
    const user = await copies.user('deleted')
    await copies.run('delete from public.users where id = $1::uuid', user.id)
    expect((await refresh(user.refreshToken)).status).toBe(401)
    await copies.run(
      `insert into public.users (id, email, roles, created, updated)
       values ($1::uuid, 'deleted@example.com', '{}', now() + interval '1 millisecond', now())`,
      user.id,
    )
    expect((await refresh(user.refreshToken)).status).toBe(401)
    await secondLater()
    expect(await statusOf(user.accessToken)).toBe(401)
  })

  test.each([
    ['none at all', {}],
    ['an empty one', { refreshToken: '' }],
    ['a forged one', { refreshToken: `plr_${'A'.repeat(43)}` }],
    ['an access token', { refreshToken: 'eyJhbGciOiJFUzI1NiJ9.e30.e30' }],
    ['SQL', { refreshToken: "' or 1=1 --" }],
  ])('that is %s is a 401', async (_name, body) => {
    const answer = await copies.server.call('POST', '/api/auth/refresh', { body })
    expect([answer.status, answer.body.code]).toEqual([401, 'invalidRefreshToken'])
  })
})

describe('signing out', () => {
  test('ends this session on both copies within a second, and no other', async () => {
    const phone = await copies.user('out')
    const laptop = await copies.signIn(phone.email)
    expect(await statusOnOther(phone.accessToken)).toBe(200)
    expect((await asUser('POST', '/api/auth/sign-out', phone)).status).toBe(204)
    expect(await statusOf(phone.accessToken)).toBe(401)
    await secondLater()
    expect(await statusOnOther(phone.accessToken)).toBe(401)
    expect((await refresh(phone.refreshToken, 'other')).status).toBe(401)
    expect(await statusOf(laptop.accessToken)).toBe(200)
  })

  test('everywhere ends all of them', async () => {
    const phone = await copies.user('everywhere')
    const laptop = await copies.signIn(phone.email)
    expect((await asUser('POST', '/api/auth/sign-out', phone, { everywhere: true })).status).toBe(204)
    await secondLater()
    expect([await statusOf(phone.accessToken), await statusOnOther(laptop.accessToken)]).toEqual([401, 401])
    expect((await refresh(laptop.refreshToken)).status).toBe(401)
  })

  test('is for who is signed in', async () => {
    expect((await copies.server.call('POST', '/api/auth/sign-out')).body.code).toBe('notSignedIn')
  })
})

describe('the list of sessions', () => {
  test('tells where one is signed in, and which of them asks', async () => {
    const user = await copies.user('listed')
    const { body } = await copies.server.call('POST', '/api/auth/sign-in', {
      body: { email: user.email, password },
      headers: { 'User-Agent': 'Phone/1.0' },
    })
    const { items } = (await copies.server.call('GET', '/api/auth/sessions', { token: body.accessToken })).body
    expect(items).toHaveLength(2)
    expect(items[0]).toMatchObject({ method: 'password', userAgent: 'Phone/1.0', current: true })
    expect(items[1]).toMatchObject({ current: false, address: '127.0.0.1' })
    expect(JSON.stringify(items)).not.toMatch(/hash|salt|plr_/)
  })

  test('lets one end each of one’s own, and nobody else’s', async () => {
    const user = await copies.user('revoker')
    const old = await copies.signIn(user.email)
    const stranger = await copies.user('stranger')
    const { items } = (await asUser('GET', '/api/auth/sessions', user)).body
    const { id } = items.find((each: { current: boolean }) => !each.current)
    expect((await asUser('DELETE', `/api/auth/sessions/${id}`, stranger)).body.code).toBe('sessionNotFound')
    expect(await statusOf(old.accessToken)).toBe(200)
    expect((await asUser('DELETE', `/api/auth/sessions/${id}`, user)).status).toBe(204)
    expect(await statusOf(old.accessToken)).toBe(401)
    expect((await asUser('DELETE', `/api/auth/sessions/${id}`, user)).body.code).toBe('sessionNotFound')
    expect((await asUser('DELETE', '/api/auth/sessions/x', user)).body.code).toBe('sessionNotFound')
  })

  test('of another is for admins alone, who may end them', async () => {
    const user = await copies.user('watched')
    const path = `/api/admin/users/${user.id}/sessions`
    expect((await asUser('GET', path, user)).body.code).toBe('adminOnly')
    const token = copies.adminToken
    const { items } = (await copies.server.call('GET', path, { token })).body
    expect(items).toHaveLength(1)
    expect((await copies.server.call('DELETE', `${path}/${items[0].id}`, { token })).status).toBe(204)
    expect(await statusOf(user.accessToken)).toBe(401)
    const again = await copies.signIn(user.email)
    expect((await copies.server.call('DELETE', path, { token })).status).toBe(204)
    expect(await statusOf(again.accessToken)).toBe(401)
  })
})

describe('within a second, on both copies', () => {
  const block = (id: string, method = 'PUT', body?: unknown) =>
    copies.server.call(method, `/api/admin/users/${id}/block`, { token: copies.adminToken, body })

  test('a blocked user is out, cannot refresh or sign in, and is let in again', async () => {
    const user = await copies.user('blocked')
    expect([await statusOf(user.accessToken), await statusOnOther(user.accessToken)]).toEqual([200, 200])
    expect((await block(user.id, 'PUT', { reason: 'spam' })).status).toBe(204)
    await secondLater()
    expect([await statusOf(user.accessToken), await statusOnOther(user.accessToken)]).toEqual([401, 401])
    expect((await refresh(user.refreshToken)).status).toBe(401)
    const signIn = (secret: string) =>
      copies.other('POST', '/api/auth/sign-in', { body: { email: user.email, password: secret } })
    expect((await signIn(password)).body.code).toBe('userBlocked')
    // Who does not know the password does not learn it.
    expect((await signIn('wrong horse')).body.code).toBe('wrongCredentials')
    expect((await block(user.id, 'DELETE')).status).toBe(204)
    expect((await signIn(password)).status).toBe(200)
    expect(await statusOf(user.accessToken)).toBe(401)
    expect(await copies.events('userBlocked')).toContainEqual(
      expect.objectContaining({ userId: user.id, details: { reason: 'spam' } }),
    )
  })

  test('a user who was blocked by hand in the database is out, too', async () => {
    const user = await copies.user('byhand')
    await statusOnOther(user.accessToken)
    await copies.run(`insert into plinth.blocked_users (user_id, blocked_by) values ($1::uuid, 'hand')`, user.id)
    await secondLater()
    expect([await statusOf(user.accessToken), await statusOnOther(user.accessToken)]).toEqual([401, 401])
  })

  test('a role that was taken away is gone', async () => {
    const user = await copies.user('demoted', ['admin'])
    const schema = (where: TwoCopies['other']) => where('GET', '/api/schema', { token: user.accessToken })
    expect([(await schema(copies.server.call)).status, (await schema(copies.other)).status]).toEqual([200, 200])
    await copies.server.call('PATCH', `/api/records/users/${user.id}`, {
      token: copies.adminToken,
      body: { roles: [] },
    })
    await secondLater()
    expect((await schema(copies.server.call)).body.code).toBe('adminOnly')
    expect((await schema(copies.other)).body.code).toBe('adminOnly')
  })

  test('a changed password has ended all other sessions', async () => {
    const user = await copies.user('changer')
    const other = await copies.signIn(user.email)
    await statusOnOther(other.accessToken)
    const change = { current: password, new: 'another horse battery' }
    expect((await asUser('POST', '/api/auth/password', user, change)).status).toBe(204)
    await secondLater()
    expect([await statusOf(other.accessToken), await statusOnOther(other.accessToken)]).toEqual([401, 401])
    expect((await refresh(other.refreshToken)).status).toBe(401)
    expect(await statusOf(user.accessToken)).toBe(200)
    expect((await refresh(user.refreshToken)).status).toBe(200)
  })

  test('a password that an admin has set has ended them all', async () => {
    const user = await copies.user('reset')
    const body = { password: 'another horse battery' }
    await copies.server.call('PUT', `/api/admin/users/${user.id}/password`, { token: copies.adminToken, body })
    await secondLater()
    expect([await statusOf(user.accessToken), await statusOnOther(user.accessToken)]).toEqual([401, 401])
  })

  test('a password that an admin has set anew as it was has ended none', async () => {
    const user = await copies.user('seeded')
    const path = `/api/admin/users/${user.id}/password`
    const { status } = await copies.server.call('PUT', path, { token: copies.adminToken, body: { password } })
    expect(status).toBe(204)
    await secondLater()
    expect([await statusOf(user.accessToken), await statusOnOther(user.accessToken)]).toEqual([200, 200])
  })

  test('nobody blocks themselves, and none but admins block', async () => {
    const user = await copies.user('harmless')
    expect((await asUser('PUT', `/api/admin/users/${user.id}/block`, user)).body.code).toBe('adminOnly')
    const { body } = await copies.server.call('POST', '/api/auth/sign-in', { body: admin })
    const self = await copies.server.call('PUT', `/api/admin/users/${body.user.id}/block`, { token: copies.adminToken })
    expect(self.status).toBe(400)
    expect((await block('01a20644-57e4-774d-a925-000000000000')).body.code).toBe('userNotFound')
  })
})

describe('changing one’s password', () => {
  test.each([
    ['a wrong one', { current: 'wrong horse', new: 'another horse battery' }, 401, 'wrongCredentials'],
    ['a weak new one', { current: password, new: 'Password123!' }, 400, 'invalidBody'],
    ['no new one', { current: password }, 400, 'invalidBody'],
  ])('with %s is refused', async (name, body, status, code) => {
    const user = await copies.user(`weak${name.length}`)
    const answer = await asUser('POST', '/api/auth/password', user, body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test('is for users', async () => {
    const body = { current: password, new: 'another horse battery' }
    expect((await copies.server.call('POST', '/api/auth/password', { body })).body.code).toBe('notSignedIn')
  })
})
