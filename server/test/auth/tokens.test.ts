import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AccessTokens } from '../../src/auth/access-tokens.ts'
import { openSigningKeys } from '../../src/auth/signing-keys.ts'
import { startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }

let server: TestServer
let good = ''
let refresh = ''
let userId = ''
let sid = ''
let kid = ''
let privateKey: KeyObject
let publicPem = ''
beforeAll(async () => {
  server = await startTestServer({ PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password })
  const { body } = await server.call('POST', '/api/auth/sign-in', { body: ada })
  good = body.accessToken
  refresh = body.refreshToken
  userId = body.user.id
  sid = Object(jwt.decode(good)).sid
  const rows = await server.database.run({
    text: 'select kid, private_key, public_key from plinth.signing_keys',
    values: [],
  })
  kid = rows[0]?.[0] ?? ''
  privateKey = createPrivateKey(rows[0]?.[1] ?? '')
  publicPem = rows[0]?.[2] ?? ''
})
afterAll(() => server.stop())

const me = (token: string) => server.call('GET', '/api/auth/me', { token })
const sign = (options: jwt.SignOptions, key: jwt.Secret = privateKey, payload: object = {}) =>
  jwt.sign({ sid, ...payload }, key, {
    algorithm: 'ES256',
    keyid: kid,
    issuer: 'plinth',
    audience: 'plinth',
    subject: userId,
    expiresIn: 60,
    ...options,
  })
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)
const claims = () => ({ sub: userId, sid, iss: 'plinth', aud: 'plinth', exp: now() + 60 })

test('a token signed with the key is good, so what follows fails for its own reason', async () => {
  expect((await me(sign({}))).status).toBe(200)
})

describe('a token', () => {
  const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const hs256 = (secret: string) => {
    const text = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${encode(claims())}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const ownJwk = () => createPublicKey(otherKey).export({ format: 'jwk' })
  const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const p384Key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const otherHeader = (header: object) => {
    const [, payload, signature] = sign({}).split('.')
    return `${encode({ alg: 'ES256', typ: 'JWT', kid, ...header })}.${payload}.${signature}`
  }
  const headed = (header: object) => sign({ header: { alg: 'ES256', kid, ...header } }, otherKey)
  /** Each way to write the key that everybody can read. */
  function publicKeyForms(): [string, () => string][] {
    const key = () => createPublicKey(publicPem)
    return [
      ['without its last line break', () => publicPem.trim()],
      ['in DER', () => key().export({ type: 'spki', format: 'der' }).toString('latin1')],
      ['as a JWK', () => JSON.stringify(key().export({ format: 'jwk' }))],
    ]
  }
  test.each<[string, () => string]>([
    ['without a signature (alg none)', () => `${encode({ alg: 'none', kid })}.${encode(claims())}.`],
    ['with alg none in other letters', () => `${encode({ alg: 'nOnE', kid })}.${encode(claims())}.`],
    ['signed with the public key as a secret', () => hs256(publicPem)],
    ['signed with another key', () => sign({}, otherKey)],
    ...publicKeyForms().map(([form, secret]): [string, () => string] => [
      `signed with the public key as a secret, ${form}`,
      () => hs256(secret()),
    ]),
    ['signed with nothing as a secret', () => hs256('')],
    ['that brings its own key (jwk)', () => headed({ jwk: ownJwk() })],
    ['that says where its key is (jku)', () => headed({ jku: 'https://evil.example/jwks' })],
    ['that says where its key is (x5u)', () => headed({ x5u: 'https://evil.example/x' })],
    ['that brings its own certificate (x5c)', () => headed({ x5c: ['MIIB'] })],
    // CVE-2022-21449: r and s are zero.
    [
      'whose signature is zero',
      () => `${good.slice(0, good.lastIndexOf('.'))}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    ['whose signature is empty', () => good.slice(0, good.lastIndexOf('.') + 1)],
    ['of RSA', () => sign({ algorithm: 'RS256' }, rsaKey)],
    ['of another curve', () => sign({ algorithm: 'ES384' }, p384Key)],
    ['whose key id is a list', () => otherHeader({ kid: [kid] })],
    ['whose key id is an object', () => otherHeader({ kid: { toString: kid } })],
    ['whose algorithm is a list', () => otherHeader({ alg: ['ES256'] })],
    [
      'that is written with two algorithms',
      () => `${Buffer.from(`{"alg":"none","alg":"ES256","kid":"${kid}"}`).toString('base64url')}.${encode(claims())}.`,
    ],
    ['that is a refresh token', () => refresh],
    ['with an unknown key id', () => sign({ keyid: 'forged' })],
    ['with a key id that is a path', () => sign({ keyid: '../../dev/null' })],
    ['with a key id that is SQL', () => sign({ keyid: "' or 1=1 --" })],
    ['without a key id', () => jwt.sign(claims(), privateKey, { algorithm: 'ES256' })],
    ['that has expired', () => sign({ expiresIn: -1 })],
    [
      'without an end',
      () =>
        jwt.sign({ sub: userId, sid, iss: 'plinth', aud: 'plinth' }, privateKey, { algorithm: 'ES256', keyid: kid }),
    ],
    ['that is not valid yet', () => sign({ notBefore: 60 })],
    ['of another issuer', () => sign({ issuer: 'https://evil.example.com' })],
    ['for another audience', () => sign({ audience: 'others' })],
    [
      'for nobody',
      () =>
        jwt.sign({ sid, iss: 'plinth', aud: 'plinth' }, privateKey, { algorithm: 'ES256', keyid: kid, expiresIn: 60 }),
    ],
    ['of no session', () => jwt.sign({ ...claims(), sid: undefined }, privateKey, { algorithm: 'ES256', keyid: kid })],
    ['of a session that is no id', () => sign({}, privateKey, { sid: 'x' })],
    ['of a session that is not there', () => sign({}, privateKey, { sid: '01a20644-57e4-774d-a925-000000000000' })],
    ['of a session that is a list', () => sign({}, privateKey, { sid: [sid] })],
    ['for somebody who is not there', () => sign({ subject: '01a20644-57e4-774d-a925-000000000000' })],
    [
      'with other claims than were signed',
      () => good.replace(/\.[^.]+\./, `.${encode({ ...claims(), admin: true })}.`),
    ],
    ['with a changed signature', () => `${good.slice(0, -6)}AAAAAA`],
    ['cut short', () => good.slice(0, -20)],
    ['of three dots', () => '...'],
    ['that is far too long', () => `${good}${'A'.repeat(5_000)}`],
    ['that looks like an API key', () => 'plk_x'],
    ['like an API key that nobody has', () => `plk_${'A'.repeat(43)}`],
  ])('%s is a 401', async (_name, make) => {
    const { status, body } = await me(make())
    expect([status, body.code]).toEqual([401, 'invalidToken'])
  })

  test('for somebody whose id is not even an id is no fault of ours', async () => {
    expect((await me(sign({ subject: 'x' }))).status).toBe(401)
  })

  test.each(['', 'Bearer', 'Basic YTpi', 'bearer a b', 'Token x'])(
    'in a header %j never makes a guest',
    async (authorization) => {
      const { status } = await server.call('GET', '/api/records/users', { headers: { Authorization: authorization } })
      expect(status).toBe(401)
    },
  )

  test('ends at its end, though it was seen before', async () => {
    const token = sign({ expiresIn: 2 })
    expect((await me(token)).status).toBe(200)
    await expect.poll(async () => (await me(token)).status, { timeout: 5_000 }).toBe(401)
  })
})

describe('a user', () => {
  test('who loses a role has lost it a second later, and one who is deleted is out', async () => {
    const { run } = server.database
    const [[id] = []] = await run({
      text: `insert into public.users (id, email, roles, created, updated)
             values (plinth.uuid_v7(), 'brief@example.com', '{admin}', now(), now()) returning id`,
      values: [],
    })
    const [[session] = []] = await run({
      text: `insert into plinth.sessions (user_id, method, created_at, expires_at)
             values ($1::uuid, 'password', now() + interval '1 millisecond', now() + interval '1 day') returning id`,
      values: [id],
    })
    const token = sign({ subject: id ?? '' }, privateKey, { sid: session })
    const schema = () => server.call('GET', '/api/schema', { token })
    expect((await schema()).status).toBe(200)
    await run({ text: `update public.users set roles = '{}' where id = $1::uuid`, values: [id] })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect((await schema()).body.code).toBe('adminOnly')
    await run({ text: 'delete from public.users where id = $1::uuid', values: [id] })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect((await schema()).body.code).toBe('invalidToken')
  })
})

describe('signing keys', () => {
  test('are one for copies that start at once', async () => {
    await server.database.run({ text: 'delete from plinth.signing_keys', values: [] })
    const copies = await Promise.all([1, 2, 3].map(() => openSigningKeys(server.database)))
    const kids = await Promise.all(copies.map(async (each) => (await each.current()).kid))
    expect(new Set(kids).size).toBe(1)
  })

  const subject = () => ({ userId, sessionId: sid })
  const kidOf = (token: string) => jwt.decode(token, { complete: true })?.header.kid
  const age = (interval: string) =>
    server.database.run({ text: `update plinth.signing_keys set created = created - $1::interval`, values: [interval] })

  test('are renewed after 30 days, and the old one still counts for tokens it has signed', async () => {
    const tokens = new AccessTokens(await openSigningKeys(server.database), 'plinth', async () => ({}))
    const { accessToken } = await tokens.sign(subject())
    await age('30 days 1 minute')
    const renewed = new AccessTokens(await openSigningKeys(server.database), 'plinth', async () => ({}))
    const fresh = await renewed.sign(subject())
    expect(kidOf(fresh.accessToken)).not.toBe(kidOf(accessToken))
    expect(await renewed.check(accessToken)).toMatchObject({ userId })
    expect(await renewed.check(fresh.accessToken)).toMatchObject({ userId })
  })

  test('that were rotated are used at once, are found by other copies, and the old one goes after an hour', async () => {
    const other = await openSigningKeys(server.database)
    const { accessToken: before } = (await server.call('POST', '/api/auth/sign-in', { body: ada })).body
    const rotated = await server.call('POST', '/api/admin/signing-keys/rotate', { token: before })
    expect(rotated.status).toBe(201)
    const { accessToken: after } = (await server.call('POST', '/api/auth/sign-in', { body: ada })).body
    expect(kidOf(after)).toBe(rotated.body.kid)
    expect([(await me(before)).status, (await me(after)).status]).toEqual([200, 200])
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(await other.find(rotated.body.kid)).not.toBeNull()
    await age('61 minutes')
    await openSigningKeys(server.database).then((keys) => keys.rotate())
    const old = await openSigningKeys(server.database)
    expect(await old.find(kidOf(before) ?? '')).toBeNull()
    expect(await old.find(kidOf(after) ?? '')).not.toBeNull()
  })

  test('are rotated and distrusted by admins alone', async () => {
    for (const action of ['rotate', 'distrust']) {
      const answer = await server.call('POST', `/api/admin/signing-keys/${action}`)
      expect([answer.status, answer.body.code]).toEqual([401, 'notSignedIn'])
    }
  })

  test('are public in their public halves, by which others can check a token', async () => {
    const { accessToken } = (await server.call('POST', '/api/auth/sign-in', { body: ada })).body
    const { status, headers, body } = await server.call('GET', '/.well-known/jwks.json')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    const jwk = body.keys.find((each: { kid: string }) => each.kid === kidOf(accessToken))
    expect(Object.keys(jwk).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const verified = jwt.verify(accessToken, key, { algorithms: ['ES256'], issuer: 'plinth', audience: 'plinth' })
    expect(verified).toMatchObject({ sub: userId })
  })
})
