import { createHmac, generateKeyPairSync, hash } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startServer } from '../../src/server.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/observability/log.ts'
import { newBrowser } from './browser.ts'
import { appUrl, newVerifier, otherAppUrl } from './fixture.ts'
import { cameIn, client, type ScriptedWorld, startScriptedWorld } from './scripted-world.ts'

const publicUrl = 'https://api.example.com'

let world: ScriptedWorld

beforeAll(async () => {
  world = await startScriptedWorld({ PLINTH_PUBLIC_URL: publicUrl })
  for (const name of ['corp', 'other']) await world.plinth.provide(name, { issuer: world.provider.url, ...client })
})
afterAll(() => world?.stop())
beforeEach(() => world.provider.reset())

const begin = async (name = 'corp', body: object = {}) => {
  const browser = newBrowser()
  const url = await world.plinth.start(browser, name, body)
  return { browser, url, ...(await world.provider.visit(url)) }
}
const nobodySignedIn = (cookies: readonly string[]) =>
  expect(cookies.filter((cookie) => /plinth_(access|refresh)/.test(cookie))).toEqual([])
const tokensAsked = () => world.provider.requests.filter(({ path }) => path === '/token').length

describe('state', () => {
  test('is sent with PKCE by S256, a nonce and the configured callback address, all of them new each time', async () => {
    const both = [await begin(), await begin()].map(({ url }) => Object.fromEntries(new URL(url).searchParams))
    for (const sent of both)
      expect(sent).toMatchObject({
        response_type: 'code',
        client_id: 'plinth',
        code_challenge_method: 'S256',
        redirect_uri: `${publicUrl}/api/auth/providers/corp/callback`,
        scope: 'openid email profile',
      })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(both[0]?.[name]).not.toBe(both[1]?.[name])
  })

  test.each<[string, (url: URL) => void]>([
    ['missing', (url) => url.searchParams.delete('state')],
    ['empty', (url) => url.searchParams.set('state', '')],
    ['forged', (url) => url.searchParams.set('state', 'A'.repeat(43))],
    ['there twice', (url) => url.searchParams.append('state', 'B'.repeat(43))],
    ['another provider’s', (url) => (url.pathname = url.pathname.replace('corp', 'other'))],
    ['of no provider', (url) => (url.pathname = url.pathname.replace('corp', 'nobody'))],
  ])('that is %s is answered with a page, and nobody is sent anywhere', async (_, change) => {
    const { browser, callback } = await begin()
    change(callback)
    const came = await world.comeBack(browser, callback)
    expect([came.status, came.location]).toEqual([400, null])
    expect(came.page).toContain('This sign-in has expired')
    nobodySignedIn(came.cookies)
    expect(tokensAsked()).toBe(0)
  })

  test('counts once', async () => {
    const { browser, callback } = await begin()
    expect(cameIn(await world.comeBack(browser, callback))).toBe(true)
    const again = await world.comeBack(browser, callback)
    expect([again.status, tokensAsked()]).toEqual([400, 1])
  })

  test('counts once, also with ten requests at the same time', async () => {
    const { browser, callback } = await begin()
    const came = await Promise.all(Array.from({ length: 10 }, () => world.comeBack(browser, callback)))
    expect(came.filter(cameIn)).toHaveLength(1)
    expect(tokensAsked()).toBe(1)
  })

  test('of another browser signs nobody in, and does not end the sign-in of its own', async () => {
    const { browser, callback } = await begin()
    for (const stranger of [newBrowser(), (await begin()).browser]) {
      const came = await world.comeBack(stranger, callback)
      expect(came.status).toBe(400)
      nobodySignedIn(came.cookies)
    }
    expect(cameIn(await world.comeBack(browser, callback))).toBe(true)
  })

  test('ends after ten minutes', async () => {
    const { browser, callback } = await begin()
    await world.plinth.run(`
      update plinth.one_time_tokens set expires = expires - interval '10 minutes' where purpose = 'provider'`)
    expect((await world.comeBack(browser, callback)).status).toBe(400)
  })

  test('is nowhere in the database, nor is what is derived from it', async () => {
    const { url } = await begin()
    const sent = new URL(url).searchParams
    const rows = JSON.stringify(await world.plinth.run(`select t::text from plinth.one_time_tokens t`))
    for (const name of ['state', 'nonce', 'code_challenge']) expect(rows).not.toContain(sent.get(name))
    const state = hash('sha256', sent.get('state') ?? '', 'hex')
    expect(rows).toContain(state)
  })

  test('that one copy of the server has made is finished by another', async () => {
    const second = await startServer(
      readConfig({
        PORT: '0',
        HOST: '127.0.0.1',
        DATABASE_URL: world.plinth.server.databaseUrl,
        PLINTH_PUBLIC_URL: publicUrl,
        PLINTH_REGISTRATION: 'open',
        PLINTH_PRIVATE_PROVIDERS: 'on',
        PLINTH_REDIRECT_URLS: appUrl,
      }),
      createLog('silent'),
    )
    try {
      const { browser, callback } = await begin()
      const cookie = [...browser.cookies].map(([key, value]) => `${key.split(' ')[1]}=${value}`).join('; ')
      const there = await fetch(second.url + callback.pathname + callback.search, {
        redirect: 'manual',
        headers: { cookie },
      })
      expect(there.headers.get('location')).toBe(appUrl)
    } finally {
      await second.stop()
    }
  })
})

describe('an id token', () => {
  const sign = (claims: object, options?: jwt.SignOptions) => world.provider.sign({ ...claims }, options)
  const without = (claims: object, name: string): object =>
    Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
  const unsigned = (claims: object, header: object) =>
    `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

  test.each<[string, (claims: Readonly<Record<string, unknown>>) => string | undefined]>([
    ['is missing', () => undefined],
    ['has no nonce', (claims) => sign(without(claims, 'nonce'))],
    ['has another nonce', (claims) => sign({ ...claims, nonce: 'another' })],
    ['is for another client', (claims) => sign({ ...claims, aud: 'another' })],
    ['is for others, too, and not made for us', (claims) => sign({ ...claims, aud: ['plinth', 'x'], azp: 'x' })],
    ['is of another issuer', (claims) => sign({ ...claims, iss: 'https://evil.example.com' })],
    ['has expired', (claims) => sign({ ...claims, iat: 1, exp: 2 })],
    ['never expires', (claims) => sign(without(claims, 'exp'))],
    ['is valid later', (claims) => sign({ ...claims, nbf: Math.floor(Date.now() / 1000) + 3_600 })],
    ['names nobody', (claims) => sign(without(claims, 'sub'))],
    ['names somebody with a number', (claims) => sign({ ...claims, sub: 7 as never })],
    ['names somebody with control characters', (claims) => sign({ ...claims, sub: 'a\u0000b' })],
    ['is not signed', (claims) => unsigned(claims, { alg: 'none', typ: 'JWT' })],
    [
      'is signed with the public key as a secret',
      (claims) => {
        const body = unsigned(claims, { alg: 'HS256', typ: 'JWT' }).slice(0, -1)
        return `${body}.${createHmac('sha256', world.provider.publicKeyPem()).update(body).digest('base64url')}`
      },
    ],
    [
      'is signed with the client’s secret',
      (claims) => jwt.sign({ ...claims }, client.clientSecret, { algorithm: 'HS256' }),
    ],
    ['names a key that there is not', (claims) => sign(claims, { keyid: 'unheard-of' })],
    [
      'was changed',
      (claims) => {
        const [header, , signature] = sign(claims).split('.')
        const [, changed] = unsigned({ ...claims, sub: 'boss' }, {}).split('.')
        return [header, changed, signature].join('.')
      },
    ],
    [
      'is signed with a key that it brings along',
      (claims) => {
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const kid = jwt.decode(sign(claims), { complete: true })?.header.kid ?? ''
        // The types leave `jwk` out.
        const header = { alg: 'ES256', kid, jwk: publicKey.export({ format: 'jwk' }) } as jwt.JwtHeader
        return jwt.sign({ ...claims }, privateKey, { algorithm: 'ES256', header })
      },
    ],
  ])('that %s signs nobody in', async (_, idToken) => {
    world.provider.script.idToken = idToken
    const came = await world.signIn()
    expect(came.location).toBe(`${appUrl}?error=providerFailed`)
    nobodySignedIn(came.cookies)
    const [event] = await world.plinth.events('providerFailed')
    expect(event).toMatchObject({ details: { provider: 'corp', reason: expect.stringMatching(/./) } })
    expect(JSON.stringify(event)).not.toMatch(/an-access-token|eyJ/)
  })
})

describe('a code', () => {
  test('that was stolen is worth nothing to another client, which has not the verifier', async () => {
    const victim = await begin()
    const thief = await begin()
    thief.callback.searchParams.set('code', victim.callback.searchParams.get('code') ?? '')
    const came = await world.comeBack(thief.browser, thief.callback)
    expect(came.error).toBe('providerFailed')
    nobodySignedIn(came.cookies)
  })

  test('is sent with the verifier of its challenge', async () => {
    const { browser, url, callback } = await begin()
    await world.comeBack(browser, callback)
    const verifier = world.provider.requests.find(({ path }) => path === '/token')?.form.get('code_verifier') ?? ''
    expect(hash('sha256', verifier, 'base64url')).toBe(new URL(url).searchParams.get('code_challenge'))
  })

  test.each([
    ['is missing', (url: URL) => url.searchParams.delete('code')],
    ['is there twice', (url: URL) => url.searchParams.append('code', 'x')],
    ['comes with a token', (url: URL) => url.searchParams.set('id_token', 'x')],
  ])('that %s signs nobody in', async (_, change) => {
    const { browser, callback } = await begin()
    change(callback)
    expect((await world.comeBack(browser, callback)).error).toBe('providerFailed')
  })

  test.each([
    ['another issuer', 'https://evil.example.com', {}],
    ['no issuer, of a provider that says it sends one', null, { authorization_response_iss_parameter_supported: true }],
  ])('that comes with %s is not sent to anybody (mix-up)', async (_, iss, more) => {
    // Of a name of its own, since metadata are kept for a while.
    const issuer = `${world.provider.url}/tenant-${Object.keys(more).length}`
    await world.plinth.provide('mixed', { issuer, ...client })
    world.provider.script.metadata = (document) => ({ ...document, ...more })
    world.provider.script.answer = (given) => {
      if (iss !== null) given.set('iss', iss)
      return given
    }
    const came = await world.signIn('mixed')
    expect([came.error, tokensAsked()]).toEqual(['providerFailed', 0])
  })

  test('of ours comes without tokens in the address, ends after two minutes, and is no state', async () => {
    const { verifier, challenge } = newVerifier()
    const answer = await world.plinth.post('/api/auth/providers/corp/start', { redirectTo: otherAppUrl, challenge })
    expect(answer.headers.getSetCookie()).toEqual([])
    const { callback } = await world.provider.visit(answer.body.url)
    const came = await world.comeBack(newBrowser(), callback)
    expect(came.cookies).toEqual([])
    expect(came.location).toMatch(/^com\.example\.app:\/signed-in\?code=[\w-]{43}$/)
    const code = new URL(came.location ?? '').searchParams.get('code') ?? ''
    callback.searchParams.set('state', code)
    expect((await world.comeBack(newBrowser(), callback)).status).toBe(400)
    await world.plinth.run(`
      update plinth.one_time_tokens set expires = expires - interval '2 minutes' where purpose = 'exchange'`)
    expect((await world.plinth.post('/api/auth/providers/exchange', { code, verifier })).body.code).toBe(
      'exchangeInvalid',
    )
  })
})

describe('where people are sent back to', () => {
  test.each([
    'https://evil.example.com/',
    `${appUrl}/`,
    `${appUrl}?next=//evil.example.com`,
    `${appUrl}#x`,
    `${appUrl}.evil.example.com`,
    appUrl.toUpperCase(),
    appUrl.replace('https', 'http'),
    appUrl.replace('app.', 'app.example.com@evil.'),
    appUrl.replace('/signed-in', '/../signed-in'),
    appUrl.replace('/signed-in', '/%73igned-in'),
    appUrl.replace('/signed-in', '\\signed-in'),
    appUrl.replace('app.example.com', 'app.example.com:443'),
    appUrl.replace('app.example.com', 'app.example.com.'),
    appUrl.replace('app', 'аpp'),
    ` ${appUrl}`,
    `${appUrl}\n`,
    `${appUrl},${otherAppUrl}`,
    '//app.example.com/signed-in',
    '/signed-in',
    'javascript:alert(1)',
    'data:text/html,x',
    'https:app.example.com/signed-in',
    'https:///app.example.com/signed-in',
    `${publicUrl}/auth/signed-in/../../evil`,
    `${publicUrl}//evil.example.com/auth/signed-in`,
  ])('is none but an address that is listed: %j', async (redirectTo) => {
    const answer = await world.plinth.post('/api/auth/providers/corp/start', {
      redirectTo,
      ...newVerifier(),
      verifier: undefined,
    })
    expect([answer.status, answer.body.code]).toEqual([400, 'redirectNotAllowed'])
  })

  test('may be the page of our own', async () => {
    const came = await world.signIn('corp', newBrowser(), { redirectTo: `${publicUrl}/auth/signed-in` })
    expect(came.location).toBe(`${publicUrl}/auth/signed-in`)
  })

  test.each([
    { Host: 'evil.example.com' },
    { 'X-Forwarded-Host': 'evil.example.com', 'X-Forwarded-Proto': 'http' },
    { Forwarded: 'host=evil.example.com' },
  ])('is not for a request to say, nor is the callback address: %j', async (headers) => {
    const { callback, url } = await (async () => {
      const browser = newBrowser()
      const begun = await world.plinth.start(browser, 'corp', {}, headers)
      return { url: begun, ...(await world.provider.visit(begun)) }
    })()
    expect(callback.origin).toBe(publicUrl)
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${publicUrl}/api/auth/providers/corp/callback`)
  })

  test.each([
    'https://app.example.com/*',
    'http://app.example.com/',
    'javascript:x',
    'https://u@app.example.com/',
    '/x',
  ])('cannot be listed as %s', (given) => {
    expect(() => readConfig({ PLINTH_REDIRECT_URLS: given })).toThrow(/PLINTH_REDIRECT_URLS must list whole addresses/)
  })
})

describe('beginning', () => {
  test('with cookies is for pages of ours', async () => {
    const answer = await world.plinth.server.call('POST', '/api/auth/providers/corp/start', {
      body: { redirectTo: appUrl, session: 'cookie' },
      headers: { Origin: 'https://evil.example.com', 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(answer.body.code).toBe('crossSite')
  })

  test.each([
    [{ redirectTo: appUrl }, '/challenge'],
    [{ redirectTo: appUrl, challenge: 'short' }, '/challenge'],
    [{ redirectTo: appUrl, challenge: newVerifier().challenge, roles: ['admin'] }, '/roles'],
    [{ redirectTo: appUrl, challenge: newVerifier().challenge, fields: { a: 'x'.repeat(10_000) } }, '/fields'],
  ])('wants what it needs and no more: %j', async (body, path) => {
    const answer = await world.plinth.post('/api/auth/providers/corp/start', body)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
  })

  test('to link is for users, and neither for guests nor for keys', async () => {
    const body = { redirectTo: appUrl, challenge: newVerifier().challenge, link: true }
    const made = await world.plinth.post('/api/admin/keys', { name: 'k', roles: [] }, world.plinth.adminToken)
    for (const token of [undefined, made.body.key]) {
      const answer = await world.plinth.post('/api/auth/providers/corp/start', body, token)
      expect([answer.status, answer.body.code]).toEqual([401, 'notSignedIn'])
    }
  })

  test('is counted, as bringing back and exchanging are, and the browser is shown a page', async () => {
    await world.plinth.run('delete from plinth.tries')
    const answer = await world.plinth.post('/api/auth/providers/corp/start', {
      redirectTo: appUrl,
      challenge: newVerifier().challenge,
    })
    expect(answer.headers.get('ratelimit-policy')).toBe('"provider";q=120;w=900')
    await world.plinth.run(`update plinth.tries set count = 1000`)
    const { callback } = await world.provider.visit(answer.body.url)
    const came = await world.comeBack(newBrowser(), callback)
    expect([came.status, came.page.includes('Too many tries')]).toEqual([429, true])
    await world.plinth.run('delete from plinth.tries')
  })
})

describe('a provider that is changed while somebody is there', () => {
  const changes: readonly [string, object | null][] = [
    ['switched off', { enabled: false }],
    ['deleted', null],
    ['set up for another client', { clientId: 'another' }],
    ['set up for another issuer', { issuer: 'elsewhere' }],
  ]
  test.each(changes)('finishes nothing: %s', async (_, change) => {
    const body = { issuer: world.provider.url, ...client }
    await world.plinth.provide('changing', body)
    const { browser, callback } = await begin('changing')
    if (change === null) {
      const token = world.plinth.adminToken
      await world.plinth.server.call('DELETE', '/api/admin/providers/changing', { token })
    } else
      await world.plinth.provide('changing', {
        ...body,
        ...change,
        ...('issuer' in change && { issuer: `${world.provider.url}/x` }),
      })
    const came = await world.comeBack(browser, callback)
    expect([came.error, tokensAsked()]).toEqual(['providerNotFound', 0])
    nobodySignedIn(came.cookies)
  })

  test('that is switched off is not listed, and nothing begins there', async () => {
    await world.plinth.provide('off', { issuer: world.provider.url, ...client, enabled: false })
    const { body } = await world.plinth.server.call('GET', '/api/auth/providers')
    expect(body.items.map(({ name }: { name: string }) => name)).not.toContain('off')
    const challenge = newVerifier().challenge
    for (const name of ['off', 'unheard-of', 'OFF', '..%2F..']) {
      const answer = await world.plinth.post(`/api/auth/providers/${name}/start`, { redirectTo: appUrl, challenge })
      expect([name, answer.status]).toEqual([name, 404])
    }
  })
})

test('why a provider cannot be used is for admins to know', async () => {
  await world.plinth.provide('gone', { issuer: `${world.provider.url}/gone`, ...client })
  world.provider.script.intercept = (_req, res) => res.writeHead(500).end('a secret of the provider').writableEnded
  const challenge = newVerifier().challenge
  const answer = await world.plinth.post('/api/auth/providers/gone/start', { redirectTo: appUrl, challenge })
  expect([answer.status, answer.body.code]).toEqual([502, 'providerFailed'])
  const [event] = await world.plinth.events('providerFailed')
  expect(event).toMatchObject({ details: { provider: 'gone', reason: expect.stringContaining('status code') } })
  expect(JSON.stringify([event, answer.body])).not.toContain('a secret of the provider')
})

test('what a provider says about itself is shown as text on our page', async () => {
  const came = await world.comeBack(
    newBrowser(),
    new URL('/api/auth/providers/corp/callback?state=<script>x', publicUrl),
  )
  expect(came.page).not.toContain('<script>x')
  const csp = (await fetch(`${world.plinth.server.url}/api/auth/providers/corp/callback`)).headers.get(
    'content-security-policy',
  )
  expect(csp).toContain("default-src 'none'")
})
