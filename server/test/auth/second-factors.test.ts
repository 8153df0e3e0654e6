import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetExpired } from '../../src/auth/mail/forget-expired.ts'
import type { Answer } from '../http/test-server.ts'
import { from, type MailFixture, password, startMailFixture } from '../mail/mail-fixture.ts'
import { tokenIn } from '../support/smtp-inbox.ts'
import { codeOf } from './code-of.ts'
import { type EnrolledApp, enrolApp, wrongCode } from './second-factor-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture({ PLINTH_ANONYMOUS_USERS: 'on' })
})
afterAll(() => world.stop())

let nextNetwork = 1
/** Each request comes from a network of its own, so that none uses up another's tries. */
const anew = () => from(`203.0.${nextNetwork >> 8}.${nextNetwork++ & 255}`)
const post = (path: string, body: unknown, token?: string): Promise<Answer> =>
  world.server.call('POST', path, { body, token, ...anew() })
const signIn = (email: string, given = password) => post('/api/auth/sign-in', { email, password: given })
const mfa = (body: unknown) => post('/api/auth/mfa', body)
const me = (token: string) => world.server.call('GET', '/api/auth/me', { token })
const events = async (userId: string, kind: string) =>
  (await world.server.call('GET', `/api/admin/events?user=${userId}&kind=${kind}`, { token: world.adminToken })).body
    .items
/** Forgets which codes were used, so that a test need not wait for the next one. */
const freshCodes = () => world.run('update plinth.totp_factors set last_step = 0')

interface Account {
  readonly id: string
  readonly email: string
  readonly token: string
  readonly refreshToken: string
  readonly app: EnrolledApp
}
/** A user with an app for codes, and the session in which it was added. */
async function account(name: string, options?: { verified?: boolean }): Promise<Account> {
  const { id, email } = await world.user(name, options)
  const { accessToken: token, refreshToken } = (await signIn(email)).body
  return { id, email, token, refreshToken, app: await enrolApp(world.server.call, token) }
}
async function ticketOf(email: string): Promise<string> {
  const { status, body } = await signIn(email)
  expect([status, body.mfaRequired]).toEqual([200, true])
  return body.ticket
}

describe('an app for codes', () => {
  test('is shown as a secret, an address and a picture, counts once it was confirmed, and its owner is told', async () => {
    const { id, email } = await world.user('enrols')
    const { accessToken: token } = (await signIn(email)).body
    const begun = await post('/api/auth/factors/totp', { name: 'My phone' }, token)
    expect([begun.status, begun.headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(begun.body).toEqual({
      id: expect.any(String),
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: expect.stringContaining('otpauth://totp/'),
      qr: expect.stringContaining('<svg'),
    })
    // Not before that.
    expect((await signIn(email)).body).toHaveProperty('accessToken')
    const wrong = await post(
      `/api/auth/factors/totp/${begun.body.id}/confirm`,
      { code: wrongCode(begun.body.secret) },
      token,
    )
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrongSecondFactor'])
    const confirmed = await post(
      `/api/auth/factors/totp/${begun.body.id}/confirm`,
      { code: codeOf(begun.body.secret) },
      token,
    )
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    const { body } = await world.server.call('GET', '/api/auth/factors', { token })
    expect(body).toEqual({
      items: [
        {
          id: begun.body.id,
          kind: 'totp',
          name: 'My phone',
          created: expect.any(String),
          lastUsed: null,
          backedUp: null,
        },
      ],
      recoveryCodes: 10,
    })
    expect((await world.inbox.next(email)).parsed.text).toContain('My phone')
    expect(await events(id, 'factorAdded')).toMatchObject([{ details: { factor: 'totp', name: 'My phone' } }])
  })

  test('makes a password answer a ticket, and the code a session that says so', async () => {
    const { email, app } = await account('both')
    await freshCodes()
    const asked = await signIn(email)
    expect(asked.headers.get('cache-control')).toBe('no-store')
    expect(asked.body).toEqual({
      mfaRequired: true,
      ticket: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: expect.any(String),
      factors: ['totp', 'recoveryCode'],
    })
    const { status, body } = await mfa({ ticket: asked.body.ticket, code: codeOf(app.secret) })
    expect(status).toBe(200)
    expect(body.user.email).toBe(email)
    expect(jwt.decode(body.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], auth_time: expect.any(Number) })
    const refreshed = await post('/api/auth/refresh', { refreshToken: body.refreshToken })
    expect(jwt.decode(refreshed.body.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] })
  })

  test('ends the sessions that were begun without it, and not the one in which it was added', async () => {
    const { email } = await world.user('earlier')
    const before = (await signIn(email)).body
    const { accessToken: token, refreshToken } = (await signIn(email)).body
    await enrolApp(world.server.call, token)
    expect((await post('/api/auth/refresh', { refreshToken: before.refreshToken })).body.code).toBe(
      'invalidRefreshToken',
    )
    expect((await me(before.accessToken)).status).toBe(401)
    expect((await me(token)).status).toBe(200)
    expect((await post('/api/auth/refresh', { refreshToken })).status).toBe(200)
  })

  test('ends a session with one factor however it came to be', async () => {
    const { id, token } = await account('downgraded')
    await world.run(`update plinth.sessions set amr = '{pwd}' where user_id = $1::uuid`, id)
    await expect.poll(async () => (await me(token)).status).toBe(401)
  })

  test('is limited to three, and a name may not be empty', async () => {
    const { token } = await account('three')
    await enrolApp(world.server.call, token)
    await enrolApp(world.server.call, token)
    expect((await post('/api/auth/factors/totp', {}, token)).body.code).toBe('tooManyFactors')
    expect((await post('/api/auth/factors/totp', { name: ' ' }, token)).body.errors[0].path).toBe('/name')
  })

  test('is renamed and removed by its owner alone, who is told', async () => {
    const { id, email, token, app } = await account('owner')
    const stranger = await account('stranger')
    const at = `/api/auth/factors/${app.id}`
    for (const method of ['PATCH', 'DELETE']) {
      const refused = await world.server.call(method, at, {
        token: stranger.token,
        body: method === 'PATCH' ? { name: 'x' } : undefined,
      })
      expect([method, refused.body.code]).toEqual([method, 'factorNotFound'])
    }
    expect((await world.server.call('PATCH', at, { token, body: { name: 'Old phone' } })).status).toBe(204)
    await world.inbox.next(email)
    expect((await world.server.call('DELETE', at, { token })).status).toBe(204)
    expect((await world.inbox.next(email)).parsed.text).toContain('Old phone')
    expect((await world.server.call('GET', '/api/auth/factors', { token })).body).toEqual({
      items: [],
      recoveryCodes: 0,
    })
    expect((await signIn(email)).body).toHaveProperty('accessToken')
    expect(await events(id, 'factorRemoved')).toMatchObject([{ actor: `user:${id}` }])
  })

  test('is removed by an admin for who has lost it, which is written down and told', async () => {
    const { id, email } = await account('lost')
    await world.inbox.next(email)
    const at = `/api/admin/users/${id}/factors`
    expect((await world.server.call('GET', at, { token: world.adminToken })).body.items).toHaveLength(1)
    expect((await world.server.call('DELETE', at, { token: world.adminToken })).status).toBe(204)
    expect((await world.inbox.next(email)).parsed.subject).toContain('removed')
    expect(await events(id, 'factorRemoved')).toMatchObject([{ actor: expect.stringMatching(/^user:/) }])
    expect((await signIn(email)).body).toHaveProperty('accessToken')
    const { token } = await account('no-admin')
    expect((await world.server.call('DELETE', at, { token })).body.code).toBe('adminOnly')
  })

  test('is kept where no record, filter or rule names it, and its secret is told once', async () => {
    const { token, app } = await account('secretive')
    const { body } = await world.server.call('GET', '/api/auth/factors', { token })
    expect(JSON.stringify(body)).not.toContain(app.secret)
    const outbox = await world.run('select to_jsonb(o)::text from plinth.outbox o')
    const trail = await world.run('select to_jsonb(e)::text from plinth.security_events e')
    expect(JSON.stringify([outbox, trail])).not.toContain(app.secret)
    expect((await world.server.call('GET', '/api/records/totp_factors', { token: world.adminToken })).status).toBe(404)
  })
})

test('whoever asks in German is told in German', async () => {
  const { email, token } = await account('german')
  await world.inbox.next(email)
  const { id, secret } = (await post('/api/auth/factors/totp', { name: 'Tablet' }, token)).body
  const headers = { ...anew().headers, 'Accept-Language': 'de-AT,de;q=0.9' }
  const body = { code: codeOf(secret) }
  await world.server.call('POST', `/api/auth/factors/totp/${id}/confirm`, { token, body, headers })
  expect((await world.inbox.next(email)).parsed.subject).toBe('Ihr Konto hat einen neuen zweiten Faktor')
})

describe('a code', () => {
  test('works once, also in the next sign-in, and an older one does not work after it', async () => {
    const { email, app } = await account('replay')
    const used = await mfa({ ticket: await ticketOf(email), code: app.used })
    expect(used.body.code).toBe('wrongSecondFactor')
    await freshCodes()
    const code = codeOf(app.secret, 1)
    const older = codeOf(app.secret)
    expect((await mfa({ ticket: await ticketOf(email), code })).status).toBe(200)
    expect((await mfa({ ticket: await ticketOf(email), code })).body.code).toBe('wrongSecondFactor')
    expect((await mfa({ ticket: await ticketOf(email), code: older })).body.code).toBe('wrongSecondFactor')
  })

  test('sent ten times at once, with ten tickets, signs in once', async () => {
    const { email, app } = await account('parallel')
    await freshCodes()
    const tickets = await Promise.all(Array.from({ length: 10 }, () => ticketOf(email)))
    const code = codeOf(app.secret)
    const answers = await Promise.all(tickets.map((ticket) => mfa({ ticket, code })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test.each(['12345', '1234567', 'abcdef', '١٢٣٤٥٦', ''])('"%s" is none', async (code) => {
    expect((await mfa({ ticket: 'x', code })).body.errors[0].path).toBe('/code')
  })
})

describe('a ticket', () => {
  test('works once, opens nothing else, and is kept as a hash', async () => {
    const { email, app } = await account('ticket')
    await freshCodes()
    const ticket = await ticketOf(email)
    expect((await me(ticket)).body.code).toBe('invalidToken')
    expect((await post('/api/auth/refresh', { refreshToken: ticket })).body.code).toBe('invalidRefreshToken')
    expect((await post('/api/auth/magic-link/sign-in', { token: ticket })).body.code).toBe('linkInvalid')
    expect((await post('/api/auth/code/sign-in', { ticket, code: codeOf(app.secret) })).body.code).toBe('wrongCode')
    expect(JSON.stringify(await world.run('select to_jsonb(t)::text from plinth.mfa_tickets t'))).not.toContain(ticket)
    expect((await mfa({ ticket, code: codeOf(app.secret) })).status).toBe(200)
    await freshCodes()
    expect((await mfa({ ticket, code: codeOf(app.secret) })).body.code).toBe('mfaTicketInvalid')
  })

  test('takes five tries, wherever they come from', async () => {
    const { id, email, app } = await account('five')
    await freshCodes()
    const ticket = await ticketOf(email)
    for (let i = 0; i < 5; i++)
      expect((await mfa({ ticket, code: wrongCode(app.secret) })).body.code).toBe('wrongSecondFactor')
    expect((await mfa({ ticket, code: codeOf(app.secret) })).body.code).toBe('mfaTicketInvalid')
    expect(await events(id, 'secondFactorFailed')).toHaveLength(5)
  })

  test('tried fifty times at once takes five', async () => {
    const { id, email, app } = await account('fifty')
    const ticket = await ticketOf(email)
    await Promise.all(Array.from({ length: 20 }, () => mfa({ ticket, code: wrongCode(app.secret) })))
    expect(await events(id, 'secondFactorFailed')).toHaveLength(5)
  })

  test('ends after five minutes, and with the password it was got by', async () => {
    const { email, app, token } = await account('ends')
    await freshCodes()
    const late = await ticketOf(email)
    await world.run(`update plinth.mfa_tickets set expires = now() - interval '1 second'`)
    expect((await mfa({ ticket: late, code: codeOf(app.secret) })).body.code).toBe('mfaTicketInvalid')
    const stolen = await ticketOf(email)
    const changed = await post('/api/auth/password', { current: password, new: 'another long password' }, token)
    expect(changed.status).toBe(204)
    expect((await mfa({ ticket: stolen, code: codeOf(app.secret) })).body.code).toBe('mfaTicketInvalid')
  })

  test('of one user takes no factor of another', async () => {
    const victim = await account('victim')
    const thief = await account('thief')
    await freshCodes()
    const ticket = await ticketOf(victim.email)
    for (const shown of [{ code: codeOf(thief.app.secret) }, { recoveryCode: thief.app.recoveryCodes[0] }])
      expect((await mfa({ ticket, ...shown })).body.code).toBe('wrongSecondFactor')
  })

  test('of a user who was blocked meanwhile opens nothing', async () => {
    const { id, email, app } = await account('blocked')
    await freshCodes()
    const ticket = await ticketOf(email)
    await world.run(`insert into plinth.blocked_users (user_id, blocked_by) values ($1::uuid, 'system')`, id)
    expect((await mfa({ ticket, code: codeOf(app.secret) })).body.code).toBe('userBlocked')
  })

  test('takes exactly one factor at a time', async () => {
    const { email, app } = await account('one')
    const ticket = await ticketOf(email)
    expect((await mfa({ ticket })).body.code).toBe('badRequest')
    expect((await mfa({ ticket, code: wrongCode(app.secret), recoveryCode: app.recoveryCodes[0] })).body.code).toBe(
      'badRequest',
    )
    expect((await mfa({ ticket, password })).body.errors[0].path).toBe('/password')
  })
})

test('guessing over many networks and tickets is stopped for the account, and not where its owner usually is', async () => {
  const { email, app, id } = await account('guessed')
  await freshCodes()
  const answers: string[] = []
  for (let i = 0; i < 34; i++)
    answers.push((await mfa({ ticket: await ticketOf(email), code: wrongCode(app.secret) })).body.code)
  expect(answers.slice(0, 30)).toEqual(Array(30).fill('wrongSecondFactor'))
  expect(answers.slice(30)).toEqual(Array(4).fill('tooManyRequests'))
  expect(await events(id, 'secondFactorFailed')).toHaveLength(30)
  // The owner has signed in from here before.
  const [[network = ''] = []] = await world.run('select network from plinth.known_devices where user_id = $1::uuid', id)
  expect(network).not.toBe('')
  const home = from('192.0.2.77')
  await freshCodes()
  await world.run(
    'update plinth.known_devices set network = $2 where user_id = $1::uuid',
    id,
    await networkName('192.0.2.77'),
  )
  const answer = await world.server.call('POST', '/api/auth/mfa', {
    body: { ticket: await ticketOf(email), code: codeOf(app.secret) },
    ...home,
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('ratelimit-policy')).toContain('second-factor')
})

/** How the tables name a network: found out by signing somebody in from it. */
async function networkName(address: string): Promise<string> {
  const { id, email } = await world.user('neighbour')
  await world.server.call('POST', '/api/auth/sign-in', { body: { email, password }, ...from(address) })
  const rows = await world.run('select network from plinth.known_devices where user_id = $1::uuid', id)
  return rows[0]?.[0] ?? ''
}

describe('recovery codes', () => {
  test('stand in for the factor, each once, however they are typed; their owner is told', async () => {
    const { id, email, app } = await account('recovers')
    await world.inbox.next(email)
    const [first = '', second = ''] = app.recoveryCodes
    expect(first).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/)
    const { body } = await mfa({
      ticket: await ticketOf(email),
      recoveryCode: ` ${first.toUpperCase().replaceAll('-', ' ')} `,
    })
    expect(jwt.decode(body.accessToken)).toMatchObject({ amr: ['pwd', 'recovery', 'mfa'] })
    expect((await mfa({ ticket: await ticketOf(email), recoveryCode: first })).body.code).toBe('wrongSecondFactor')
    expect((await world.inbox.next(email)).parsed.text).toContain('You have 9 left')
    expect(await events(id, 'recoveryCodeUsed')).toMatchObject([{ details: { left: 9 } }])
    const answers = await Promise.all([ticketOf(email), ticketOf(email)]).then((tickets) =>
      Promise.all(tickets.map((ticket) => mfa({ ticket, recoveryCode: second }))),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401])
  })

  test('are kept as hashes, and made anew in place of the old ones', async () => {
    const { email, token, app } = await account('renews')
    const [old = ''] = app.recoveryCodes
    const rows = JSON.stringify(await world.run('select to_jsonb(r)::text from plinth.recovery_codes r'))
    expect(rows).not.toContain(old)
    expect(rows).not.toContain(old.replaceAll('-', ''))
    const { status, body } = await post('/api/auth/factors/recovery-codes', {}, token)
    expect([status, body.recoveryCodes.length]).toEqual([201, 10])
    expect((await mfa({ ticket: await ticketOf(email), recoveryCode: old })).body.code).toBe('wrongSecondFactor')
    expect((await mfa({ ticket: await ticketOf(email), recoveryCode: body.recoveryCodes[9] })).status).toBe(200)
  })

  test('are for who has a factor', async () => {
    const { email } = await world.user('without')
    const { accessToken } = (await signIn(email)).body
    expect((await post('/api/auth/factors/recovery-codes', {}, accessToken)).body.code).toBe('noSecondFactor')
  })
})

describe('no other way in passes the second factor by', () => {
  test('not a magic link', async () => {
    const { email, app } = await account('by-link')
    await world.inbox.next(email)
    await freshCodes()
    await post('/api/auth/magic-link', { email })
    const { body } = await post('/api/auth/magic-link/sign-in', { token: tokenIn(await world.inbox.next(email)) })
    expect(Object.keys(body).toSorted()).toEqual(['expiresAt', 'factors', 'mfaRequired', 'ticket'])
    const done = await mfa({ ticket: body.ticket, code: codeOf(app.secret) })
    expect(jwt.decode(done.body.accessToken)).toMatchObject({ amr: ['email', 'otp', 'mfa'] })
  })

  test('not a code by mail', async () => {
    const { email } = await account('by-code')
    await world.inbox.next(email)
    const { ticket } = (await post('/api/auth/code', { email })).body
    const code = /\b\d{6}\b/.exec((await world.inbox.next(email)).parsed.text ?? '')?.[0]
    const { body } = await post('/api/auth/code/sign-in', { ticket, code })
    expect(body).toMatchObject({ mfaRequired: true })
    expect(body).not.toHaveProperty('accessToken')
  })

  test('not a new password by mail', async () => {
    const { email } = await account('by-reset')
    await world.inbox.next(email)
    await post('/api/auth/reset', { email })
    const token = tokenIn(await world.inbox.next(email))
    const reset = await post('/api/auth/reset/confirm', { token, password: 'a brand new password' })
    expect([reset.status, reset.body]).toEqual([204, ''])
    expect((await signIn(email, 'a brand new password')).body).toMatchObject({ mfaRequired: true })
  })

  test('not cookies: none are set before the second factor, and what the browser held is no session', async () => {
    const { email, app } = await account('by-cookie')
    await freshCodes()
    const ours = { 'Sec-Fetch-Site': 'same-origin', ...anew().headers }
    const asked = await world.server.call('POST', '/api/auth/sign-in', {
      body: { email, password, session: 'cookie' },
      headers: ours,
    })
    expect([asked.body.mfaRequired, asked.headers.getSetCookie()]).toEqual([true, []])
    const { ticket } = asked.body
    const foreign = await world.server.call('POST', '/api/auth/mfa', {
      body: { ticket, code: codeOf(app.secret), session: 'cookie' },
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(foreign.body.code).toBe('crossSite')
    const planted = '__Host-plinth_access=planted; __Host-plinth_refresh=planted'
    const done = await world.server.call('POST', '/api/auth/mfa', {
      body: { ticket, code: codeOf(app.secret), session: 'cookie' },
      headers: { ...ours, Cookie: planted },
    })
    expect([done.status, Object.keys(done.body)]).toEqual([200, ['expiresAt', 'user']])
    expect(done.headers.getSetCookie().join()).not.toContain('planted')
    expect(done.headers.getSetCookie()).toHaveLength(2)
  })

  test('not a sign-in that was begun before the factor was there, and finished after it', async () => {
    const { email } = await world.user('overtaken')
    const { accessToken } = (await signIn(email)).body
    await post('/api/auth/magic-link', { email })
    const token = tokenIn(await world.inbox.next(email))
    await enrolApp(world.server.call, accessToken)
    expect((await post('/api/auth/magic-link/sign-in', { token })).body).toMatchObject({ mfaRequired: true })
  })

  test('not the factor of a deleted user for another with the same id, nor the other way round', async () => {
    const { id, email } = await account('again')
    await world.run('delete from public.users where id = $1::uuid', id)
    await world.run(
      `insert into public.users (id, email, roles, created, updated) values ($1::uuid, $2, '{}', now(), now())`,
      id,
      email,
    )
    await world.server.call('PUT', `/api/admin/users/${id}/password`, {
      body: { password: 'for the new one' },
      token: world.adminToken,
    })
    const { body } = await signIn(email, 'for the new one')
    expect(body).toHaveProperty('accessToken')
    expect((await world.server.call('GET', '/api/auth/factors', { token: body.accessToken })).body.items).toEqual([])
  })
})

describe('who proves by mail that an unproven address is theirs', () => {
  test.each(['magic-link', 'reset'])('is rid of the factors of a stranger who waited there (%s)', async (way) => {
    const { id, email, token } = await account(`squatted-${way}`, { verified: false })
    await world.inbox.next(email)
    await post(`/api/auth/${way}`, { email })
    const secret = tokenIn(await world.inbox.next(email))
    const { body } =
      way === 'reset'
        ? await post('/api/auth/reset/confirm', { token: secret, password: 'the real owner' }).then(() =>
            signIn(email, 'the real owner'),
          )
        : await post('/api/auth/magic-link/sign-in', { token: secret })
    expect(body.user.email).toBe(email)
    expect((await world.server.call('GET', '/api/auth/factors', { token: body.accessToken })).body).toEqual({
      items: [],
      recoveryCodes: 0,
    })
    expect((await me(token)).status).toBe(401)
    expect(await events(id, 'factorRemoved')).toMatchObject([
      { actor: 'system', details: { reason: 'addressClaimed' } },
    ])
  })

  test('keeps the factors that were added while it was proven, although the record says another address now', async () => {
    const { id, email } = await account('moved')
    await world.inbox.next(email)
    // As whoever holds a session may, where the schema lets users change their own record.
    await world.run(`update public.users set email = 'thief@example.net' where id = $1::uuid`, id)
    await post('/api/auth/magic-link', { email: 'thief@example.net' })
    const { body } = await post('/api/auth/magic-link/sign-in', {
      token: tokenIn(await world.inbox.next('thief@example.net')),
    })
    expect(body).toMatchObject({ mfaRequired: true })
  })

  test('keeps those that were there when they verified it themselves', async () => {
    const { id, email } = await account('verifies', { verified: false })
    await world.inbox.next(email)
    await post('/api/auth/verify-email/request', { email })
    expect((await post('/api/auth/verify-email', { token: tokenIn(await world.inbox.next(email)) })).status).toBe(204)
    await world.run(`update public.users set email = 'other-thief@example.net' where id = $1::uuid`, id)
    await post('/api/auth/magic-link', { email: 'other-thief@example.net' })
    const { body } = await post('/api/auth/magic-link/sign-in', {
      token: tokenIn(await world.inbox.next('other-thief@example.net')),
    })
    expect(body).toMatchObject({ mfaRequired: true })
  })
})

test('what deleted users leave behind is forgotten, and nothing else', async () => {
  const kept = await account('kept')
  const { id } = await account('forgotten')
  for (const user of [kept.id, id])
    await world.run(
      `insert into plinth.identities (user_id, provider, issuer, subject, email, linked_at)
       values ($1::uuid, 'corp', 'https://id.example.com', $1, 'x@example.com', now())`,
      user,
    )
  await world.run('delete from public.users where id = $1::uuid', id)
  await forgetExpired(world.server.database)
  const left = async (user: string) =>
    world.run(
      `select (select count(*) from plinth.totp_factors where user_id = $1::uuid),
        (select count(*) from plinth.recovery_codes where user_id = $1::uuid),
        (select count(*) from plinth.passwords where user_id = $1::uuid),
        (select count(*) from plinth.identities where user_id = $1::uuid)`,
      user,
    )
  expect(await left(id)).toEqual([['0', '0', '0', '0']])
  expect(await left(kept.id)).toEqual([['1', '10', '1', '1']])
})

test('a guest, a key and who views as another have no factors', async () => {
  const { id } = await account('viewed')
  const asked = (token?: string) => world.server.call('POST', '/api/auth/factors/totp', { token, body: {} })
  expect((await asked()).body.code).toBe('notSignedIn')
  const key = await post('/api/admin/keys', { name: 'k', roles: ['admin'] }, world.adminToken)
  expect((await asked(key.body.key)).body.code).toBe('notSignedIn')
  const view = await post('/api/admin/view-as', { user: id }, world.adminToken)
  expect((await asked(view.body.accessToken)).body.code).toBe('viewOnly')
})
