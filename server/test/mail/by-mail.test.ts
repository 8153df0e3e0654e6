import { Script } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenIn } from '../support/smtp-inbox.ts'
import { sendRaw } from '../http/test-server.ts'
import { from, type MailFixture, password, publicUrl, startMailFixture } from './mail-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture({ PLINTH_REGISTRATION: 'open' })
})
afterAll(() => world.stop())

let nextNetwork = 1
/** Each test comes from a network of its own, so that none uses up another's tries. */
const anew = () => from(`198.51.${nextNetwork >> 8}.${nextNetwork++ & 255}`)
const signIn = (email: string, given = password) => world.post('/api/auth/sign-in', { email, password: given }, anew())
const isVerified = async (id: string): Promise<boolean> =>
  (await world.run('select email from plinth.verified_addresses where user_id = $1::uuid', id)).length > 0

/** Asks for a mail, waits for it, and answers its token. */
async function askFor(path: string, email: string): Promise<string> {
  const { status, body } = await world.post(path, { email }, anew())
  expect([status, body]).toEqual([202, {}])
  return tokenIn(await world.inbox.next(email))
}
const expire = () => world.run(`update plinth.one_time_tokens set expires = now() - interval '1 second'`)

describe('a magic link', () => {
  test('signs in whoever has it, once', async () => {
    const { id, email } = await world.user('magic')
    const token = await askFor('/api/auth/magic-link', email)
    const { status, body, headers } = await world.post('/api/auth/magic-link/sign-in', { token }, anew())
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(body.user).toEqual({ id, email, roles: [] })
    expect((await world.server.call('GET', '/api/auth/me', { token: body.accessToken })).body.id).toBe(id)
    const again = await world.post('/api/auth/magic-link/sign-in', { token }, anew())
    expect([again.status, again.body.code]).toEqual([403, 'linkInvalid'])
  })

  test('opened twenty times at once signs in once', async () => {
    const { email } = await world.user('twenty')
    const token = await askFor('/api/auth/magic-link', email)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.post('/api/auth/magic-link/sign-in', { token }, anew())),
    )
    expect(answers.filter((each) => each.status === 200)).toHaveLength(1)
  })

  test('is kept only as a hash, and erased from the outbox once it was sent', async () => {
    const { email } = await world.user('hashed')
    const token = await askFor('/api/auth/magic-link', email)
    await expect
      .poll(() => world.run(`select state from plinth.outbox where recipient = $1`, email))
      .toEqual([['sent']])
    const rows = await world.run(`
      select to_jsonb(t)::text from plinth.one_time_tokens t union all select to_jsonb(o)::text from plinth.outbox o`)
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('of somebody who never verified their address ends a change of address that a stranger has begun', async () => {
    const { email } = await world.user('squatted', { verified: false })
    const { accessToken: token } = (await signIn(email)).body
    const change = { email: 'stranger@example.net', password }
    expect((await world.post('/api/auth/email', change, { token, ...anew() })).status).toBe(202)
    const theirs = tokenIn(await world.inbox.next('stranger@example.net'))
    await world.inbox.next(email)
    await world.post('/api/auth/magic-link', { email }, anew())
    const link = tokenIn(await world.inbox.next(email))
    expect((await world.post('/api/auth/magic-link/sign-in', { token: link }, anew())).status).toBe(200)
    const taken = await world.post('/api/auth/email/confirm', { token: theirs }, anew())
    expect([taken.status, taken.body.code]).toEqual([403, 'linkInvalid'])
  })

  test('of somebody who never verified their address ends what a stranger may have made of it', async () => {
    const { id, email } = await world.user('hijacked', { verified: false })
    const stranger = await signIn(email)
    expect(stranger.status).toBe(200)
    const token = await askFor('/api/auth/magic-link', email)
    expect((await world.post('/api/auth/magic-link/sign-in', { token }, anew())).status).toBe(200)
    expect(await isVerified(id)).toBe(true)
    expect((await signIn(email)).body.code).toBe('wrongCredentials')
    const { status } = await world.post('/api/auth/refresh', { refreshToken: stranger.body.refreshToken }, anew())
    expect(status).toBe(401)
  })

  test('does not open the account once it has another address, nor one that was made anew', async () => {
    const { id, email } = await world.user('moved')
    const token = await askFor('/api/auth/magic-link', email)
    await world.run(`update public.users set email = 'elsewhere@example.com' where id = $1::uuid`, id)
    expect((await world.post('/api/auth/magic-link/sign-in', { token }, anew())).body.code).toBe('linkInvalid')
    const again = await askFor('/api/auth/magic-link', 'elsewhere@example.com')
    await world.run('delete from public.users where id = $1::uuid', id)
    await world.run(
      `insert into public.users (id, email, roles, created, updated)
       values ($1::uuid, 'elsewhere@example.com', '{}', now() + interval '1 second', now())`,
      id,
    )
    expect((await world.post('/api/auth/magic-link/sign-in', { token: again }, anew())).body.code).toBe('linkInvalid')
  })
})

test.each([
  ['/api/auth/magic-link', '/api/auth/magic-link/sign-in', {}],
  ['/api/auth/reset', '/api/auth/reset/confirm', { password: 'a new good password' }],
  ['/api/auth/verify-email/request', '/api/auth/verify-email', {}],
])('a link from %s expires, and does nothing elsewhere', async (asked, redeemed, more) => {
  const { email } = await world.user(`expiry${asked.replaceAll('/', '-')}`, { verified: false })
  const old = await askFor(asked, email)
  await expire()
  expect((await world.post(redeemed, { token: old, ...more }, anew())).body.code).toBe('linkInvalid')
  const token = await askFor(asked, email)
  const others = [
    ['/api/auth/magic-link/sign-in', {}],
    ['/api/auth/reset/confirm', { password: 'a new good password' }],
    ['/api/auth/verify-email', {}],
    ['/api/auth/email/confirm', {}],
    ['/api/auth/invite/accept', { password: 'a new good password' }],
    ['/api/auth/code/sign-in', { code: '123456', ticket: token }],
  ] as const
  for (const [path, rest] of others.filter((each) => each[0] !== redeemed)) {
    const body = path === '/api/auth/code/sign-in' ? rest : { token, ...rest }
    const { status, body: answer } = await world.post(path, body, anew())
    expect([path, status < 400]).toEqual([path, false])
    expect(['linkInvalid', 'invalidInvite', 'wrongCode']).toContain(answer.code)
  }
  // None of that has used it up.
  expect((await world.post(redeemed, { token, ...more }, anew())).status).toBeLessThan(300)
})

describe('a code', () => {
  async function askForCode(email: string, where = anew()) {
    const { status, body } = await world.post('/api/auth/code', { email }, where)
    expect(status).toBe(202)
    const mail = await world.inbox.next(email)
    return { ticket: String(body.ticket), code: /^\d{6}$/m.exec(mail.parsed.text ?? '')?.[0] ?? '' }
  }
  const tryCode = (ticket: string, code: string) => world.post('/api/auth/code/sign-in', { ticket, code }, anew())
  const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

  test('signs in the browser that asked for it, once', async () => {
    const { id, email } = await world.user('coded')
    const { ticket, code } = await askForCode(email)
    expect((await tryCode(ticket, another(code))).body.code).toBe('wrongCode')
    expect((await tryCode(ticket, code)).body.user.id).toBe(id)
    expect((await tryCode(ticket, code)).body.code).toBe('wrongCode')
  })

  test('opens nothing for a browser that holds another ticket', async () => {
    const { email } = await world.user('bound')
    const first = await askForCode(email)
    const second = await askForCode(email)
    expect((await tryCode(second.ticket, first.code)).status).toBe(first.code === second.code ? 200 : 401)
    expect((await tryCode('made-up', first.code)).status).toBe(401)
  })

  test('cannot be guessed: after five tries, at once or in turn, not even the right one is taken', async () => {
    const { email } = await world.user('guessed')
    const { ticket, code } = await askForCode(email)
    const guesses = Array.from({ length: 30 }, (_, i) => String((Number(code) + 1 + i) % 1_000_000).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => tryCode(ticket, guess)))
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([401]))
    expect((await tryCode(ticket, code)).body.code).toBe('wrongCode')
  })

  test('is asked for 8 times an hour at most from all new networks together', async () => {
    const { email } = await world.user('flooded')
    const answers = []
    for (let i = 0; i < 10; i++) answers.push(await world.post('/api/auth/code', { email }, anew()))
    expect(answers.map((each) => each.status)).toEqual([...Array(8).fill(202), 429, 429])
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(3_000)
  })

  test('expires', async () => {
    const { email } = await world.user('late')
    const { ticket, code } = await askForCode(email)
    await expire()
    expect((await tryCode(ticket, code)).body.code).toBe('wrongCode')
  })

  test('for nobody has a ticket and five tries, too', async () => {
    const { body } = await world.post('/api/auth/code', { email: 'nobody-coded@example.com' }, anew())
    expect(body.ticket).toMatch(/^[\w-]{43}$/)
    const tickets = () =>
      world.run(`select tries_left from plinth.one_time_tokens where email = 'nobody-coded@example.com'`)
    await expect.poll(tickets).toEqual([['5']])
    expect((await tryCode(body.ticket, '000000')).body.code).toBe('wrongCode')
    expect(await tickets()).toEqual([['4']])
  })
})

describe('resetting a password', () => {
  test('ends all sessions, and the old password', async () => {
    const { id, email } = await world.user('forgetful')
    const before = (await signIn(email)).body
    const token = await askFor('/api/auth/reset', email)
    const magic = await askFor('/api/auth/magic-link', email)
    const weak = await world.post('/api/auth/reset/confirm', { token, password: 'short' }, anew())
    expect([weak.status, weak.body.errors[0].path]).toEqual([400, '/password'])
    const { status } = await world.post('/api/auth/reset/confirm', { token, password: 'a new good password' }, anew())
    expect(status).toBe(204)
    expect((await signIn(email)).status).toBe(401)
    expect((await signIn(email, 'a new good password')).status).toBe(200)
    expect((await world.post('/api/auth/refresh', { refreshToken: before.refreshToken }, anew())).status).toBe(401)
    expect((await world.server.call('GET', '/api/auth/me', { token: before.accessToken })).status).toBe(401)
    // What was open before is closed, and they are told.
    expect((await world.post('/api/auth/magic-link/sign-in', { token: magic }, anew())).status).toBe(403)
    expect((await world.inbox.next(email)).parsed.subject).toContain('password')
    expect(await isVerified(id)).toBe(true)
  })

  test('works for somebody who never had one', async () => {
    const { id, email } = await world.user('passwordless')
    await world.run('delete from plinth.passwords where user_id = $1::uuid', id)
    const token = await askFor('/api/auth/reset', email)
    await world.post('/api/auth/reset/confirm', { token, password: 'a new good password' }, anew())
    expect((await signIn(email, 'a new good password')).status).toBe(200)
  })
})

test('verifying an address works once, and not at all for one that was verified', async () => {
  const { id, email } = await world.user('unverified', { verified: false })
  const token = await askFor('/api/auth/verify-email/request', email)
  expect(await isVerified(id)).toBe(false)
  expect((await world.post('/api/auth/verify-email', { token }, anew())).status).toBe(204)
  expect(await isVerified(id)).toBe(true)
  expect((await world.post('/api/auth/verify-email', { token }, anew())).status).toBe(403)
  // The password is still theirs: they typed it, and then opened the link.
  expect((await signIn(email)).status).toBe(200)
  const asked = () => world.run(`select count(*) from plinth.outbox where recipient = $1 and state = 'asked'`, email)
  await world.post('/api/auth/verify-email/request', { email }, anew())
  await expect.poll(asked).toEqual([['0']])
  expect(world.inbox.mails.filter((each) => each.to.includes(email))).toHaveLength(1)
})

describe('changing the address', () => {
  const change = async (email: string, to: string, given = password) => {
    const { accessToken } = (await signIn(email)).body
    return world.post('/api/auth/email', { email: to, password: given }, { token: accessToken, ...anew() })
  }

  test('takes the password and the new mailbox, and tells both addresses', async () => {
    const { id, email } = await world.user('changing')
    const to = 'changed@example.com'
    expect((await change(email, to, 'a wrong password')).body.code).toBe('wrongCredentials')
    expect((await change(email, to)).status).toBe(202)
    expect((await world.inbox.next(email)).parsed.text).toContain(to)
    const token = tokenIn(await world.inbox.next(to))
    expect((await world.post('/api/auth/email/confirm', { token }, anew())).status).toBe(204)
    expect((await world.inbox.next(email)).parsed.subject).toContain('was changed')
    expect((await world.inbox.next(to)).parsed.subject).toContain('was changed')
    expect((await signIn(to)).body.user).toEqual({ id, email: to, roles: [] })
    expect((await signIn(email)).status).toBe(401)
    const [[verified] = []] = await world.run('select email from plinth.verified_addresses where user_id = $1', id)
    expect(verified).toBe(to)
    const log = await world.run(`select actor from plinth.changes where record = $1 order by seq desc limit 1`, id)
    expect(log).toEqual([[`user:${id}`]])
  })

  test('to one that is taken is answered in the same way, and its owner is told', async () => {
    const { email } = await world.user('wants')
    await world.user('taken')
    const { status, body } = await change(email, 'Taken@example.com')
    expect([status, body]).toEqual([202, {}])
    const mail = await world.inbox.next('taken@example.com')
    expect(mail.parsed.subject).toContain('You have an account')
    expect(mail.parsed.text).not.toContain('token')
  })

  test.each([
    'a@example.com\r\nBcc: eve@example.com',
    'a@example.com, eve@example.com',
    'Ada <a@example.com>',
    'a\n@example.com',
  ])('to %j is refused', async (to) => {
    const { email } = await world.user(`injecting${Math.random()}`)
    expect((await change(email, to)).status).toBe(400)
  })

  test('is for who is signed in', async () => {
    const { body } = await world.post('/api/auth/email', { email: 'x@example.com', password }, anew())
    expect(body.code).toBe('notSignedIn')
  })
})

describe('an invitation', () => {
  const invite = (body: unknown, token = world.adminToken) =>
    world.post('/api/admin/invites', body, { token, ...anew() })

  test('makes an account with its roles, whose address is verified', async () => {
    const { status, body } = await invite({ email: 'grace@example.com', roles: ['admin'] })
    expect([status, body]).toEqual([201, { email: 'grace@example.com', roles: ['admin'] }])
    const token = tokenIn(await world.inbox.next('grace@example.com'))
    expect((await world.post('/api/auth/invite/accept', { token, password: 'short' }, anew())).status).toBe(400)
    const accepted = await world.post('/api/auth/invite/accept', { token, password }, anew())
    expect(accepted.body.user).toMatchObject({ email: 'grace@example.com', roles: ['admin'] })
    expect(await isVerified(accepted.body.user.id)).toBe(true)
    expect((await world.post('/api/auth/invite/accept', { token, password }, anew())).body.code).toBe('invalidInvite')
    expect((await signIn('grace@example.com')).status).toBe(200)
  })

  test('is made by admins alone, and gives no more than its roles', async () => {
    const { email } = await world.user('plain')
    const { accessToken } = (await signIn(email)).body
    const given = { email: 'friend@example.com', roles: [] }
    expect((await invite(given, accessToken)).body.code).toBe('adminOnly')
    expect((await invite({ ...given, roles: ['nobody'] })).body.errors[0].path).toBe('/roles/0')
    expect((await invite({ ...given, email })).body.code).toBe('addressTaken')
    expect((await invite(given)).status).toBe(201)
    const token = tokenIn(await world.inbox.next('friend@example.com'))
    const more = { token, password, roles: ['admin'], email: 'other@example.com', id: crypto.randomUUID() }
    expect((await world.post('/api/auth/invite/accept', more, anew())).status).toBe(400)
    const accepted = await world.post('/api/auth/invite/accept', { token, password }, anew())
    expect(accepted.body.user).toMatchObject({ email: 'friend@example.com', roles: [] })
  })

  test('takes what every user must have, as far as who is invited may write it, and is not used up by what is refused', async () => {
    const { server, adminToken } = world
    const schema = (required: boolean, users: object) => ({
      roles: { editor: { inherits: ['authenticated'] } },
      collections: {
        users: {
          fields: {
            name: { type: 'text', required, label: 'Name' },
            plan: { type: 'text', default: 'free', readonly: true },
            code: { type: 'text', unique: true, maxLength: 20 },
          },
          permissions: users,
        },
      },
    })
    const { body: current } = await server.call('GET', '/api/schema', { token: adminToken })
    const apply = async (base: number, body: object) => {
      const applied = await server.call('POST', '/api/schema/apply', {
        token: adminToken,
        body: { schema: body, base },
      })
      expect(applied.status).toBe(200)
      return applied.body.version
    }
    const mayName = { authenticated: { create: `endsWith(email, '@example.com')` } }
    const added = await apply(current.version, schema(false, mayName))
    const all = await server.call('PATCH', '/api/records/users?filter=true', { token: adminToken, body: { name: 'x' } })
    expect(all.status).toBe(200)
    const version = await apply(added, schema(true, mayName))

    await invite({ email: 'named@example.com', roles: ['editor'] })
    const token = tokenIn(await world.inbox.next('named@example.com'))
    const accept = (more: object) => world.post('/api/auth/invite/accept', { token, password, ...more }, anew())
    const refused: [object, string][] = [
      [{}, '/name'],
      [{ name: 'Nora', plan: 'gold' }, '/plan'],
      [{ name: 'Nora', roles: ['admin'] }, '/roles'],
      [{ name: 'Nora', email: 'other@example.com' }, '/email'],
      [{ name: 'Nora', id: crypto.randomUUID() }, '/id'],
      [{ name: 'Nora', verified: true }, '/verified'],
      [{ name: 7 }, '/name'],
    ]
    for (const [more, path] of refused) {
      const answer = await accept(more)
      expect([more, answer.status, answer.body.errors?.[0].path]).toEqual([more, 400, path])
    }
    const { status, body } = await accept({ name: 'Nora', code: 'n1' })
    expect([status, body.user]).toMatchObject([200, { email: 'named@example.com', roles: ['editor'] }])
    const record = await server.call('GET', `/api/records/users/${body.user.id}`, { token: adminToken })
    expect(record.body).toMatchObject({ name: 'Nora', plan: 'free', code: 'n1' })
    expect((await accept({ name: 'Nora' })).body.code).toBe('invalidInvite')

    // Another record's value that must be unique is told as what it is.
    await invite({ email: 'second@example.com', roles: [] })
    const second = tokenIn(await world.inbox.next('second@example.com'))
    const again = { token: second, password, name: 'Second', code: 'n1' }
    expect((await world.post('/api/auth/invite/accept', again, anew())).body.code).toBe('notUnique')

    // An admin has chosen who is invited: without fields of their own no rule stands in their way.
    await apply(version, schema(false, mayName))
    await invite({ email: 'outside@else.example', roles: ['admin'] })
    const outside = tokenIn(await world.inbox.next('outside@else.example'))
    const rule = { token: outside, password }
    const accepted = await world.post('/api/auth/invite/accept', rule, anew())
    expect([accepted.status, accepted.body.user.roles]).toEqual([200, ['admin']])
  })

  test('can be taken back, and a newer one replaces it', async () => {
    await invite({ email: 'late@example.org', roles: [] })
    const first = tokenIn(await world.inbox.next('late@example.org'))
    await invite({ email: 'Late@example.org', roles: [] })
    const second = tokenIn(await world.inbox.next('Late@example.org'))
    expect((await world.post('/api/auth/invite/accept', { token: first, password }, anew())).status).toBe(403)
    const { items } = (await world.server.call('GET', '/api/admin/invites', { token: world.adminToken })).body
    const [open] = items.filter((each: { email: string }) => each.email.toLowerCase() === 'late@example.org')
    expect(JSON.stringify(items)).not.toContain(second)
    const revoke = () => world.server.call('DELETE', `/api/admin/invites/${open.id}`, { token: world.adminToken })
    expect((await revoke()).status).toBe(204)
    expect((await revoke()).body.code).toBe('inviteNotFound')
    expect((await world.post('/api/auth/invite/accept', { token: second, password }, anew())).status).toBe(403)
  })
})

describe('a sign-in from a new device', () => {
  test('is told by mail, but not the first one, nor one from where they were before', async () => {
    const { email } = await world.user('traveller')
    const at = (address: string, agent: string) =>
      world.post(
        '/api/auth/sign-in',
        { email, password },
        { headers: { 'X-Forwarded-For': address, 'User-Agent': agent } },
      )
    await at('192.0.2.10', 'Firefox/140.0 (X11; Linux)')
    await at('192.0.2.99', 'Firefox/141.0 (X11; Linux)')
    await at('203.0.113.5', '<b>Chrome</b>/9')
    const mail = await world.inbox.next(email)
    expect(mail.parsed.subject).toContain('new device')
    expect(mail.parsed.text).toContain('203.0.113.5')
    expect(mail.parsed.html).toContain('&lt;b&gt;Chrome')
    expect(mail.parsed.html).not.toContain('<b>Chrome')
    expect(world.inbox.mails.filter((each) => each.to.includes(email))).toHaveLength(1)
  })
})

describe('links', () => {
  test.each([
    ['/api/auth/reset', 'reset'],
    ['/api/auth/magic-link', 'magic-link'],
    ['/api/auth/verify-email/request', 'verify-email'],
    ['/api/auth/sign-up', 'sign-up'],
    ['/api/auth/email', 'change-email'],
    ['/api/admin/invites', 'invite'],
  ])('of %s lead to the configured address, whatever the Host header and the proxies say', async (path, page) => {
    const user = await world.user(`poisoned-${page}`, { verified: false })
    const isKnown = ['reset', 'magic-link', 'verify-email'].includes(page)
    const to = isKnown ? user.email : `poisoned-${page}-new@example.com`
    const token = page === 'invite' ? world.adminToken : (await signIn(user.email)).body.accessToken
    const secret = page === 'sign-up' || page === 'change-email' ? { password } : {}
    const body = JSON.stringify({ email: to, ...secret, ...(page === 'invite' && { roles: [] }) })
    const answer = await sendRaw(
      world.server.port,
      [
        `POST ${path} HTTP/1.1`,
        'Host: evil.example',
        'X-Forwarded-Host: evil.example',
        'Forwarded: host=evil.example;proto=https',
        'X-Forwarded-Proto: http',
        'X-Forwarded-Prefix: //evil.example',
        'X-Original-URL: https://evil.example/',
        'X-Rewrite-URL: https://evil.example/',
        'Origin: https://evil.example',
        'Referer: https://evil.example/',
        'Content-Type: application/json',
        ...(isKnown || page === 'sign-up' ? [] : [`Authorization: Bearer ${token}`]),
        `Content-Length: ${body.length}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    )
    expect(answer).toMatch(/^HTTP\/1.1 20[12]/)
    const { raw, parsed } = await world.inbox.next(to)
    expect(raw).not.toContain('evil')
    expect(parsed.text).toContain(`${publicUrl}/auth/${page}#token=`)
    expect(parsed.html).toContain(`href="${publicUrl}/auth/${page}#token=`)
  })

  test('open pages that do nothing by themselves, and that let nothing else run', async () => {
    for (const name of ['sign-up', 'verify-email', 'magic-link', 'reset', 'change-email', 'invite']) {
      const { status, headers, body } = await world.server.call('GET', `/auth/${name}`)
      expect([name, status]).toEqual([name, 200])
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toContain('<button id="send">')
      const script = /<script>([^]*)<\/script>/.exec(body)?.[1] ?? ''
      expect(() => new Script(script)).not.toThrow()
    }
  })
})

describe('whether an address is registered', () => {
  test.each(['/api/auth/magic-link', '/api/auth/reset', '/api/auth/verify-email/request', '/api/auth/code'])(
    'is not told by %s',
    async (path) => {
      const { email } = await world.user(`known${path.replaceAll('/', '-')}`)
      const shape = async (address: string) => {
        const { status, headers, body } = await world.post(path, { email: address }, anew())
        const names = [...headers.keys()].filter((name) => name !== 'date').toSorted()
        return {
          status,
          names,
          keys: Object.keys(body),
          length: JSON.stringify(body).length,
          rate: headers.get('ratelimit'),
        }
      }
      expect(await shape(email)).toEqual(await shape(`un${email}`))
      expect((await world.post(path, { email: 'no address' }, anew())).status).toBe(400)
    },
  )

  test('is not told by mail that comes back: none is sent to a stranger', async () => {
    await world.post('/api/auth/magic-link', { email: 'stranger@example.com' }, anew())
    await world.post('/api/auth/reset', { email: 'stranger@example.com' }, anew())
    const left = () => world.run(`select count(*) from plinth.outbox where recipient = 'stranger@example.com'`)
    await expect.poll(left).toEqual([['0']])
    expect(world.inbox.mails.flatMap((each) => each.to)).not.toContain('stranger@example.com')
  })
})
