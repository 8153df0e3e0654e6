import { generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newBrowser } from './browser.ts'
import { cameIn, client, type ScriptedWorld, startScriptedWorld } from './scripted-world.ts'

const publicUrl = 'https://api.example.com/plinth'
const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const applePem = appleKey.privateKey.export({ type: 'pkcs8', format: 'pem' })

let world: ScriptedWorld
let identityOf: (subject: string) => Promise<readonly (string | null)[] | undefined>

beforeAll(async () => {
  world = await startScriptedWorld({ PLINTH_PUBLIC_URL: publicUrl })
  const { provide, run } = world.plinth
  identityOf = async (subject) =>
    (
      await run(
        `select i.provider, i.issuer, i.email, i.name, u.email
         from plinth.identities i join public.users u on u.id = i.user_id where i.subject = $1`,
        subject,
      )
    )[0]
  for (const preset of ['google', 'github', 'microsoft', 'gitlab', 'discord'])
    expect((await provide(preset, { preset, ...client })).status).toBe(201)
  const apple = { preset: 'apple', clientId: 'com.example.web', teamId: 'TEAM123456', keyId: 'KEY1234567' }
  expect((await provide('apple', { ...apple, clientSecret: applePem })).status).toBe(201)
})
afterAll(() => world?.stop())
beforeEach(() => world.provider.reset())

test('have a name for people, and a callback address for the provider', async () => {
  const { body } = await world.plinth.server.call('GET', '/api/auth/providers')
  expect(body.items.map(({ label }: { label: string }) => label)).toEqual([
    'Apple',
    'Discord',
    'GitHub',
    'GitLab',
    'Google',
    'Microsoft',
  ])
  const shown = await world.plinth.server.call('GET', '/api/admin/providers', { token: world.plinth.adminToken })
  expect(shown.body.items[2]).toMatchObject({
    name: 'github',
    hasSecret: true,
    callbackUrl: `${publicUrl}/api/auth/providers/github/callback`,
  })
})

test.each([
  ['google', 'https://accounts.google.com'],
  ['gitlab', 'https://gitlab.com'],
])('%s is found by its issuer', async (name, issuer) => {
  world.provider.script.claims = { sub: name, email: `${name}@example.org`, email_verified: true, name: 'Ada' }
  expect(cameIn(await world.signIn(name))).toBe(true)
  const address = `${name}@example.org`
  expect(await identityOf(name)).toEqual([name, issuer, address, 'Ada', address])
})

describe('GitHub', () => {
  const github = (emails: unknown) => {
    world.provider.script.api = {
      '/user': { id: 4711, login: 'ada', name: null, email: 'shown@example.org' },
      '/user/emails': emails,
    }
  }
  const emails = [
    { email: 'old@example.org', primary: false, verified: true },
    { email: 'ada@example.org', primary: true, verified: true },
  ]

  test('tells the address that is primary and verified, and who it is by a number', async () => {
    github(emails)
    // Sent since April 2026.
    world.provider.script.answer = (given) => {
      given.set('iss', 'https://github.com/login/oauth')
      return given
    }
    expect(cameIn(await world.signIn('github'))).toBe(true)
    expect(await identityOf('4711')).toEqual([
      'github',
      'https://github.com/login/oauth',
      'ada@example.org',
      'ada',
      'ada@example.org',
    ])
    const [request] = world.provider.requests.filter(({ path }) => path === '/user')
    expect(request?.headers['user-agent']).toMatch(/./)
    expect(
      world.provider.requests.find(({ path }) => path.endsWith('access_token'))?.form.get('code_verifier'),
    ).toMatch(/^[\w-]{43}$/)
  })

  test('does not vouch for an address that is not verified there', async () => {
    const user = await world.plinth.user('boss@example.org')
    world.provider.script.api = {
      '/user': { id: 4712, login: 'eve' },
      '/user/emails': [
        { email: 'boss@example.org', primary: true, verified: false },
        { email: 'eve@example.org', primary: false, verified: true },
      ],
    }
    const came = await world.signIn('github')
    expect(cameIn(came)).toBe(true)
    expect((await identityOf('4712'))?.[4]).toMatch(/@anonymous\.invalid$/)
    expect(await world.plinth.run('select from plinth.identities where user_id = $1::uuid', user.id)).toEqual([])
  })

  test.each([
    ['another issuer', { iss: 'https://evil.example.com' }, {}],
    ['no number', {}, { '/user': { login: 'ada' } }],
    ['an API that refuses', {}, { '/user/emails': undefined }],
  ])('is refused with %s', async (_, parameters: object, api: object) => {
    github(emails)
    world.provider.script.api = { ...world.provider.script.api, ...api }
    world.provider.script.answer = (given) => new URLSearchParams({ ...Object.fromEntries(given), ...parameters })
    expect((await world.signIn('github')).error).toBe('providerFailed')
  })

  test('says with status 200 that it refuses a code', async () => {
    world.provider.script.token = () => ({ status: 200, body: { error: 'bad_verification_code' } })
    expect((await world.signIn('github')).error).toBe('providerFailed')
    const tried = await world.plinth.post('/api/admin/providers/github/test', undefined, world.plinth.adminToken)
    expect(tried.body.checks[1]).toMatchObject({ check: 'credentials' })
  })
})

describe('Discord', () => {
  test.each([
    [true, 'ada.d@example.org'],
    [false, '@anonymous.invalid'],
  ])('vouches for the address where it is verified: %s', async (verified, address) => {
    const id = `8${Number(verified)}`
    const me = { id, username: 'ada', global_name: 'Ada L.', email: 'ada.d@example.org', verified }
    world.provider.script.api = { '/api/users/@me': me }
    expect(cameIn(await world.signIn('discord'))).toBe(true)
    const found = await identityOf(id)
    expect(found?.slice(0, 4)).toEqual(['discord', 'https://discord.com', 'ada.d@example.org', 'Ada L.'])
    expect(found?.[4]).toContain(address)
  })
})

describe('Microsoft', () => {
  const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47'
  beforeEach(() => {
    world.provider.script.metadata = (document) => ({
      ...document,
      issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
    })
  })
  const comes = (sub: string, more: object) => {
    const iss = `https://login.microsoftonline.com/${tenant}/v2.0`
    world.provider.script.claims = { sub, tid: tenant, iss, email: `${sub}@example.org`, ...more }
  }

  test.each([
    ['ms-0', {}, false],
    ['ms-1', { email_verified: true }, false],
    ['ms-2', { xms_edov: false }, false],
    ['ms-3', { xms_edov: '0' }, false],
    ['ms-4', { xms_edov: true }, true],
    ['ms-5', { xms_edov: '1' }, true],
  ])('vouches for an address only where its tenant owns the domain (%s)', async (sub, more, isVerified) => {
    const victim = await world.plinth.user(`${sub}@example.org`)
    comes(sub, more)
    const came = await world.signIn('microsoft')
    expect(cameIn(came)).toBe(true)
    const linked = await world.plinth.run('select subject from plinth.identities where user_id = $1::uuid', victim.id)
    expect(linked).toEqual(isVerified ? [[sub]] : [])
    expect((await identityOf(sub))?.[1]).toBe(`https://login.microsoftonline.com/${tenant}/v2.0`)
  })

  test('keeps tenants apart: the same subject of another one is somebody else', async () => {
    comes('same', {})
    await world.signIn('microsoft')
    comes('same', { tid: 'other', iss: 'https://login.microsoftonline.com/other/v2.0' })
    await world.signIn('microsoft')
    const found = await world.plinth.run(`select count(distinct user_id) from plinth.identities where subject = 'same'`)
    expect(found).toEqual([['2']])
  })

  test('refuses an issuer that is not the tenant’s own', async () => {
    comes('forged', { iss: 'https://login.microsoftonline.com/another/v2.0' })
    expect((await world.signIn('microsoft')).error).toBe('providerFailed')
  })
})

describe('Apple', () => {
  test('has the browser post its answer, is shown a secret that the team signs, and tells a name once', async () => {
    const { script } = world.provider
    script.claims = { sub: 'apple-1', email: 'relay@privaterelay.example.org', email_verified: 'true' }
    script.answer = (given) => {
      given.set('user', JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'boss@example.org' }))
      return given
    }
    const browser = newBrowser()
    const begun = await world.plinth.start(browser, 'apple')
    expect(new URL(begun).searchParams.get('response_mode')).toBe('form_post')
    const { callback, form } = await world.provider.visit(begun)
    expect([callback.search, form?.has('code')]).toEqual(['', true])
    expect(cameIn(await world.comeBack(browser, callback, form))).toBe(true)
    const secret = world.provider.requests.find(({ path }) => path === '/token')?.form.get('client_secret') ?? ''
    expect(jwt.verify(secret, appleKey.publicKey, { algorithms: ['ES256'], complete: true })).toMatchObject({
      header: { alg: 'ES256', kid: 'KEY1234567' },
      payload: { iss: 'TEAM123456', sub: 'com.example.web', aud: 'https://appleid.apple.com' },
    })
    // What stands beside the code is not signed, so its address counts for nothing.
    const known = ['apple', 'https://appleid.apple.com', 'relay@privaterelay.example.org', 'Ada Lovelace']
    expect((await identityOf('apple-1'))?.slice(0, 4)).toEqual(known)
    script.answer = (given) => given
    await world.signIn('apple')
    expect((await identityOf('apple-1'))?.slice(0, 4)).toEqual(known)
  })

  test('is answered with a cookie that the browser also sends with a form from there', async () => {
    const cookieOf = async (name: string) => {
      const answer = await world.plinth.server.call('POST', `/api/auth/providers/${name}/start`, {
        body: { redirectTo: 'https://app.example.com/signed-in', session: 'cookie' },
        headers: { 'Sec-Fetch-Site': 'same-origin' },
      })
      return answer.headers.getSetCookie()[0]?.replace(/=[\w-]{43};/, '=…;')
    }
    const common = '__Host-plinth_provider=…; Max-Age=600; Path=/; HttpOnly;'
    expect(await cookieOf('apple')).toBe(`${common} SameSite=None; Secure`)
    expect(await cookieOf('google')).toBe(`${common} SameSite=Lax; Secure`)
  })
})

describe('what an admin writes', () => {
  const save = (body: object, name = 'tried') => world.plinth.provide(name, body)
  const google = { preset: 'google', ...client }

  test.each([
    [{ ...client }, '/issuer'],
    [{ ...google, issuer: 'https://id.example.com' }, '/issuer'],
    [{ ...client, issuer: 'http://id.example.com' }, '/issuer'],
    [{ ...client, issuer: 'https://id.example.com/?a=b' }, '/issuer'],
    [{ ...client, issuer: 'https://user:secret@id.example.com/' }, '/issuer'],
    [{ ...client, issuer: 'file:///etc/passwd' }, '/issuer'],
    [{ preset: 'google', clientId: 'x' }, '/clientSecret'],
    [{ ...google, tenant: 'common' }, '/tenant'],
    [{ ...google, scopes: ['email'] }, '/scopes'],
    [{ ...google, scopes: ['two words'] }, '/scopes/0'],
    [{ preset: 'apple', clientId: 'x', clientSecret: applePem, keyId: 'K' }, '/teamId'],
    [{ preset: 'apple', clientId: 'x', clientSecret: 'no key', teamId: 'T', keyId: 'K' }, '/clientSecret'],
    [{ preset: 'facebook', ...client }, '/preset'],
    [{ ...google, label: 'two\nlines' }, '/label'],
  ])('is refused where it cannot work: %j', async (body, path) => {
    const answer = await save(body)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
  })

  test('has a name that fits into addresses', async () => {
    for (const name of ['Google', '1st', 'a%2Fb', 'a%00']) expect((await save(google, name)).status, name).toBe(400)
  })

  test('keeps its secret when that is left out, but not for another place, and shows it to nobody', async () => {
    const made = await save({ ...google, clientSecret: 'never shown' })
    const secretOf = async () =>
      (await world.plinth.run(`select client_secret from plinth.providers where name = 'tried'`))[0]?.[0]
    expect((await save({ preset: 'google', clientId: client.clientId, label: 'G' })).status).toBe(200)
    expect(await secretOf()).toBe('never shown')
    const elsewhere = await save({ issuer: 'https://evil.example.com', clientId: client.clientId })
    expect([elsewhere.status, await secretOf()]).toEqual([200, null])
    const { body: events } = await world.plinth.server.call('GET', '/api/admin/events', {
      token: world.plinth.adminToken,
    })
    const shown = await world.plinth.server.call('GET', '/api/admin/providers', { token: world.plinth.adminToken })
    expect(JSON.stringify([made.body, shown.body, events])).not.toContain('never shown')
    const gone = await world.plinth.server.call('DELETE', '/api/admin/providers/tried', {
      token: world.plinth.adminToken,
    })
    expect(gone.status).toBe(204)
  })

  test('is for admins alone', async () => {
    const user = await world.plinth.user('nobody@example.com')
    for (const token of [undefined, user.accessToken])
      for (const [method, path] of [
        ['GET', ''],
        ['PUT', '/x'],
        ['DELETE', '/google'],
        ['POST', '/google/test'],
      ] as const) {
        const answer = await world.plinth.server.call(method, `/api/admin/providers${path}`, { token })
        expect(answer.status).toBe(token === undefined ? 401 : 403)
      }
  })
})
