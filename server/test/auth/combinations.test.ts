import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { deleteAbandonedUsers } from '../../src/auth/sessions/delete-abandoned-users.ts'
import type { Answer } from '../http/test-server.ts'
import { type Browser, bodyOf, newBrowser } from '../providers/browser.ts'
import { newVerifier, otherAppUrl, password } from '../providers/fixture.ts'
import { cameIn, client, type ScriptedWorld, startScriptedWorld } from '../providers/scripted-world.ts'
import { codeOf } from './code-of.ts'
import { enrolApp } from './second-factor-fixture.ts'
import { softwareAuthenticator, type SoftwareAuthenticator } from './software-authenticator.ts'

/** Ways in, factors and kinds of sessions were built one by one; people use them together. */
const home = { origin: 'http://localhost:1', rpId: 'localhost' }

let world: ScriptedWorld
beforeAll(async () => {
  world = await startScriptedWorld({ PLINTH_PUBLIC_URL: home.origin })
  const { plinth, provider } = world
  const schema = {
    roles: { careful: { mfa: 'required' } },
    collections: {
      users: {
        fields: { nick: { type: 'text' } },
        permissions: { authenticated: { create: 'nick = null || @user.verified' } },
      },
      notes: {
        fields: { text: { type: 'text' }, owner: { type: 'relation', to: 'users', onDelete: 'cascade' } },
        permissions: {
          authenticated: { read: 'owner = @user.id', create: true, set: { owner: '@user.id' } },
        },
      },
    },
  }
  expect((await plinth.post('/api/schema/apply', { schema, base: 1 }, plinth.adminToken)).status).toBe(200)
  expect((await plinth.provide('corp', { issuer: provider.url, ...client })).status).toBe(201)
})
afterAll(() => world?.stop())
beforeEach(async () => {
  world.provider.reset()
  await world.plinth.run('delete from plinth.tries')
})

const comes = (sub: string, more: object = {}) => {
  world.provider.script.claims = { sub, email: `${sub}@example.org`, email_verified: true, ...more }
}
/** Asks as a page of ours does, with the cookies of the browser. */
async function ask(browser: Browser, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const answer = await browser.open(world.plinth.server.url + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
}
const setRoles = (id: string, roles: readonly string[]) =>
  world.plinth.run('update public.users set roles = $2::text[] where id = $1::uuid', id, roles)
const call = (token: string, method: string, path: string, body?: unknown) =>
  world.plinth.server.call(method, path, { token, body })

async function register(token: string): Promise<SoftwareAuthenticator & { readonly factor: string }> {
  const passkey = softwareAuthenticator(home)
  const { body } = await call(token, 'POST', '/api/auth/passkeys/register/options')
  const made = await call(token, 'POST', '/api/auth/passkeys/register', { passkey: passkey.create(body.options) })
  expect([made.status, made.body.code]).toEqual([201, undefined])
  return { ...passkey, factor: made.body.id }
}
async function signInBy(passkey: SoftwareAuthenticator): Promise<Answer> {
  const { body } = await world.plinth.post('/api/auth/passkeys/sign-in/options')
  return world.plinth.post('/api/auth/passkeys/sign-in', { passkey: passkey.get(body.options) })
}
/** Signs in with the provider, as an app that keeps tokens. */
async function signInByApp(): Promise<Answer> {
  const { verifier, challenge } = newVerifier()
  const begun = await world.plinth.post('/api/auth/providers/corp/start', { redirectTo: otherAppUrl, challenge })
  const { callback } = await world.provider.visit(begun.body.url)
  const came = await world.comeBack(newBrowser(), callback)
  const code = new URL(came.location ?? '').searchParams.get('code')
  return world.plinth.post('/api/auth/providers/exchange', { code, verifier })
}
const mailsTo = async (to: string, template: string) =>
  world.plinth.run(
    'select language from plinth.outbox where recipient = $1 and template = $2 order by id desc',
    to,
    template,
  )

describe('who comes from a provider with a role that needs a second factor, and keeps the session in cookies', () => {
  test('reaches nothing but a second factor and the ways in, adds no way in without it, and everything with it', async () => {
    comes('careful')
    const { browser } = await world.signIn()
    const { id } = await world.plinth.me(browser)
    await setRoles(id, ['careful'])
    await vi.waitFor(async () => expect(await world.plinth.me(browser)).toMatchObject({ mfaEnrolmentRequired: true }), {
      timeout: 20_000,
    })
    for (const [method, path, body] of [
      ['GET', '/api/records/notes'],
      ['GET', '/api/records/notes/export'],
      ['POST', '/api/records/notes/import', []],
      ['POST', '/api/batch', { operations: [] }],
      ['GET', '/api/openapi.json'],
      ['GET', '/api/auth/identities'],
      ['POST', '/api/auth/email', { email: 'x@example.org', password }],
    ] as const)
      expect([path, (await ask(browser, method, path, body)).body.code]).toEqual([path, 'mfaEnrolmentRequired'])

    // The proof may have become old meanwhile; then signing in once more is the only way, also with the old cookies there.
    expect(cameIn(await world.signIn('corp', browser))).toBe(true)
    const link = { redirectTo: otherAppUrl, challenge: newVerifier().challenge, link: true }
    expect((await ask(browser, 'POST', '/api/auth/providers/corp/start', link)).body.code).toBe('mfaEnrolmentRequired')

    const { body: app } = await ask(browser, 'POST', '/api/auth/factors/totp', {})
    const path = `/api/auth/factors/totp/${app.id}/confirm`
    const confirmed = await ask(browser, 'POST', path, { code: codeOf(app.secret) })
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    expect((await ask(browser, 'GET', '/api/records/notes')).status).toBe(200)

    const again = await world.signIn('corp', newBrowser())
    const code = new URL(again.location ?? '').searchParams.get('code')
    const { body: asked } = await ask(again.browser, 'POST', '/api/auth/providers/exchange', { code })
    expect(asked).toMatchObject({ mfaRequired: true, factors: ['totp', 'recoveryCode'] })
    const [recoveryCode] = confirmed.body.recoveryCodes
    const shown = { ticket: asked.ticket, recoveryCode, session: 'cookie' }
    expect((await ask(again.browser, 'POST', '/api/auth/mfa', shown)).status).toBe(200)
    expect((await ask(again.browser, 'GET', '/api/records/notes')).status).toBe(200)
  })
})

describe('who signs in with a provider alone', () => {
  test('is not taken for abandoned without an address, and keeps their records', async () => {
    comes('nomad', { email_verified: false })
    const { body } = await signInByApp()
    await call(body.accessToken, 'POST', '/api/records/notes', { text: 'mine' })
    const past = `- interval '400 days'`
    await world.plinth.run(`update public.users set created = created ${past}, updated = updated ${past}`)
    await world.plinth.run(
      `update plinth.sessions set created_at = created_at ${past}, last_used_at = last_used_at ${past},
         expires_at = expires_at ${past} where user_id = $1::uuid`,
      body.user.id,
    )
    expect(await deleteAbandonedUsers(world.plinth.server.database, 30)).toBe(0)
    const back = (await signInByApp()).body
    expect(back.user.id).toBe(body.user.id)
    expect((await call(back.accessToken, 'GET', '/api/records/notes')).body.items).toHaveLength(1)
  })

  test('is verified in the rule by which they become a user', async () => {
    comes('verified')
    const came = await world.signIn('corp', newBrowser(), { fields: { nick: 'Vera' } })
    expect([came.error, cameIn(came)]).toEqual([null, true])
  })

  test('is told in the language of their browser, and by what an admin does in the one they read', async () => {
    const user = await world.plinth.user('liese@example.org')
    comes('liese')
    const browser = newBrowser()
    const german = { 'Accept-Language': 'de-AT,de;q=0.9' }
    const { callback } = await world.provider.visit(await world.plinth.start(browser, 'corp'))
    const here = new URL(callback.pathname + callback.search, world.plinth.server.url)
    await browser.open(here.href, { headers: german })
    expect(await mailsTo(user.email, 'identityLinked')).toEqual([['de-at']])
    await enrolApp(world.plinth.server.call, (await signInByApp()).body.accessToken)
    await world.plinth.server.call('DELETE', `/api/admin/users/${user.id}/factors`, { token: world.plinth.adminToken })
    expect(await mailsTo(user.email, 'factorRemoved')).toEqual([['de-at']])
  })

  test('cannot take their last way in away, whichever they take first', async () => {
    comes('keys')
    const { body } = await signInByApp()
    const token: string = body.accessToken
    const passkey = await register(token)
    const { items } = (await call(token, 'GET', '/api/auth/identities')).body
    expect((await call(token, 'DELETE', `/api/auth/identities/${items[0].id}`)).status).toBe(204)
    const refused = await call(token, 'DELETE', `/api/auth/factors/${passkey.factor}`)
    expect([refused.status, refused.body.code]).toEqual([409, 'lastWayIn'])
    const signedIn = await signInBy(passkey)
    expect(signedIn.body.user.id).toBe(body.user.id)
    expect((await signInBy(softwareAuthenticator(home))).body.code).toBe('passkeyInvalid')
    expect((await world.plinth.events('signInFailed'))[0]?.details).toEqual({ method: 'passkey' })
    await world.plinth.server.call('PUT', `/api/admin/users/${body.user.id}/password`, {
      token: world.plinth.adminToken,
      body: { password },
    })
    const { body: later } = await signInBy(passkey)
    expect((await call(later.accessToken, 'DELETE', `/api/auth/factors/${passkey.factor}`)).status).toBe(204)
  })
})

describe('an anonymous user', () => {
  test('with a passkey gives an address, keeps their records, and shows the passkey from then on', async () => {
    const { body: anonymous } = await world.plinth.post('/api/auth/anonymous')
    const token: string = anonymous.accessToken
    await call(token, 'POST', '/api/records/notes', { text: 'before' })
    const passkey = await register(token)
    const signedIn = await signInBy(passkey)
    expect([signedIn.body.user.id, signedIn.status]).toEqual([anonymous.user.id, 200])
    // The provider gives the address; the passkey is theirs, and stays.
    const { verifier, challenge } = newVerifier()
    comes('upgrades')
    const start = { redirectTo: otherAppUrl, challenge, link: true }
    const begun = await call(signedIn.body.accessToken, 'POST', '/api/auth/providers/corp/start', start)
    const { callback } = await world.provider.visit(begun.body.url)
    const code = new URL((await world.comeBack(newBrowser(), callback)).location ?? '').searchParams.get('code')
    expect((await world.plinth.post('/api/auth/providers/exchange', { code, verifier })).status).toBe(204)
    const asked = await signInByApp()
    expect(asked.body).toMatchObject({ mfaRequired: true, factors: expect.arrayContaining(['passkey']) })
    const { options } = (await world.plinth.post('/api/auth/mfa/options', { ticket: asked.body.ticket })).body
    const done = await world.plinth.post('/api/auth/mfa', { ticket: asked.body.ticket, passkey: passkey.get(options) })
    expect(done.body.user).toMatchObject({ id: anonymous.user.id, email: 'upgrades@example.org' })
    expect((await call(done.body.accessToken, 'GET', '/api/records/notes')).body.items).toHaveLength(1)
  })
})

describe('however a session was begun', () => {
  const sessionsOf = async (sub: string) => {
    comes(sub)
    const { browser } = await world.signIn()
    const { id, email } = await world.plinth.me(browser)
    await world.plinth.run('delete from plinth.tries')
    await world.plinth.server.call('PUT', `/api/admin/users/${id}/password`, {
      token: world.plinth.adminToken,
      body: { password },
    })
    await world.signIn('corp', browser)
    const byApp: string = (await signInByApp()).body.accessToken
    const byPassword: string = (await world.plinth.post('/api/auth/sign-in', { email, password })).body.accessToken
    const { body: view } = await call(world.plinth.adminToken, 'POST', '/api/admin/view-as', { user: id })
    const statuses = async (): Promise<Readonly<Record<string, number>>> => ({
      cookies: (await ask(browser, 'GET', '/api/records/notes')).status,
      app: (await call(byApp, 'GET', '/api/records/notes')).status,
      password: (await call(byPassword, 'GET', '/api/records/notes')).status,
      view: (await call(view.accessToken, 'GET', '/api/records/notes')).status,
    })
    expect(await statuses()).toEqual({ cookies: 200, app: 200, password: 200, view: 200 })
    return { id, byPassword, view: String(view.accessToken), statuses }
  }
  const soon = { timeout: 20_000 }

  test('it ends when its user is blocked; who views as them, an admin, goes on', async () => {
    const { id, statuses } = await sessionsOf('blocked')
    await world.plinth.server.call('PUT', `/api/admin/users/${id}/block`, { token: world.plinth.adminToken })
    await expect.poll(statuses, soon).toEqual({ cookies: 401, app: 401, password: 401, view: 200 })
    comes('blocked')
    expect((await signInByApp()).body.code).toBe('userBlocked')
  })

  test('it ends when they change their password in another', async () => {
    const { byPassword, statuses } = await sessionsOf('changes')
    const change = { current: password, new: 'another good password' }
    expect((await call(byPassword, 'POST', '/api/auth/password', change)).status).toBe(204)
    await expect.poll(statuses, soon).toEqual({ cookies: 401, app: 401, password: 200, view: 200 })
  })

  test('it ends when their first factor is added in another, which nobody can do who only views', async () => {
    const { byPassword, view, statuses } = await sessionsOf('adds')
    for (const path of ['/api/auth/factors/totp', '/api/auth/passkeys/register/options', '/api/auth/step-up/options'])
      expect((await call(view, 'POST', path)).body.code).toBe('viewOnly')
    await enrolApp(world.plinth.server.call, byPassword)
    await expect.poll(statuses, soon).toEqual({ cookies: 401, app: 401, password: 200, view: 200 })
  })

  test('no token of it counts once the keys are distrusted, and cookies go on with a refresh', async () => {
    comes('distrust')
    const { browser } = await world.signIn()
    const { status } = await call(world.plinth.adminToken, 'POST', '/api/admin/signing-keys/distrust')
    expect(status).toBe(201)
    await expect.poll(async () => (await ask(browser, 'GET', '/api/records/notes')).status, soon).toBe(401)
    expect((await ask(browser, 'POST', '/api/auth/refresh')).status).toBe(200)
    expect((await ask(browser, 'GET', '/api/records/notes')).status).toBe(200)
    expect(await bodyOf(await browser.open(`${world.plinth.server.url}/api/auth/me`))).toMatchObject({
      email: 'distrust@example.org',
    })
  })
})
