import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf, newBrowser } from './browser.ts'
import { appUrl, newVerifier, otherAppUrl, type ProvidersFixture, startProvidersFixture } from './fixture.ts'
import { clientId, clientSecret, type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts'

let plinth: ProvidersFixture
let provider: OpenIdProvider

beforeAll(async () => {
  plinth = await startProvidersFixture()
  provider = await startOpenIdProvider(`${plinth.server.url}/api/auth/providers/corp/callback`)
  const made = await plinth.provide('corp', { issuer: provider.issuer, clientId, clientSecret, label: 'Corp' })
  expect(made.status).toBe(201)
})
afterAll(async () => {
  await provider?.stop()
  await plinth?.stop()
})

/** All of it, as one browser does it. */
async function signIn(login: string, browser = newBrowser(), body: object = {}) {
  const callback = await provider.visit(browser, await plinth.start(browser, 'corp', body), login)
  const answer = await browser.open(callback)
  return { browser, callback, status: answer.status, location: answer.headers.get('location') }
}

test('providers that are switched on are listed for everybody, without anything secret', async () => {
  const { body } = await plinth.server.call('GET', '/api/auth/providers')
  expect(body).toEqual({ items: [{ name: 'corp', label: 'Corp', preset: null }] })
})

test('a first sign-in makes a user whose address is verified, and the browser keeps the session in cookies', async () => {
  const { browser, status, location } = await signIn('ada')
  expect([status, location]).toEqual([303, appUrl])
  expect(await plinth.me(browser)).toMatchObject({ email: 'ada@example.org', verified: true, roles: [] })
  const { items } = await bodyOf(await browser.open(`${plinth.server.url}/api/auth/identities`))
  expect(items).toEqual([
    expect.objectContaining({ provider: 'corp', label: 'Corp', email: 'ada@example.org', name: 'ada of the provider' }),
  ])
  const [signedUp] = await plinth.events('signedUp')
  expect(signedUp).toMatchObject({ details: { provider: 'corp' } })
  const [signedIn] = await plinth.events('signedIn')
  expect(signedIn).toMatchObject({ details: { method: 'oidc', provider: 'corp' } })
})

test('a second sign-in finds the same user, also when the address has changed at the provider', async () => {
  const first = await signIn('grace')
  const { id } = await plinth.me(first.browser)
  await plinth.run(`update public.users set email = 'hopper@example.org' where id = $1::uuid`, id)
  const second = await signIn('grace')
  expect(await plinth.me(second.browser)).toMatchObject({ id, email: 'hopper@example.org' })
})

test('an app exchanges a code for tokens, which are in no address, once, and with its verifier alone', async () => {
  const { verifier, challenge } = newVerifier()
  const body = { redirectTo: otherAppUrl, session: 'token', challenge }
  const { callback, location } = await signIn('joan', newBrowser(), body)
  expect(callback).toContain('code=')
  const back = new URL(location ?? '')
  expect([...back.searchParams.keys()]).toEqual(['code'])
  expect(back.href.startsWith(otherAppUrl)).toBe(true)
  const code = back.searchParams.get('code')
  const stolen = await plinth.post('/api/auth/providers/exchange', { code, verifier: newVerifier().verifier })
  expect([stolen.status, stolen.body.code]).toEqual([403, 'exchangeInvalid'])
  const { status, body: tokens } = await plinth.post('/api/auth/providers/exchange', { code, verifier })
  expect([status, tokens.user.email]).toEqual([200, 'joan@example.org'])
  const me = await plinth.server.call('GET', '/api/auth/me', { token: tokens.accessToken })
  expect(me.body.email).toBe('joan@example.org')
  const again = await plinth.post('/api/auth/providers/exchange', { code, verifier })
  expect(again.body.code).toBe('exchangeInvalid')
})

test('an anonymous user links a provider, gets its address, and keeps their records', async () => {
  const browser = newBrowser()
  await browser.open(`${plinth.server.url}/api/auth/anonymous`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
    body: '{"session":"cookie"}',
  })
  const before = await plinth.me(browser)
  expect(before.anonymous).toBe(true)
  const { location } = await signIn('margaret', browser, { link: true })
  expect(location).toBe(appUrl)
  const after = await plinth.me(browser)
  expect(after).toEqual({ id: before.id, email: 'margaret@example.org', verified: true, roles: [] })
  const later = await signIn('margaret')
  expect((await plinth.me(later.browser)).id).toBe(before.id)
  expect((await plinth.events('upgraded'))[0]).toMatchObject({ userId: before.id })
})

test('keys that the provider has replaced a moment ago are no trouble', async () => {
  await signIn('before')
  provider.rotateKeys()
  const { location, browser } = await signIn('after')
  expect(location).toBe(appUrl)
  expect((await plinth.me(browser)).email).toBe('after@example.org')
})

test('who does not agree at the provider is told where they began', async () => {
  const browser = newBrowser()
  const callback = await provider.refuse(browser, await plinth.start(browser, 'corp'))
  const answer = await browser.open(callback)
  expect(answer.headers.get('location')).toBe(`${appUrl}?error=providerDenied`)
})

test('an admin tries a provider: whether it is found, and whether it takes the secret', async () => {
  const tryIt = async () => (await plinth.post('/api/admin/providers/corp/test', undefined, plinth.adminToken)).body
  expect((await tryIt()).checks.map(({ check, ok }: { check: string; ok: boolean }) => [check, ok])).toEqual([
    ['metadata', true],
    ['credentials', true],
  ])
  await plinth.provide('corp', { issuer: provider.issuer, clientId, clientSecret: 'a wrong one' })
  expect(await tryIt()).toMatchObject({ ok: false, checks: [{ ok: true }, { check: 'credentials', ok: false }] })
  await plinth.provide('corp', { issuer: `${provider.issuer}/elsewhere`, clientId, clientSecret })
  expect(await tryIt()).toMatchObject({ ok: false, checks: [{ check: 'metadata', ok: false }] })
  await plinth.provide('corp', { issuer: provider.issuer, clientId, clientSecret, label: 'Corp' })
})
