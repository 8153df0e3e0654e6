import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, startTestServer } from '../http/test-server.ts'
import { from, type MailFixture, password, startMailFixture } from '../mail/mail-fixture.ts'
import { enrolApp } from './second-factor-fixture.ts'
import { type Circumstances, softwareAuthenticator, type SoftwareAuthenticator } from './software-authenticator.ts'

const home = { origin: 'https://api.example.com', rpId: 'api.example.com' }

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture({ PLINTH_CORS_ORIGINS: 'https://app.example.com,https://www.api.example.com' })
})
afterAll(() => world.stop())

let nextNetwork = 1
const anew = () => from(`203.0.${nextNetwork >> 8}.${nextNetwork++ & 255}`)
const post = (path: string, body: unknown, token?: string): Promise<Answer> =>
  world.server.call('POST', path, { body, token, ...anew() })
const signIn = (email: string) => post('/api/auth/sign-in', { email, password })
const optionsOf = async (path: string, body: unknown, token?: string) => {
  const answer = await post(path, body, token)
  expect([path, answer.status, answer.body.code]).toEqual([path, 200, undefined])
  return answer.body.options
}
const handleOf = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')

interface Holder {
  readonly id: string
  readonly email: string
  readonly token: string
  readonly passkey: SoftwareAuthenticator
  readonly passkeyId: string
  readonly recoveryCodes: readonly string[]
}

async function register(
  token: string,
  passkey: SoftwareAuthenticator,
  lies?: Parameters<SoftwareAuthenticator['create']>[1],
  name = 'Laptop',
) {
  const options = await optionsOf('/api/auth/passkeys/register/options', {}, token)
  return post('/api/auth/passkeys/register', { passkey: passkey.create(options, lies), name }, token)
}
/** A user with a passkey, and the session in which it was made. */
async function holder(name: string, lies?: Circumstances): Promise<Holder> {
  const { id, email } = await world.user(name)
  const token: string = (await signIn(email)).body.accessToken
  const passkey = softwareAuthenticator(home)
  const { status, body } = await register(token, passkey, lies)
  expect([status, body.code]).toEqual([201, undefined])
  return { id, email, token, passkey, passkeyId: body.id, recoveryCodes: body.recoveryCodes }
}
async function signInBy({ passkey, id }: Pick<Holder, 'passkey' | 'id'>, lies: Circumstances = {}): Promise<Answer> {
  const options = await optionsOf('/api/auth/passkeys/sign-in/options', {})
  return post('/api/auth/passkeys/sign-in', { passkey: passkey.get(options, { userHandle: handleOf(id), ...lies }) })
}
const events = async (userId: string, kind: string) =>
  (await world.server.call('GET', `/api/admin/events?user=${userId}&kind=${kind}`, { token: world.adminToken })).body
    .items

describe('a passkey', () => {
  test('is made for the configured address, discoverable, without telling which product it is', async () => {
    const { id, email } = await world.user('makes')
    const { accessToken } = (await signIn(email)).body
    const answer = await world.server.call('POST', '/api/auth/passkeys/register/options', {
      token: accessToken,
      headers: { Host: 'evil.example.net', 'X-Forwarded-Host': 'evil.example.net', Origin: 'https://evil.example.net' },
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body.options).toMatchObject({
      rp: { id: 'api.example.com' },
      user: { id: handleOf(id), name: email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    })
    expect(JSON.stringify(answer.body)).not.toContain('evil')
  })

  test('signs in without an address or a password, as two factors in one', async () => {
    const it = await holder('signs-in')
    expect(it.recoveryCodes).toHaveLength(10)
    const options = await optionsOf('/api/auth/passkeys/sign-in/options', {})
    expect(options).toMatchObject({ rpId: 'api.example.com', userVerification: 'required', allowCredentials: [] })
    const { status, body } = await signInBy(it)
    expect([status, body.user.email]).toEqual([200, it.email])
    expect(jwt.decode(body.accessToken)).toMatchObject({ amr: ['pop', 'mfa'] })
    const sessions = await world.server.call('GET', '/api/auth/sessions', { token: body.accessToken })
    expect(sessions.body.items[0].method).toBe('passkey')
  })

  test('is the second factor of a password', async () => {
    const it = await holder('second')
    const { body } = await signIn(it.email)
    expect(body).toMatchObject({ mfaRequired: true, factors: ['passkey', 'recoveryCode'] })
    const { ticket } = body
    const options = await optionsOf('/api/auth/mfa/options', { ticket })
    expect(options.allowCredentials).toMatchObject([{ id: it.passkey.id }])
    // Its owner has typed the password, so a touch is enough.
    const done = await post('/api/auth/mfa', { ticket, passkey: it.passkey.get(options, { verified: false }) })
    expect(jwt.decode(done.body.accessToken)).toMatchObject({ amr: ['pwd', 'pop', 'mfa'] })
  })

  test('is listed with its name and whether it is backed up, renamed and removed', async () => {
    const it = await holder('manages', { backupEligible: true })
    await signInBy(it, { backupEligible: true, backedUp: true })
    const list = async () => (await world.server.call('GET', '/api/auth/factors', { token: it.token })).body.items
    expect(await list()).toMatchObject([
      { id: it.passkeyId, kind: 'passkey', name: 'Laptop', backedUp: true, lastUsed: expect.any(String) },
    ])
    const at = `/api/auth/factors/${it.passkeyId}`
    expect((await world.server.call('PATCH', at, { token: it.token, body: { name: 'Work' } })).status).toBe(204)
    expect(await list()).toMatchObject([{ name: 'Work' }])
    expect((await world.server.call('DELETE', at, { token: it.token })).status).toBe(204)
    expect((await signInBy(it)).body.code).toBe('passkeyInvalid')
  })

  test('makes a fresh proof', async () => {
    const it = await holder('fresh')
    await world.run(`update plinth.sessions set auth_time = now() - interval '1 hour' where user_id = $1::uuid`, it.id)
    const refused = await post('/api/auth/factors/recovery-codes', {}, it.token)
    expect(refused.body).toMatchObject({ code: 'stepUpRequired', methods: ['passkey', 'recoveryCode'] })
    const options = await optionsOf('/api/auth/step-up/options', {}, it.token)
    expect((await post('/api/auth/step-up', { passkey: it.passkey.get(options) }, it.token)).status).toBe(200)
    expect((await post('/api/auth/factors/recovery-codes', {}, it.token)).status).toBe(201)
  })

  test('is not made without a recent proof, nor a second time', async () => {
    const it = await holder('twice')
    expect((await register(it.token, it.passkey)).body.code).toBe('passkeyKnown')
    const options = await optionsOf('/api/auth/passkeys/register/options', {}, it.token)
    expect(options.excludeCredentials).toMatchObject([{ id: it.passkey.id }])
    await world.run(`update plinth.sessions set auth_time = now() - interval '1 hour' where user_id = $1::uuid`, it.id)
    const late = await post(
      '/api/auth/passkeys/register',
      { passkey: softwareAuthenticator(home).create(options) },
      it.token,
    )
    expect(late.body.code).toBe('stepUpRequired')
  })
})

describe('what a passkey has signed is refused', () => {
  let it: Holder
  beforeAll(async () => {
    it = await holder('attacked')
  })
  test.each<[string, Circumstances]>([
    ['for a page of another site', { origin: 'https://evil.example.net' }],
    ['for a page without https', { origin: 'http://api.example.com' }],
    ['for another port', { origin: 'https://api.example.com:8443' }],
    ['for a host that begins like ours', { origin: 'https://api.example.com.evil.example.net' }],
    ['for a listed page that the passkey is not for', { origin: 'https://app.example.com' }],
    ['for another site’s identifier', { rpId: 'evil.example.net' }],
    ['for the whole domain', { rpId: 'example.com' }],
    ['as if a passkey were made', { type: 'webauthn.create' }],
    ['without having checked its user', { verified: false }],
    ['for another user', { userHandle: handleOf('0198c0de-7a3b-7c4d-8e5f-0123456789ab') }],
    ['by another key', { key: softwareAuthenticator(home).key }],
    ['as one that can be backed up, which this one was not', { backupEligible: true }],
  ])('%s', async (_name, lies) => {
    const { status, body } = await signInBy(it, lies)
    expect([status, body.code]).toEqual([401, 'passkeyInvalid'])
  })

  test('and is taken where all of that is right, also for a listed page below the domain', async () => {
    expect((await signInBy(it)).status).toBe(200)
    expect((await signInBy(it, { origin: 'https://www.api.example.com' })).status).toBe(200)
  })

  test('when it was tampered with, bit by bit', async () => {
    const options = await optionsOf('/api/auth/passkeys/sign-in/options', {})
    const { response, ...rest } = Object(it.passkey.get(options))
    const data = Buffer.from(response.authenticatorData, 'base64url')
    data[36] = 9
    const tampered = { ...rest, response: { ...response, authenticatorData: data.toString('base64url') } }
    expect((await post('/api/auth/passkeys/sign-in', { passkey: tampered })).body.code).toBe('passkeyInvalid')
  })

  test.each<[string, object]>([
    ['garbage', { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' }],
    ['a list as client data', { clientDataJSON: 'W10', authenticatorData: 'AAAA', signature: 'AAAA' }],
    ['null as client data', { clientDataJSON: 'bnVsbA', authenticatorData: 'AAAA', signature: 'AAAA' }],
  ])('when it is %s', async (_name, response) => {
    const { status, body } = await post('/api/auth/passkeys/sign-in', {
      passkey: { id: it.passkey.id, rawId: it.passkey.id, response },
    })
    expect([status, body.code]).toEqual([401, 'passkeyInvalid'])
  })
})

describe('a challenge', () => {
  test('works once', async () => {
    const it = await holder('once')
    const options = await optionsOf('/api/auth/passkeys/sign-in/options', {})
    const passkey = it.passkey.get(options)
    expect((await post('/api/auth/passkeys/sign-in', { passkey })).status).toBe(200)
    expect((await post('/api/auth/passkeys/sign-in', { passkey })).body.code).toBe('passkeyInvalid')
    const answers = await optionsOf('/api/auth/passkeys/sign-in/options', {}).then((fresh) =>
      Promise.all(
        Array.from({ length: 10 }, () => post('/api/auth/passkeys/sign-in', { passkey: it.passkey.get(fresh) })),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('is ours, ends after five minutes, and is kept as a hash', async () => {
    const it = await holder('ours')
    const own = it.passkey.get({ challenge: Buffer.alloc(32).toString('base64url') })
    expect((await post('/api/auth/passkeys/sign-in', { passkey: own })).body.code).toBe('passkeyInvalid')
    const options = await optionsOf('/api/auth/passkeys/sign-in/options', {})
    const rows = await world.run('select to_jsonb(c)::text from plinth.passkey_challenges c')
    expect(JSON.stringify(rows)).not.toContain(options.challenge)
    await world.run(`update plinth.passkey_challenges set expires = now() - interval '1 second'`)
    expect((await post('/api/auth/passkeys/sign-in', { passkey: it.passkey.get(options) })).body.code).toBe(
      'passkeyInvalid',
    )
  })

  test('counts for what it was asked for alone: not a sign-in, a ticket, a session or a registration for another', async () => {
    const it = await holder('purpose')
    const { ticket } = (await signIn(it.email)).body
    const other = (await signIn(it.email)).body.ticket
    const forSignIn = await optionsOf('/api/auth/passkeys/sign-in/options', {})
    expect((await post('/api/auth/mfa', { ticket, passkey: it.passkey.get(forSignIn) })).body.code).toBe(
      'wrongSecondFactor',
    )
    const forTicket = await optionsOf('/api/auth/mfa/options', { ticket })
    // A touch alone must not become a sign-in by this.
    expect((await post('/api/auth/passkeys/sign-in', { passkey: it.passkey.get(forTicket) })).body.code).toBe(
      'passkeyInvalid',
    )
    expect((await post('/api/auth/mfa', { ticket: other, passkey: it.passkey.get(forTicket) })).body.code).toBe(
      'wrongSecondFactor',
    )
    expect((await post('/api/auth/step-up', { passkey: it.passkey.get(forTicket) }, it.token)).body.code).toBe(
      'wrongSecondFactor',
    )
    const forStepUp = await optionsOf('/api/auth/step-up/options', {}, it.token)
    expect((await post('/api/auth/mfa', { ticket, passkey: it.passkey.get(forStepUp) })).body.code).toBe(
      'wrongSecondFactor',
    )
    const made = softwareAuthenticator(home).create(forStepUp)
    expect((await post('/api/auth/passkeys/register', { passkey: made }, it.token)).body.code).toBe('passkeyInvalid')
  })
})

test('a passkey of another user is no second factor', async () => {
  const victim = await holder('robbed')
  const thief = await holder('robber')
  const { ticket } = (await signIn(victim.email)).body
  const options = await optionsOf('/api/auth/mfa/options', { ticket })
  const { status, body } = await post('/api/auth/mfa', { ticket, passkey: thief.passkey.get(options) })
  expect([status, body.code]).toEqual([401, 'wrongSecondFactor'])
  const stepUp = await optionsOf('/api/auth/step-up/options', {}, victim.token)
  expect((await post('/api/auth/step-up', { passkey: thief.passkey.get(stepUp) }, victim.token)).body.code).toBe(
    'wrongSecondFactor',
  )
})

test('a registration for another user, by another session, or of somebody’s passkey is refused', async () => {
  const victim = await holder('registered')
  const { email } = await world.user('registers')
  const token: string = (await signIn(email)).body.accessToken
  const theirs = await optionsOf('/api/auth/passkeys/register/options', {}, victim.token)
  const passkey = softwareAuthenticator(home)
  expect((await post('/api/auth/passkeys/register', { passkey: passkey.create(theirs) }, token)).body.code).toBe(
    'passkeyInvalid',
  )
  const otherSession: string = (await signIn(email)).body.accessToken
  const own = await optionsOf('/api/auth/passkeys/register/options', {}, otherSession)
  expect((await post('/api/auth/passkeys/register', { passkey: passkey.create(own) }, token)).body.code).toBe(
    'passkeyInvalid',
  )
  expect((await register(token, passkey, { id: victim.passkey.id })).body.code).toBe('passkeyKnown')
  expect((await signInBy(victim)).status).toBe(200)
})

test.each<[string, Circumstances & { withCertificate?: boolean }]>([
  ['another site', { origin: 'https://evil.example.net' }],
  ['another identifier', { rpId: 'evil.example.net' }],
  ['another purpose', { type: 'webauthn.get' }],
  ['certificates, which name addresses to fetch from', { withCertificate: true }],
])('a registration for %s is refused', async (name, lies) => {
  const { email } = await world.user(`wrongly-${name.length}`)
  const token: string = (await signIn(email)).body.accessToken
  expect((await register(token, softwareAuthenticator(home), lies)).body.code).toBe('passkeyInvalid')
  expect((await signIn(email)).body).toHaveProperty('accessToken')
})

test('a passkey whose counter does not grow was copied: it is refused, and that is written down', async () => {
  const it = await holder('cloned', { counter: 5 })
  expect((await signInBy(it, { counter: 6 })).status).toBe(200)
  for (const counter of [6, 5, 0]) expect((await signInBy(it, { counter })).body.code).toBe('passkeyInvalid')
  expect((await signInBy(it, { counter: 9 })).status).toBe(200)
  expect(await events(it.id, 'passkeyCloned')).toHaveLength(3)
})

test('two at once with the same counter sign in once', async () => {
  const it = await holder('racing', { counter: 1 })
  const answers = await Promise.all(Array.from({ length: 6 }, () => signInBy(it, { counter: 2 })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('a passkey of a blocked or deleted user opens nothing', async () => {
  const it = await holder('gone')
  await world.run(`insert into plinth.blocked_users (user_id, blocked_by) values ($1::uuid, 'system')`, it.id)
  expect((await signInBy(it)).body.code).toBe('userBlocked')
  await world.run('delete from plinth.blocked_users where user_id = $1::uuid', it.id)
  await world.run('delete from public.users where id = $1::uuid', it.id)
  await world.run(
    `insert into public.users (id, email, roles, created, updated) values ($1::uuid, 'new-one@example.com', '{}', now(), now())`,
    it.id,
  )
  expect((await signInBy(it)).body.code).toBe('passkeyInvalid')
})

test('an app for codes and a passkey stand beside each other', async () => {
  const it = await holder('many')
  const app = await enrolApp(world.server.call, it.token)
  expect(app.recoveryCodes).toEqual([])
  expect((await signIn(it.email)).body.factors).toEqual(['totp', 'passkey', 'recoveryCode'])
})

describe('passkeys', () => {
  const admin = { email: 'ada@example.com', password: 'lovelace engine' }
  const settings = { PLINTH_ADMIN_EMAIL: admin.email, PLINTH_ADMIN_PASSWORD: admin.password }

  test.each([
    ['without a name', {}],
    ['without https', { PLINTH_PUBLIC_URL: 'http://api.example.com' }],
  ])('are refused at an address %s, in a sentence that says what to do', async (_name, more) => {
    const server = await startTestServer({ ...settings, ...more })
    const { status, body } = await server.call('POST', '/api/auth/passkeys/sign-in/options')
    expect([status, body.code]).toEqual([409, 'passkeysUnavailable'])
    expect(body.title).toContain('PLINTH_PUBLIC_URL')
    await server.stop()
  })

  test('can be for a domain, and then for the listed pages of all its hosts', async () => {
    const server = await startTestServer({
      ...settings,
      PLINTH_PUBLIC_URL: 'https://api.example.com',
      PLINTH_PASSKEY_DOMAIN: 'example.com',
      PLINTH_CORS_ORIGINS: 'https://app.example.com,https://app.example.net,https://notexample.com',
    })
    const token: string = (await server.call('POST', '/api/auth/sign-in', { body: admin })).body.accessToken
    const tried = async (origin: string) => {
      const options = (await server.call('POST', '/api/auth/passkeys/register/options', { token })).body.options
      const passkey = softwareAuthenticator({ origin, rpId: 'example.com' }).create(options)
      return (await server.call('POST', '/api/auth/passkeys/register', { token, body: { passkey } })).status
    }
    expect(await tried('https://app.example.com')).toBe(201)
    expect(await tried('https://api.example.com')).toBe(201)
    for (const origin of ['https://app.example.net', 'https://notexample.com', 'https://other.example.com'])
      expect(await tried(origin)).toBe(401)
    await server.stop()
  })
})
