import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }
const password = 'correct horse battery'
const schema = {
  roles: { member: { inherits: ['authenticated'] } },
  collections: {
    users: {
      kind: 'table',
      fields: {
        name: { type: 'text', maxLength: 20 },
        plan: { type: 'text', default: 'free', readonly: true },
        notes: { type: 'text' },
      },
      permissions: {
        authenticated: {
          read: 'id = @user.id',
          create: `id = @user.id && email !~ 'banned'`,
          update: 'id = @user.id',
          hide: ['notes'],
        },
      },
    },
    posts: {
      kind: 'table',
      fields: { title: { type: 'text' }, author: { type: 'relation', to: 'users' } },
      permissions: {
        authenticated: { read: 'author = @user.id', create: true, set: { author: '@user.id' } },
      },
    },
  },
}

let server: TestServer
let adminToken = ''
beforeAll(async () => {
  server = await startTestServer({
    PLINTH_ADMIN_EMAIL: ada.email,
    PLINTH_ADMIN_PASSWORD: ada.password,
    PLINTH_REGISTRATION: 'open',
    PLINTH_ANONYMOUS_USERS: 'on',
    PLINTH_DEFAULT_ROLES: 'member,unheard_of',
  })
  adminToken = (await post('sign-in', ada)).body.accessToken
  const body = { schema, base: 1 }
  const applied = await server.call('POST', '/api/schema/apply', { token: adminToken, body })
  expect(applied.status).toBe(200)
})
afterAll(() => server.stop())

const post = (path: string, body?: unknown, token?: string): Promise<Answer> =>
  server.call('POST', `/api/auth/${path}`, { body, token })
// The limits are tested elsewhere.
const forgetTries = () => server.database.run({ text: 'delete from plinth.tries', values: [] })
const signUp = async (body: unknown): Promise<Answer> => {
  await forgetTries()
  return post('sign-up', body)
}

interface Mail {
  readonly to: string
  readonly template: string
  readonly text: string
}
const mailsTo = async (email: string): Promise<readonly Mail[]> => {
  const { body } = await server.call('GET', '/api/admin/outbox', { token: adminToken })
  return body.items.filter((each: Mail) => each.to === email)
}
/** The secret in the newest mail of a kind, once it has been written. */
async function tokenFor(email: string, template = 'signUp'): Promise<string> {
  const find = async () =>
    (await mailsTo(email)).find((each) => each.template === template || each.text.includes('#token='))
  await expect.poll(find, { timeout: 10_000 }).toBeDefined()
  return /#token=([\w-]+)/.exec((await find())?.text ?? '')?.[1] ?? ''
}

describe('signing up', () => {
  test('makes a user with the default roles once the link is opened, who is signed in and whose address is verified', async () => {
    const asked = await signUp({ email: 'new@example.com', password, name: 'New' })
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmationSent' }])
    expect((await post('sign-in', { email: 'new@example.com', password })).body.code).toBe('wrongCredentials')
    const token = await tokenFor('new@example.com')
    const { status, body } = await post('sign-up/confirm', { token, password })
    expect(status).toBe(201)
    expect(body.user).toEqual({ id: expect.any(String), email: 'new@example.com', roles: ['member'] })
    const record = await server.call('GET', `/api/records/users/${body.user.id}`, { token: body.accessToken })
    expect(record.body).toMatchObject({ name: 'New', plan: 'free' })
    expect((await post('sign-in', { email: 'new@example.com', password })).status).toBe(200)
    expect((await post('sign-up/confirm', { token, password })).body.code).toBe('signUpLinkInvalid')
    const rows = await server.database.run({
      text: 'select email from plinth.verified_addresses where user_id = $1::uuid',
      values: [body.user.id],
    })
    expect(rows).toEqual([['new@example.com']])
  })

  test('answers the same for an address that is somebody’s, who is told by mail', async () => {
    const asked = await signUp({ email: 'ADA@example.com', password, name: 'Eve' })
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmationSent' }])
    const told = async () => (await mailsTo(ada.email)).map((each) => each.text)
    await expect.poll(told, { timeout: 10_000 }).toHaveLength(1)
    expect((await told())[0]).not.toContain('#token=')
    expect((await post('sign-in', { ...ada, password })).status).toBe(401)
  })

  test('with an address that is not one’s own gets nothing: its owner does not know the password', async () => {
    await signUp({ email: 'owner@example.com', password: 'the attacker chose this' })
    const token = await tokenFor('owner@example.com')
    const wrong = await post('sign-up/confirm', { token, password: 'the owner thinks of this' })
    expect(wrong.body.code).toBe('signUpLinkInvalid')
    // It did not use the link up.
    expect((await post('sign-up/confirm', { token, password: 'the attacker chose this' })).status).toBe(201)
  })

  test('twice makes one user', async () => {
    await signUp({ email: 'twice@example.com', password })
    const first = await tokenFor('twice@example.com')
    await signUp({ email: 'twice@example.com', password })
    await expect.poll(async () => (await mailsTo('twice@example.com')).length, { timeout: 10_000 }).toBe(2)
    const second = await tokenFor('twice@example.com')
    expect(second).not.toBe(first)
    const answers = await Promise.all([first, second].map((token) => post('sign-up/confirm', { token, password })))
    expect(answers.map((each) => each.status).toSorted()).toEqual([201, 403])
  })

  test.each([
    ['a role', { roles: ['admin'] }, '/roles'],
    ['the role admin alone', { roles: 'admin' }, '/roles'],
    ['an id', { id: '01a20644-57e4-774d-a925-000000000000' }, '/id'],
    ['a time of creation', { created: '2020-01-01T00:00:00Z' }, '/created'],
    ['a time of change', { updated: '2020-01-01T00:00:00Z' }, '/updated'],
    ['that the address is verified', { verified: true }, '/verified'],
    ['a hash', { hash: 'x' }, '/hash'],
    ['a field that is readonly', { plan: 'gold' }, '/plan'],
    ['a field that is hidden', { notes: 'x' }, '/notes'],
    ['a field that there is not', { nonsense: 1 }, '/nonsense'],
    ['a prototype', JSON.parse('{"constructor": {"prototype": 1}}'), '/constructor'],
    ['a field that does not fit', { name: 'x'.repeat(21) }, '/name'],
    ['a password that is too common', { password: 'Password123!' }, '/password'],
    ['what is no address', { email: 'new' }, '/email'],
    ['an address that stands for none', { email: 'x@anonymous.invalid' }, '/email'],
    ['no password', { password: undefined }, '/password'],
  ])('with %s is refused', async (_name, more, path) => {
    const answer = await signUp({ email: 'mass@example.com', password, ...more })
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0].path).toBe(path)
  })

  test('is refused where the rule of the schema does not hold, whether or not the address is somebody’s', async () => {
    expect((await signUp({ email: 'banned@example.com', password })).body.code).toBe('forbidden')
    const body = { email: 'banned.too@example.com' }
    expect((await server.call('POST', '/api/records/users', { token: adminToken, body })).status).toBe(201)
    expect((await signUp({ email: 'banned.too@example.com', password })).body.code).toBe('forbidden')
    const { body: kept } = await server.call('GET', '/api/records/users?filter=email~%27too%27', { token: adminToken })
    expect(kept.items.map((each: { email: string }) => each.email)).toEqual(['banned.too@example.com'])
  })

  test('leaves nothing behind before it is confirmed, and no secret in the audit trail', async () => {
    await signUp({ email: 'pending@example.com', password, name: 'Pending' })
    const rows = await server.database.run({
      text: `select count(*) from public.users where email = 'pending@example.com'`,
      values: [],
    })
    expect(rows).toEqual([['0']])
    const { body } = await server.call('GET', '/api/admin/events', { token: adminToken })
    expect(JSON.stringify(body)).not.toMatch(/pending@|argon2|battery/)
  })

  test.each(['x', '', 'A'.repeat(43), "' or 1=1 --"])('with the link %j is refused', async (token) => {
    const { status } = await post('sign-up/confirm', { token, password })
    expect(status).toBe(token === '' ? 400 : 403)
  })
})

describe('registration that is', () => {
  test.each(['closed', 'invite'])('%s lets nobody sign up by themselves, nor be anonymous', async (kind) => {
    const other = await startTestServer({ PLINTH_REGISTRATION: kind })
    for (const path of ['sign-up', 'anonymous']) {
      const body = path === 'sign-up' ? { email: 'new@example.com', password } : {}
      const answer = await other.call('POST', `/api/auth/${path}`, { body })
      expect([answer.status, answer.body.code]).toEqual([403, 'registrationClosed'])
    }
    await other.stop()
  })

  test('closed takes no invitations', async () => {
    const admin = { PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password }
    const other = await startTestServer({ ...admin, PLINTH_REGISTRATION: 'closed' })
    const { accessToken: token } = (await other.call('POST', '/api/auth/sign-in', { body: ada })).body
    const body = { email: 'new@example.com', roles: [] }
    expect((await other.call('POST', '/api/admin/invites', { token, body })).body.code).toBe('registrationClosed')
    const accepted = { token: 'A'.repeat(43), password }
    expect((await other.call('POST', '/api/auth/invite/accept', { body: accepted })).body.code).toBe(
      'registrationClosed',
    )
    await other.stop()
  })

  test('by invitation takes none of who is an admin no longer', async () => {
    const other = await startTestServer({ PLINTH_ADMIN_EMAIL: ada.email, PLINTH_ADMIN_PASSWORD: ada.password })
    const { accessToken: token } = (await other.call('POST', '/api/auth/sign-in', { body: ada })).body
    await other.call('POST', '/api/admin/invites', { token, body: { email: 'new@example.com', roles: ['admin'] } })
    const items = async () => (await other.call('GET', '/api/admin/outbox', { token })).body.items
    await expect.poll(items, { timeout: 10_000 }).toHaveLength(1)
    const secret = /#token=([\w-]+)/.exec((await items())[0].text)?.[1]
    const accept = () => other.call('POST', '/api/auth/invite/accept', { body: { token: secret, password } })
    await other.database.run({ text: `update public.users set roles = '{}'`, values: [] })
    expect((await accept()).body.code).toBe('invalidInvite')
    await other.database.run({ text: `update public.users set roles = '{admin}'`, values: [] })
    expect((await accept()).body.user.roles).toEqual(['admin'])
    await other.stop()
  })

  test('not set is by invitation', async () => {
    const other = await startTestServer()
    const { body } = await other.call('POST', '/api/auth/sign-up', { body: { email: 'new@example.com', password } })
    expect(body.code).toBe('registrationClosed')
    await other.stop()
  })

  test.each(['admin', 'anonymous', 'authenticated', 'Bad Name'])(
    'opened with the default role %j does not start',
    async (role) => {
      await expect(startTestServer({ PLINTH_DEFAULT_ROLES: role })).rejects.toThrow('PLINTH_DEFAULT_ROLES')
    },
  )
})

describe('an anonymous user', () => {
  test('keeps their records when they get an address', async () => {
    await forgetTries()
    const { status, body } = await post('anonymous')
    expect(status).toBe(201)
    const me = () => server.call('GET', '/api/auth/me', { token: body.accessToken })
    expect((await me()).body).toMatchObject({ anonymous: true, roles: ['member'] })
    const post1 = await server.call('POST', '/api/records/posts', { token: body.accessToken, body: { title: 'mine' } })
    expect(post1.status).toBe(201)

    const asked = await post('upgrade', { email: 'grown@example.com', password }, body.accessToken)
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmationSent' }])
    const confirmed = await post('sign-up/confirm', { token: await tokenFor('grown@example.com'), password })
    expect(confirmed.status).toBe(201)
    expect(confirmed.body.user).toMatchObject({ id: body.user.id, email: 'grown@example.com' })
    // The session from before, which others may have planted or copied, does not have the account.
    expect((await me()).status).toBe(401)
    expect((await post('refresh', { refreshToken: body.refreshToken })).status).toBe(401)
    const now = await server.call('GET', '/api/auth/me', { token: confirmed.body.accessToken })
    expect(now.body).not.toHaveProperty('anonymous')
    const signedIn = await post('sign-in', { email: 'grown@example.com', password })
    const posts = await server.call('GET', '/api/records/posts', { token: signedIn.body.accessToken })
    expect(posts.body.items).toHaveLength(1)
    expect(
      (await post('upgrade', { email: 'again@example.com', password }, confirmed.body.accessToken)).body.code,
    ).toBe('notAnonymous')
  })

  test('does not get an address that is somebody’s, and is not told so', async () => {
    await forgetTries()
    const { body } = await post('anonymous')
    const asked = await post('upgrade', { email: ada.email, password }, body.accessToken)
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmationSent' }])
    expect((await server.call('GET', '/api/auth/me', { token: body.accessToken })).body.anonymous).toBe(true)
  })

  test('cannot sign in by the address that stands for none', async () => {
    await forgetTries()
    const { body } = await post('anonymous')
    expect((await post('sign-in', { email: body.user.email, password: '' })).status).toBe(400)
    expect((await post('sign-in', { email: body.user.email, password })).body.code).toBe('wrongCredentials')
  })

  test('is who upgrades: nobody else', async () => {
    expect((await post('upgrade', { email: 'x@example.com', password })).body.code).toBe('notSignedIn')
    const answer = await post('upgrade', { email: 'x@example.com', password }, adminToken)
    expect(answer.body.code).toBe('notAnonymous')
  })
})
