import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleteIdentity } from '../../src/auth/providers/identities.ts'
import { lockUser } from '../../src/auth/ways-in.ts'
import { bodyOf, type Browser, newBrowser } from './browser.ts'
import { appUrl, otherAppUrl, newVerifier, password } from './fixture.ts'
import { cameIn, client, type ScriptedWorld, startScriptedWorld } from './scripted-world.ts'

let world: ScriptedWorld
let post: ScriptedWorld['plinth']['post']

beforeAll(async () => {
  world = await startScriptedWorld({ PLINTH_SMTP_URL: '', PLINTH_DEFAULT_ROLES: 'member' })
  const { plinth, provider } = world
  post = plinth.post
  const schema = {
    roles: { member: { inherits: ['authenticated'] } },
    collections: {
      users: {
        kind: 'table',
        fields: { plan: { type: 'text' } },
        permissions: { authenticated: { read: 'id = @user.id', create: `id = @user.id && plan != 'gold'` } },
      },
      notes: {
        kind: 'table',
        fields: { text: { type: 'text' }, owner: { type: 'relation', to: 'users' } },
        permissions: {
          authenticated: { read: 'owner = @user.id', create: true, set: { owner: '@user.id' } },
        },
      },
    },
  }
  const applied = await post('/api/schema/apply', { schema, base: 1 }, plinth.adminToken)
  expect(applied.status).toBe(200)
  for (const name of ['corp', 'other']) await plinth.provide(name, { issuer: provider.url, ...client })
})
afterAll(() => world?.stop())
beforeEach(() => world.provider.reset())

/** For machines that have much else to do. */
const patient = { timeout: 20_000 }

/** Who the provider says that comes next. */
const comes = (sub: string, more: object = {}) => {
  world.provider.script.claims = { sub, email: `${sub}@example.org`, email_verified: true, ...more }
}
const identitiesOf = async (userId: string) =>
  (await world.plinth.run('select subject from plinth.identities where user_id = $1::uuid', userId)).flat()
const lastRefusal = async () => (await world.plinth.events('identityRefused'))[0]

describe('an identity that is nobody’s yet', () => {
  test('becomes a way in of the user with its address, where both sides know whose that is', async () => {
    const user = await world.plinth.user('Grace@example.org')
    comes('grace')
    const came = await world.signIn()
    expect((await world.plinth.me(came.browser)).id).toBe(user.id)
    expect((await world.plinth.events('identityLinked'))[0]).toMatchObject({
      userId: user.id,
      details: { provider: 'corp', by: 'address' },
    })
    await expect
      .poll(
        () => world.plinth.run(`select recipient, text from plinth.outbox where template = 'identityLinked'`),
        patient,
      )
      .toEqual([['Grace@example.org', expect.stringContaining('corp')]])
  })

  test('is refused where nobody has proved whose the local address is, and is told what to do', async () => {
    const user = await world.plinth.user('squatted@example.org', { verified: false })
    comes('squatted')
    const came = await world.signIn()
    expect([came.error, came.cookies]).toEqual(['addressUnproven', []])
    expect(await identitiesOf(user.id)).toEqual([])
    expect(await lastRefusal()).toMatchObject({ details: { provider: 'corp', reason: 'addressUnproven' } })
  })

  test.each([
    ['says that it is not', { email_verified: false }],
    ['says nothing about it', { email_verified: undefined }],
    ['says something else than true', { email_verified: 'yes' }],
  ])('never is linked by an address that the provider does not vouch for: it %s', async (_, more) => {
    const name = `victim${Object.values(more)}`.replace(/\W/g, '')
    const user = await world.plinth.user(`${name}@example.org`)
    comes(name, more)
    const came = await world.signIn()
    expect(cameIn(came)).toBe(true)
    const me = await world.plinth.me(came.browser)
    expect(me.id).not.toBe(user.id)
    expect(me).toMatchObject({ anonymous: true, verified: false, email: `${me.id}@anonymous.invalid` })
    expect(await identitiesOf(user.id)).toEqual([])
  })

  test('is known by an address only with what vouches for that very one', async () => {
    const victim = await world.plinth.user('two-faced@example.org')
    comes('two-faced', { email_verified: undefined })
    world.provider.script.userInfo = { sub: 'two-faced', email: 'own@example.org', email_verified: true }
    const me = await world.plinth.me((await world.signIn()).browser)
    expect([me.id === victim.id, me.email]).toEqual([false, 'own@example.org'])
    comes('other-face', { email: 'two-faced@example.org', email_verified: false })
    world.provider.script.userInfo = { sub: 'other-face', email_verified: true }
    expect((await world.plinth.me((await world.signIn()).browser)).anonymous).toBe(true)
    comes('third-face', { email: undefined, email_verified: undefined })
    world.provider.script.userInfo = { sub: 'another', email: 'two-faced@example.org', email_verified: true }
    expect((await world.signIn()).error).toBe('providerFailed')
  })

  test('cannot take the address of users who have none', async () => {
    const anonymous = (await post('/api/auth/anonymous')).body.user
    comes('sly', { email: anonymous.email })
    const came = await world.signIn()
    expect((await world.plinth.me(came.browser)).id).not.toBe(anonymous.id)
  })

  test('makes one user, however many sign-ins come at once', async () => {
    comes('many')
    const browsers = Array.from({ length: 6 }, newBrowser)
    const visits = []
    for (const browser of browsers)
      visits.push({ browser, ...(await world.provider.visit(await world.plinth.start(browser, 'corp'))) })
    const came = await Promise.all(visits.map(({ browser, callback }) => world.comeBack(browser, callback)))
    expect(came.map(cameIn)).toEqual(came.map(() => true))
    const users = await Promise.all(browsers.map(async (browser) => (await world.plinth.me(browser)).id))
    expect(new Set(users).size).toBe(1)
  })

  test('gets the default roles, and what it gives for the fields of users is judged by their rules', async () => {
    comes('silver')
    const came = await world.signIn('corp', newBrowser(), { fields: { plan: 'silver' } })
    const { id, roles } = await world.plinth.me(came.browser)
    expect(roles).toEqual(['member'])
    expect(await world.plinth.run('select plan from public.users where id = $1::uuid', id)).toEqual([['silver']])
    for (const [fields, error] of [
      [{ plan: 'gold' }, 'forbidden'],
      [{ roles: ['admin'] }, 'invalidBody'],
      [{ verified: true }, 'invalidBody'],
    ] as const) {
      comes('greedy')
      expect((await world.signIn('corp', newBrowser(), { fields })).error).toBe(error)
    }
    expect(await world.plinth.run(`select id from public.users where email = 'greedy@example.org'`)).toEqual([])
  })
})

describe('a user who is signed in', () => {
  const signInWithPassword = async (email: string) => {
    const browser = newBrowser()
    await browser.open(`${world.plinth.server.url}/api/auth/sign-in`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ email, password, session: 'cookie' }),
    })
    return browser
  }

  test('links a provider, whatever its address, signs in with it, and unlinks it again', async () => {
    const user = await world.plinth.user('joan@example.com')
    const browser = await signInWithPassword(user.email)
    comes('joan-elsewhere', { email_verified: false })
    expect(cameIn(await world.signIn('corp', browser, { link: true }))).toBe(true)
    const later = await world.signIn()
    expect((await world.plinth.me(later.browser)).id).toBe(user.id)
    const { body } = await world.plinth.server.call('GET', '/api/auth/identities', { token: user.accessToken })
    const at = `/api/auth/identities/${body.items[0].id}`
    const others = await world.plinth.user('other@example.com')
    const stranger = await world.plinth.server.call('DELETE', at, { token: others.accessToken })
    expect(stranger.body.code).toBe('identityNotFound')
    const removed = await world.plinth.server.call('DELETE', at, { token: user.accessToken })
    expect(removed.status).toBe(204)
    expect((await world.plinth.events('identityUnlinked'))[0]).toMatchObject({ userId: user.id })
    expect((await world.plinth.me((await world.signIn()).browser)).id).not.toBe(user.id)
  })

  test('has proved their address when the provider vouches for the same', async () => {
    const user = await world.plinth.user('Ida@example.org', { verified: false })
    const browser = await signInWithPassword(user.email)
    comes('ida-1', { email: 'other@example.org' })
    await world.signIn('corp', browser, { link: true })
    expect((await world.plinth.me(browser)).verified).toBe(false)
    comes('ida-2', { email: 'ida@example.org', email_verified: false })
    await world.signIn('corp', browser, { link: true })
    expect((await world.plinth.me(browser)).verified).toBe(false)
    comes('ida-2', { email: 'ida@example.org' })
    await world.signIn('other', browser, { link: true })
    expect(await world.plinth.me(browser)).toMatchObject({ id: user.id, verified: true, email: 'Ida@example.org' })
  })

  test('cannot link what is another user’s, and cannot be given what another links', async () => {
    comes('taken')
    const owner = await world.plinth.me((await world.signIn()).browser)
    const thief = await world.plinth.user('thief@example.com')
    const came = await world.signIn('corp', await signInWithPassword(thief.email), { link: true })
    expect(came.error).toBe('identityTaken')
    expect(await lastRefusal()).toMatchObject({ userId: thief.id, details: { reason: 'identityTaken' } })
    expect(await identitiesOf(owner.id)).toEqual(['taken'])
  })

  test('links nothing once their session has ended', async () => {
    const user = await world.plinth.user('left@example.com')
    const browser = await signInWithPassword(user.email)
    comes('left-elsewhere')
    const { callback } = await world.provider.visit(await world.plinth.start(browser, 'corp', { link: true }))
    await post('/api/auth/sign-out', { everywhere: true }, user.accessToken)
    expect((await world.comeBack(browser, callback)).error).toBe('notSignedIn')
    expect(await identitiesOf(user.id)).toEqual([])
  })

  test('links in an app only where the app itself finishes what it began', async () => {
    const user = await world.plinth.user('app@example.com')
    const { verifier, challenge } = newVerifier()
    comes('victim-of-the-app')
    const begun = await world.plinth.server.call('POST', '/api/auth/providers/corp/start', {
      token: user.accessToken,
      body: { redirectTo: otherAppUrl, challenge, link: true },
    })
    // Somebody else was sent to that address, and has agreed.
    const { callback } = await world.provider.visit(begun.body.url)
    const came = await world.comeBack(newBrowser(), callback)
    expect(await identitiesOf(user.id)).toEqual([])
    const code = new URL(came.location ?? '').searchParams.get('code')
    const { status } = await post('/api/auth/providers/exchange', { code, verifier })
    expect([status, await identitiesOf(user.id)]).toEqual([204, ['victim-of-the-app']])
  })

  describe('never takes away their last way in', () => {
    const removeOf = (browser: Browser, id: string) =>
      browser.open(`${world.plinth.server.url}/api/auth/identities/${id}`, {
        method: 'DELETE',
        headers: { 'Sec-Fetch-Site': 'same-origin' },
      })
    const signInWithBoth = async (sub: string) => {
      comes(sub)
      const { browser } = await world.signIn('corp')
      await world.signIn('other', browser, { link: true })
      const { items } = await bodyOf(await browser.open(`${world.plinth.server.url}/api/auth/identities`))
      expect(items.map(({ provider }: { provider: string }) => provider)).toEqual(['corp', 'other'])
      return { browser, corp: String(items[0].id), other: String(items[1].id) }
    }

    test('and a provider that is switched off is none', async () => {
      const { browser, corp, other } = await signInWithBoth('only')
      await world.plinth.provide('other', { issuer: world.provider.url, ...client, enabled: false })
      expect((await bodyOf(await removeOf(browser, corp))).code).toBe('lastWayIn')
      await world.plinth.provide('other', { issuer: world.provider.url, ...client })
      expect((await removeOf(browser, corp)).status).toBe(204)
      expect((await bodyOf(await removeOf(browser, other))).code).toBe('lastWayIn')
    })

    test('not even while another of theirs is being taken away', async () => {
      const { browser, corp, other } = await signInWithBoth('twice')
      const { database } = world.plinth.server
      const removing = Promise.withResolvers<Response>()
      await database.transaction(async (session) => {
        await lockUser(session, (await world.plinth.me(browser)).id)
        await deleteIdentity(session, (await world.plinth.me(browser)).id, corp)
        void removeOf(browser, other).then(removing.resolve, removing.reject)
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        const waits = expect.poll(() => world.plinth.run(waiting), patient).not.toEqual([])
        await Promise.race([removing.promise, waits])
      })
      expect((await removing.promise).status).toBe(409)
    })
  })
})

describe('an anonymous user', () => {
  test('keeps their records when they link a provider, and may not have an address that is another’s', async () => {
    const { accessToken: token, user } = (await post('/api/auth/anonymous')).body
    const note = await post('/api/records/notes', { text: 'kept' }, token)
    const taken = await world.plinth.user('mine@example.org')
    for (const [sub, error] of [
      ['mine', 'addressTaken'],
      ['free', null],
    ] as const) {
      comes(sub)
      const { verifier, challenge } = newVerifier()
      const body = { redirectTo: otherAppUrl, challenge, link: true }
      const begun = await world.plinth.server.call('POST', '/api/auth/providers/corp/start', { token, body })
      const { callback } = await world.provider.visit(begun.body.url)
      const code = new URL((await world.comeBack(newBrowser(), callback)).location ?? '').searchParams.get('code')
      const answer = await post('/api/auth/providers/exchange', { code, verifier })
      expect(answer.body.code ?? null).toBe(error)
    }
    expect(await identitiesOf(taken.id)).toEqual([])
    const later = await world.signIn()
    expect(await world.plinth.me(later.browser)).toMatchObject({
      id: user.id,
      email: 'free@example.org',
      verified: true,
    })
    const notes = await bodyOf(await later.browser.open(`${world.plinth.server.url}/api/records/notes`))
    expect(notes.items.map(({ id }: { id: string }) => id)).toEqual([note.body.id])
  })
})

describe('somebody who made an account with another’s address', () => {
  test.each(['magic-link', 'reset'])('loses the provider they linked when the owner comes by %s', async (way) => {
    const email = `owner-${way}@example.org`
    const squatter = await world.plinth.user(email, { verified: false })
    comes(`squatter-${way}`)
    const { verifier, challenge } = newVerifier()
    const begun = await world.plinth.server.call('POST', '/api/auth/providers/corp/start', {
      token: squatter.accessToken,
      body: { redirectTo: otherAppUrl, challenge, link: true },
    })
    const { callback } = await world.provider.visit(begun.body.url)
    const code = new URL((await world.comeBack(newBrowser(), callback)).location ?? '').searchParams.get('code')
    await post('/api/auth/providers/exchange', { code, verifier })
    expect(await identitiesOf(squatter.id)).toEqual([`squatter-${way}`])
    await post(`/api/auth/${way}`, { email })
    const mail = `select text from plinth.outbox where recipient = $1 and state = 'kept' and text like '%#token=%'`
    await expect.poll(() => world.plinth.run(mail, email), patient).toHaveLength(1)
    const token = /#token=([\w-]+)/.exec((await world.plinth.run(mail, email))[0]?.[0] ?? '')?.[1]
    const redeemed =
      way === 'reset'
        ? await post('/api/auth/reset/confirm', { token, password: 'the owner chose this' })
        : await post('/api/auth/magic-link/sign-in', { token })
    expect(redeemed.status).toBeLessThan(300)
    expect(await identitiesOf(squatter.id)).toEqual([])
    expect((await world.plinth.me((await world.signIn()).browser)).id).not.toBe(squatter.id)
  })
})

describe('who may not come in', () => {
  test('a blocked user, whether the identity is theirs already or would become theirs', async () => {
    comes('blocked')
    const known = await world.plinth.me((await world.signIn()).browser)
    const byAddress = await world.plinth.user('blocked2@example.org')
    for (const { id } of [known, byAddress])
      await world.plinth.server.call('PUT', `/api/admin/users/${id}/block`, {
        body: {},
        token: world.plinth.adminToken,
      })
    for (const sub of ['blocked', 'blocked2']) {
      comes(sub)
      const came = await world.signIn()
      expect([came.error, came.cookies]).toEqual(['userBlocked', []])
    }
    expect(await identitiesOf(byAddress.id)).toEqual([])
  })

  test('a user who was deleted: whoever comes with their identity is a new one', async () => {
    comes('deleted')
    const gone = await world.plinth.me((await world.signIn()).browser)
    await world.plinth.run('delete from public.users where id = $1::uuid', gone.id)
    const came = await world.plinth.me((await world.signIn()).browser)
    expect(came.id).not.toBe(gone.id)
    expect(came.email).toBe('deleted@example.org')
  })

  test.each([
    ['invite', 'invited', null],
    ['invite', 'uninvited', 'registrationClosed'],
    ['closed', 'uninvited', 'registrationClosed'],
  ])('with registration %s, who is %s', async (registration, who, error) => {
    const closed = await startScriptedWorld({ PLINTH_REGISTRATION: registration })
    try {
      await closed.plinth.provide('corp', { issuer: closed.provider.url, ...client })
      if (who === 'invited') {
        const body = { email: 'ada@example.org', roles: ['admin'] }
        await closed.plinth.post('/api/admin/invites', body, closed.plinth.adminToken)
        closed.provider.script.claims = { sub: 'x', email: 'ada@example.org', email_verified: false }
        expect((await closed.signIn()).error).toBe('registrationClosed')
        closed.provider.reset()
      }
      const came = await closed.signIn()
      expect(came.error).toBe(error)
      if (error === null) {
        expect((await closed.plinth.me(came.browser)).roles).toEqual(['admin'])
        const { body } = await closed.plinth.server.call('GET', '/api/admin/invites', {
          token: closed.plinth.adminToken,
        })
        expect(body.items).toEqual([])
      }
    } finally {
      await closed.stop()
    }
  })
})

describe('who has a second factor', () => {
  const withFactor = async (sub: string): Promise<string> => {
    comes(sub)
    const { id } = await world.plinth.me((await world.signIn()).browser)
    await world.plinth.run(
      `insert into plinth.passkeys
         (user_id, name, credential_id, public_key, counter, transports, backup_eligible, backed_up, proven, created)
       values ($1::uuid, 'key', $2, 'x', 0, '{}', false, false, true, now())`,
      id,
      sub,
    )
    return id
  }
  const exchange = (browser: Browser, body: object, headers: Readonly<Record<string, string>> = {}) =>
    browser.open(`${world.plinth.server.url}/api/auth/providers/exchange`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', ...headers },
      body: JSON.stringify(body),
    })

  test('gets no session in cookies, but a code for the browser that began, and for it a ticket', async () => {
    await withFactor('careful')
    const came = await world.signIn()
    expect(came.cookies).toEqual([])
    const code = new URL(came.location ?? '').searchParams.get('code') ?? ''
    expect(code).toMatch(/^[\w-]{43}$/)
    const { verifier } = newVerifier()
    for (const stolen of [await exchange(newBrowser(), { code }), await exchange(came.browser, { code, verifier })])
      expect((await bodyOf(stolen)).code).toBe('exchangeInvalid')
    const foreign = await exchange(came.browser, { code }, { 'Sec-Fetch-Site': 'cross-site' })
    expect((await bodyOf(foreign)).code).toBe('crossSite')
    const answer = await exchange(came.browser, { code })
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await bodyOf(answer)).toMatchObject({ mfaRequired: true, ticket: expect.any(String), factors: ['passkey'] })
  })

  test('gets a ticket in an app, too', async () => {
    await withFactor('careful-app')
    const { verifier, challenge } = newVerifier()
    const begun = await post('/api/auth/providers/corp/start', { redirectTo: otherAppUrl, challenge })
    const { callback } = await world.provider.visit(begun.body.url)
    const code = new URL((await world.comeBack(newBrowser(), callback)).location ?? '').searchParams.get('code')
    const { body } = await post('/api/auth/providers/exchange', { code, verifier })
    expect([body.mfaRequired, body.accessToken]).toEqual([true, undefined])
  })

  test('links and unlinks only with a fresh proof', async () => {
    const user = await world.plinth.user('stale@example.org')
    comes('stale-elsewhere')
    const body = { redirectTo: otherAppUrl, challenge: newVerifier().challenge, link: true }
    const id = '0198c0de-7a3b-7c4d-8e5f-0123456789ab'
    await world.plinth.run(
      `update plinth.sessions set auth_time = now() - interval '1 day' where user_id = $1::uuid`,
      user.id,
    )
    const token = user.accessToken
    const begun = await world.plinth.server.call('POST', '/api/auth/providers/corp/start', { token, body })
    const removed = await world.plinth.server.call('DELETE', `/api/auth/identities/${id}`, { token })
    expect([begun.body.code, removed.body.code]).toEqual(['stepUpRequired', 'stepUpRequired'])
  })
})

test('a browser that signs in is given a new session, whatever it held before', async () => {
  comes('fixed')
  const browser = newBrowser()
  const origin = world.plinth.server.url
  browser.cookies.set(`${origin} plinth_access`, 'planted').set(`${origin} plinth_refresh`, 'planted')
  const came = await world.signIn('corp', browser)
  expect(came.location).toBe(appUrl)
  expect([...browser.cookies.values()]).not.toContain('planted')
})
