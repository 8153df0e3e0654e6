import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, secondLater, startTwoCopies, type TwoCopies } from './two-copies.ts'

let copies: TwoCopies
beforeAll(async () => {
  copies = await startTwoCopies()
})
afterAll(() => copies.stop())

const kidOf = (token: string) => jwt.decode(token, { complete: true })?.header.kid
const both = async (token: string) => [
  (await copies.server.call('GET', '/api/auth/me', { token })).status,
  (await copies.other('GET', '/api/auth/me', { token })).status,
]

test('when keys are distrusted, every token made so far is refused on all copies within a second, and sessions go on', async () => {
  const user = await copies.user('ann')
  expect(await both(user.accessToken)).toEqual([200, 200])
  expect(await both(copies.adminToken)).toEqual([200, 200])
  // A stolen key is one that signs what it likes.
  const [stolen] = await copies.run('select kid, private_key from plinth.signing_keys order by created desc limit 1')
  const forge = () =>
    jwt.sign(
      { ...(jwt.decode(copies.adminToken) as object), exp: Math.floor(Date.now() / 1000) + 600 },
      stolen?.[1] ?? '',
      { algorithm: 'ES256', keyid: stolen?.[0] ?? '' },
    )
  expect(await both(forge())).toEqual([200, 200])

  const distrusted = await copies.server.call('POST', '/api/admin/signing-keys/distrust', { token: copies.adminToken })
  expect([distrusted.status, distrusted.body]).toEqual([201, { kid: expect.any(String) }])
  await secondLater()
  expect(await both(user.accessToken)).toEqual([401, 401])
  expect(await both(copies.adminToken)).toEqual([401, 401])
  expect(await both(forge())).toEqual([401, 401])

  // The other copy signs with the new key as well.
  const { refreshToken } = user
  const refreshed = await copies.other('POST', '/api/auth/refresh', { body: { refreshToken } })
  expect(refreshed.status).toBe(200)
  expect(kidOf(refreshed.body.accessToken)).toBe(distrusted.body.kid)
  expect(await both(refreshed.body.accessToken)).toEqual([200, 200])
  const { keys } = (await copies.other('GET', '/.well-known/jwks.json')).body
  expect(keys.map((each: { kid: string }) => each.kid)).toEqual([distrusted.body.kid])

  const { body } = await copies.server.call('POST', '/api/auth/sign-in', { body: admin })
  const events = await copies.server.call('GET', '/api/admin/events?kind=signingKeysDistrusted', {
    token: body.accessToken,
  })
  expect(events.body.items).toMatchObject([{ actor: `user:${body.user.id}`, details: { kid: distrusted.body.kid } }])
})

test('a token of a key that another copy has just made is taken at once', async () => {
  const { body: before } = await copies.server.call('POST', '/api/auth/sign-in', { body: admin })
  const token: string = before.accessToken
  expect(await both(token)).toEqual([200, 200])
  await copies.server.call('POST', '/api/admin/signing-keys/rotate', { token })
  const { body } = await copies.server.call('POST', '/api/auth/sign-in', { body: admin })
  expect(kidOf(body.accessToken)).not.toBe(kidOf(token))
  expect(await both(body.accessToken)).toEqual([200, 200])
  expect(await both(token)).toEqual([200, 200])
})
