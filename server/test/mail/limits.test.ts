import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countTry, networkKey } from '../../src/auth/limits/count-try.ts'
import { limits } from '../../src/auth/limits/limits.ts'
import { networkOf } from '../../src/auth/limits/network-of.ts'
import { from, type MailFixture, password, startMailFixture } from './mail-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture()
})
afterAll(() => world.stop())

const small = { ...limits, signIn: { policy: 'sign-in', window: 60, both: 2, network: 6, account: 6 } }
const tryOnce = (account: string, address: string) =>
  countTry(world.server.database, 'signIn', { account, address }, small)

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

describe('a limit', () => {
  test('is on an account from one network, which keeps nobody else out', async () => {
    const results = []
    for (let i = 0; i < 3; i++) results.push(await tryOnce('a@example.com', '192.0.2.1'))
    expect(results.map((each) => each.retryAfter === null)).toEqual([true, true, false])
    expect(results[0]?.headers).toEqual({ 'RateLimit-Policy': '"sign-in";q=2;w=60', RateLimit: '"sign-in";r=1;t=60' })
    expect(results[2]?.headers['RateLimit']).toMatch(/^"sign-in";r=0;t=\d+$/)
    expect((await tryOnce('A@EXAMPLE.com', '192.0.2.1')).retryAfter).not.toBeNull()
    expect((await tryOnce('b@example.com', '192.0.2.1')).retryAfter).toBeNull()
    expect((await tryOnce('a@example.com', '192.0.2.2')).retryAfter).toBeNull()
  })

  test('is on a network that tries many accounts, which is a /64 of IPv6', async () => {
    const results = []
    for (let i = 0; i < 7; i++) results.push(await tryOnce(`n${i}@example.com`, `2001:db8:0:1::${i}`))
    expect(results.map((each) => each.retryAfter === null)).toEqual([...Array(6).fill(true), false])
    expect((await tryOnce('n9@example.com', '2001:db8:0:2::1')).retryAfter).toBeNull()
  })

  test('is on an account that many networks try; where its owner usually is, they stay free', async () => {
    const { id, email } = await world.user('attacked')
    const home = '203.0.113.77'
    await world.run(
      `insert into plinth.known_devices (user_id, device, network) values ($1::uuid, '\\x00', $2)`,
      id,
      networkKey(home),
    )
    const results = []
    for (let i = 0; i < 8; i++) results.push(await tryOnce(email, `198.18.0.${i}`))
    expect(results.map((each) => each.retryAfter === null)).toEqual([...Array(6).fill(true), false, false])
    expect(results.at(-1)?.retryAfter).toBeLessThanOrEqual(60)
    expect((await tryOnce(email, home)).retryAfter).toBeNull()
    expect((await tryOnce(email, home)).retryAfter).toBeNull()
    // The tight one holds there as well.
    expect((await tryOnce(email, home)).retryAfter).not.toBeNull()
  })

  test('of an account is not used up by one network alone', async () => {
    for (let i = 0; i < 20; i++) await tryOnce('bullied@example.com', '192.0.2.80')
    for (let i = 0; i < 4; i++) {
      expect((await tryOnce('bullied@example.com', `198.18.1.${i}`)).retryAfter).toBeNull()
    }
  })

  test('counts tries at once one by one, whichever copy they reach', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, () => tryOnce('p@example.com', '192.0.2.50')))
    expect(results.filter((each) => each.retryAfter === null)).toHaveLength(2)
  })

  test('gives a try back that has succeeded, and starts anew when its window is over', async () => {
    for (let i = 0; i < 5; i++) await (await tryOnce('back@example.com', '192.0.2.60')).succeeded()
    expect((await tryOnce('back@example.com', '192.0.2.60')).retryAfter).toBeNull()
    for (let i = 0; i < 5; i++) await tryOnce('back@example.com', '192.0.2.60')
    await world.run(`update plinth.tries set ends = now() - interval '1 second'`)
    expect((await tryOnce('back@example.com', '192.0.2.60')).retryAfter).toBeNull()
  })

  test('tells no address to who reads the table', async () => {
    await tryOnce('secret-person@example.com', '192.0.2.70')
    const keys = JSON.stringify(await world.run('select key from plinth.tries'))
    expect(keys).not.toContain('secret-person')
    expect(keys).not.toContain('192.0.2.70')
  })
})

test('a password guessed from 250 networks is refused after 200, and its owner signs in all the same', async () => {
  const { email } = await world.user('besieged')
  const owner = from('203.0.113.200')
  expect((await world.post('/api/auth/sign-in', { email, password }, owner)).status).toBe(200)
  const statuses: number[] = []
  for (let i = 0; i < 250; i += 10) {
    const some = Array.from({ length: 10 }, (_, j) =>
      world.post('/api/auth/sign-in', { email, password: 'a wrong password' }, from(`198.18.7.${i + j}`)),
    )
    statuses.push(...(await Promise.all(some)).map((each) => each.status))
  }
  expect(statuses.filter((each) => each === 401)).toHaveLength(200)
  expect(statuses.filter((each) => each === 429)).toHaveLength(50)
  expect((await world.post('/api/auth/sign-in', { email, password }, from('198.18.99.1'))).status).toBe(429)
  expect((await world.post('/api/auth/sign-in', { email, password }, owner)).status).toBe(200)
})

test('whoever holds a stolen session cannot guess its password from many networks', async () => {
  const { email } = await world.user('robbed')
  const token = (await world.post('/api/auth/sign-in', { email, password }, from('203.0.113.201'))).body.accessToken
  const guess = (i: number) =>
    world.post(
      '/api/auth/password',
      { current: 'a wrong password', new: 'what the thief wants' },
      {
        token,
        ...from(`198.18.${120 + (i % 2)}.${i}`),
      },
    )
  const statuses: number[] = []
  for (let i = 0; i < 130; i += 10)
    statuses.push(...(await Promise.all(Array.from({ length: 10 }, (_, j) => guess(i + j)))).map((each) => each.status))
  expect(statuses.filter((each) => each === 401)).toHaveLength(100)
  expect(statuses.filter((each) => each === 429)).toHaveLength(30)
})

test.each([
  ['/api/auth/magic-link', 'magic-link'],
  ['/api/auth/reset', 'reset'],
  ['/api/auth/verify-email/request', 'verify-email'],
  ['/api/auth/code', 'code'],
])('%s takes 5 an hour for an account from one network, whether or not there is one', async (path, policy) => {
  const { email } = await world.user(`limited-${policy}`)
  for (const address of [email, `nobody-${policy}@example.com`]) {
    const answers = []
    for (let i = 0; i < 6; i++) answers.push(await world.post(path, { email: address }, from('198.18.50.1')))
    expect(answers.map((each) => each.status)).toEqual([...Array(5).fill(202), 429])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe(`"${policy}";q=5;w=3600`)
    expect(answers[5]?.body.code).toBe('tooManyRequests')
    expect(Number(answers[5]?.headers.get('retry-after'))).toBeGreaterThan(3_000)
  }
})

test.each([
  ['/api/auth/magic-link/sign-in', { token: 'x' }],
  ['/api/auth/verify-email', { token: 'x' }],
  ['/api/auth/email/confirm', { token: 'x' }],
  ['/api/auth/code/sign-in', { ticket: 'x', code: '000000' }],
])('%s is limited for a network', async (path, body) => {
  const network = from(`198.19.${path.length}.1`)
  await world.post(path, body, network)
  const key = `redeem:network:${networkKey(`198.19.${path.length}.1`)}`
  await world.run('update plinth.tries set count = 120 where key = $1', key)
  expect((await world.post(path, body, network)).status).toBe(429)
})
