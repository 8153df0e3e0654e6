import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../http/test-server.ts'
import { codeOf } from './code-of.ts'
import { enrolApp, wrongCode } from './second-factor-fixture.ts'
import { admin, password, type SignedInUser, startTwoCopies, type TwoCopies } from './two-copies.ts'

let copies: TwoCopies
let user: SignedInUser
beforeAll(async () => {
  copies = await startTwoCopies({ PLINTH_ANONYMOUS_USERS: 'on', PLINTH_TRUSTED_PROXIES: '1' })
  user = await copies.user('steps')
})
afterAll(() => copies.stop())

const call = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  copies.server.call(method, path, { token, body })
/** Lets all sessions look as if they were begun an hour ago. */
const hourLater = () => copies.run(`update plinth.sessions set auth_time = now() - interval '1 hour'`)
/** A user whom the admin has just made. */
async function newUser(name: string): Promise<SignedInUser> {
  await copies.run('update plinth.sessions set auth_time = now()')
  return copies.user(name)
}
const id = '0198c0de-7a3b-7c4d-8e5f-0123456789ab'

describe('who has proved who they are long ago', () => {
  test.each<[string, string, unknown?]>([
    ['POST', '/api/auth/password', { current: password, new: 'another long password' }],
    ['POST', '/api/auth/email', { email: 'new@example.com', password }],
    ['POST', '/api/auth/factors/totp', {}],
    ['POST', `/api/auth/factors/totp/${id}/confirm`, { code: '123456' }],
    ['POST', '/api/auth/factors/recovery-codes'],
    ['DELETE', `/api/auth/factors/${id}`],
    ['POST', '/api/auth/passkeys/register/options'],
    ['POST', '/api/auth/passkeys/register', {}],
    ['POST', '/api/auth/sign-out', { everywhere: true }],
    ['DELETE', `/api/auth/sessions/${id}`],
  ])('may not %s %s', async (method, path, body) => {
    await hourLater()
    const answer = await call(user.accessToken, method, path, body)
    expect([answer.status, answer.body.code, answer.body.methods]).toEqual([403, 'stepUpRequired', ['password']])
    expect(answer.body.title).toContain('/api/auth/step-up')
  })

  test.each<[string, string, unknown?]>([
    ['POST', '/api/admin/keys', { name: 'k', roles: [] }],
    ['POST', '/api/admin/view-as', { roles: ['authenticated'] }],
    ['POST', '/api/schema/apply', { schema: { roles: {}, collections: {} }, base: 1 }],
    ['PUT', `/api/admin/users/${id}/password`, { password: 'another long password' }],
    ['DELETE', `/api/admin/users/${id}/factors`],
  ])('may not %s %s, as an admin', async (method, path, body) => {
    await hourLater()
    const answer = await call(copies.adminToken, method, path, body)
    expect([answer.status, answer.body.code]).toEqual([403, 'stepUpRequired'])
  })

  test('may read, plan, sign out here, and whatever else is not sensitive', async () => {
    await hourLater()
    expect((await call(user.accessToken, 'GET', '/api/auth/factors')).status).toBe(200)
    expect((await call(copies.adminToken, 'GET', '/api/admin/keys')).status).toBe(200)
    const here = await copies.signIn(user.email)
    await hourLater()
    const { sid } = Object(jwt.decode(here.accessToken))
    expect((await call(here.accessToken, 'DELETE', `/api/auth/sessions/${sid}`)).status).toBe(204)
  })

  test('is not made fresh by a refresh', async () => {
    const its = await copies.signIn(user.email)
    await hourLater()
    const { body } = await copies.server.call('POST', '/api/auth/refresh', { body: { refreshToken: its.refreshToken } })
    expect(Object(jwt.decode(body.accessToken)).auth_time).toBeLessThan(Date.now() / 1000 - 3_000)
    expect((await call(body.accessToken, 'POST', '/api/auth/factors/totp')).body.code).toBe('stepUpRequired')
  })

  test('is told that only a new sign-in helps, where there is nothing else to show', async () => {
    const { body } = await copies.server.call('POST', '/api/auth/anonymous')
    await hourLater()
    const answer = await call(body.accessToken, 'POST', '/api/auth/factors/totp')
    expect([answer.body.code, answer.body.methods]).toEqual(['stepUpRequired', []])
  })
})

describe('stepping up', () => {
  test('by password makes the proof fresh, on both copies at once, and is written down', async () => {
    await hourLater()
    const wrong = await call(user.accessToken, 'POST', '/api/auth/step-up', { password: 'wrong' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrongCredentials'])
    expect((await call(user.accessToken, 'POST', '/api/auth/factors/totp')).body.code).toBe('stepUpRequired')
    const { status, body } = await call(user.accessToken, 'POST', '/api/auth/step-up', { password })
    expect([status, Object.keys(body)]).toEqual([200, ['until']])
    const other = await copies.other('POST', '/api/auth/factors/totp', { token: user.accessToken })
    expect(other.status).toBe(201)
    expect((await copies.events('steppedUp'))[0]).toMatchObject({ userId: user.id, details: { methods: ['pwd'] } })
  })

  test('counts for this session alone', async () => {
    const other = await copies.signIn(user.email)
    await hourLater()
    await call(user.accessToken, 'POST', '/api/auth/step-up', { password })
    expect((await call(other.accessToken, 'POST', '/api/auth/factors/totp')).body.code).toBe('stepUpRequired')
  })

  test('takes the second factor of who has one, once, and no password', async () => {
    const its = await newUser('with-app')
    const { secret } = await enrolApp(copies.server.call, its.accessToken)
    await hourLater()
    await copies.run('update plinth.totp_factors set last_step = 0')
    const asked = await call(its.accessToken, 'POST', '/api/auth/factors/recovery-codes')
    expect(asked.body.methods).toEqual(['code', 'recoveryCode'])
    const step = (body: unknown) => call(its.accessToken, 'POST', '/api/auth/step-up', body)
    expect((await step({ password })).body.code).toBe('secondFactorNeeded')
    expect((await step({ code: wrongCode(secret) })).body.code).toBe('wrongSecondFactor')
    expect((await step({})).body.code).toBe('badRequest')
    const code = codeOf(secret)
    expect((await step({ code })).status).toBe(200)
    expect((await step({ code })).body.code).toBe('wrongSecondFactor')
    expect((await call(its.accessToken, 'POST', '/api/auth/factors/recovery-codes')).status).toBe(201)
  })

  test('is limited as passwords are, and is for who is signed in', async () => {
    const its = await newUser('guesses')
    const codes: string[] = []
    for (let i = 0; i < 12; i++)
      codes.push((await call(its.accessToken, 'POST', '/api/auth/step-up', { password: 'x' })).body.code)
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('wrongCredentials'))
    expect(codes.slice(10)).toEqual(['tooManyRequests', 'tooManyRequests'])
    expect((await copies.events('passwordRefused')).filter(({ userId }) => userId === its.id)).toHaveLength(10)
    expect((await copies.server.call('POST', '/api/auth/step-up', { body: { password } })).body.code).toBe(
      'notSignedIn',
    )
  })

  test('takes no more codes from many networks than from one', async () => {
    const its = await newUser('networks')
    const { secret } = await enrolApp(copies.server.call, its.accessToken)
    const answers: string[] = []
    for (let i = 0; i < 33; i++) {
      const { body } = await copies.server.call('POST', '/api/auth/step-up', {
        token: its.accessToken,
        body: { code: wrongCode(secret) },
        headers: { 'X-Forwarded-For': `198.51.${i}.1` },
      })
      answers.push(body.code)
    }
    expect(answers).toEqual([...Array(30).fill('wrongSecondFactor'), ...Array(3).fill('tooManyRequests')])
  })

  test('is not asked of a key, whose making has asked for it', async () => {
    const fresh = (await copies.server.call('POST', '/api/auth/sign-in', { body: admin })).body.accessToken
    const { body } = await call(fresh, 'POST', '/api/admin/keys', { name: 'seed', roles: ['admin'] })
    await hourLater()
    expect((await call(body.key, 'POST', '/api/admin/keys', { name: 'other', roles: ['admin'] })).status).toBe(201)
  })

  test('a view takes over how fresh its admin is, so that it cannot be a way round', async () => {
    const fresh = (await copies.server.call('POST', '/api/auth/sign-in', { body: admin })).body.accessToken
    await copies.run(`update plinth.sessions set auth_time = now() - interval '10 minutes'`)
    const { body } = await call(fresh, 'POST', '/api/admin/view-as', { user: user.id })
    const { sid } = Object(jwt.decode(body.accessToken))
    const rows = await copies.run(
      `select auth_time < now() - interval '9 minutes' from plinth.sessions where id = $1::uuid`,
      sid,
    )
    expect(rows).toEqual([['t']])
  })
})
