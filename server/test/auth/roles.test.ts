import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { password, type SignedInUser, startTwoCopies, type TwoCopies } from './two-copies.ts'

/** As permissive as a schema can be: whoever is signed in may do everything with every user. */
const schema = {
  roles: { editor: { inherits: ['authenticated'] }, member: {} },
  collections: {
    users: {
      kind: 'table',
      fields: {
        name: { type: 'text' },
        secret: { type: 'text', hidden: true },
        plan: { type: 'text', default: 'free', readonly: true },
        friends: { type: 'relation', to: 'users', many: true, inverse: 'friended' },
      },
      permissions: {
        authenticated: {
          read: true,
          create: true,
          update: true,
          delete: true,
          writeIf: { roles: 'true', plan: 'true' },
        },
        editor: { read: true, create: true, update: true, delete: true },
        member: { create: true, set: { roles: `['member']` } },
      },
    },
    posts: {
      kind: 'table',
      fields: { author: { type: 'relation', to: 'users', inverse: 'posts' } },
      permissions: { authenticated: { read: true, create: true, update: true } },
    },
  },
}

let copies: TwoCopies
let user: SignedInUser
let victim: SignedInUser
let member = ''
beforeAll(async () => {
  copies = await startTwoCopies()
  const body = { schema, base: 1 }
  const applied = await copies.server.call('POST', '/api/schema/apply', { token: copies.adminToken, body })
  expect(applied.status).toBe(200)
  user = await copies.user('mallory', ['editor'])
  victim = await copies.user('victim')
  const key = { name: 'member', roles: ['member'] }
  member = (await copies.server.call('POST', '/api/admin/keys', { token: copies.adminToken, body: key })).body.key
})
afterAll(() => copies.stop())
let before: unknown
beforeEach(async () => {
  before = await standing()
})

const call = (method: string, path: string, body?: unknown, token = user.accessToken) =>
  copies.server.call(method, path, { token, body })
/** All that must not change by anything below. */
const standing = () => copies.run('select id, email, roles, created, plan, secret from public.users order by id')

const id = 'ID'
const other = '01a20644-57e4-774d-a925-aaaaaaaaaaaa'
const batch = (...operations: unknown[]) => ['POST', '/api/batch', { operations }] as const
const create = { method: 'create', collection: 'users' }
const update = { method: 'update', collection: 'users', id }

/** Every way to write a user, with what none of them may write. */
const attempts = Object.entries({
  roles: ['admin'],
  created: '2020-01-01T00:00:00Z',
  updated: '2020-01-01T00:00:00Z',
  plan: 'gold',
  secret: 'x',
  verified: true,
  hash: 'x',
}).flatMap(([field, value]): [string, string, string, unknown][] => {
  const email = `${field}@example.com`
  const evil = { [field]: value }
  const many = Array.isArray(value) ? [...value] : value
  return [
    [`create ${field}`, 'POST', '/api/records/users', { email, ...evil }],
    [`create many ${field}`, 'POST', '/api/records/users', [{ email: `a${email}` }, { email, ...evil }]],
    [`update ${field}`, 'PATCH', `/api/records/users/${id}`, evil],
    [`update by +${field}`, 'PATCH', `/api/records/users/${id}`, { [`+${field}`]: many }],
    [`update by ${field}+`, 'PATCH', `/api/records/users/${id}`, { [`${field}+`]: many }],
    [`update many ${field}`, 'PATCH', `/api/records/users?filter=true`, evil],
    [`replace ${field}`, 'PUT', `/api/records/users/${id}`, { email: 'mallory@example.com', ...evil }],
    [`replace by a new id ${field}`, 'PUT', `/api/records/users/${other}`, { email, ...evil }],
    [`batch create ${field}`, ...batch({ ...create, body: { email, ...evil } })],
    [`batch update ${field}`, ...batch({ ...update, body: evil })],
    [`batch update many ${field}`, ...batch({ method: 'update', collection: 'users', filter: 'true', body: evil })],
    [`batch replace ${field}`, ...batch({ ...update, method: 'replace', body: { email: 'm@example.com', ...evil } })],
    [
      `batch reference ${field}`,
      ...batch(
        { method: 'get', collection: 'users', id, as: 'me' },
        { ...update, body: { [field]: { $ref: `me.${field}` } } },
      ),
    ],
    [`nested ${field}`, 'POST', '/api/records/posts', { author: { id, ...evil } }],
    [`nested inverse ${field}`, 'PATCH', `/api/records/users/${id}`, { posts: [{ author: evil }] }],
    [`other letters ${field}`, 'PATCH', `/api/records/users/${id}`, { [field.toUpperCase()]: value }],
    [`dotted ${field}`, 'PATCH', `/api/records/users/${id}`, { [`friends.${field}`]: value }],
  ]
})

describe('nobody but an admin writes', () => {
  test.each(attempts)('%s', async (_name, method, path, body) => {
    const own = (text: string) => text.replaceAll(`"${id}"`, `"${user.id}"`).replaceAll(`/${id}`, `/${user.id}`)
    const answer = await call(method, own(path), JSON.parse(own(JSON.stringify(body))))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await standing()).toEqual(before)
  })
})

describe('the same ways, with a field that may be written,', () => {
  test('work, so what is refused above is refused for its field', async () => {
    const name = 'Mallory'
    const path = `/api/records/users/${user.id}`
    const ways = [
      await call('PATCH', path, { name }),
      await call('PATCH', '/api/records/users?filter=true', { name }),
      await call('PUT', path, { email: 'mallory@example.com', name }),
      await call(...batch({ ...update, id: user.id, body: { name } })),
      await call(...batch({ method: 'update', collection: 'users', filter: 'true', body: { name } })),
      await call('POST', '/api/records/users', [{ email: 'c1@example.com', name }]),
      await call(...batch({ ...create, body: { email: 'c2@example.com', name } })),
    ]
    expect(ways.map((each) => each.status)).toEqual([200, 200, 200, 200, 200, 201, 200])
  })
})

describe('the id of a user', () => {
  test.each([
    ['PATCH', { id: other }],
    ['PUT', { id: other, email: 'mallory@example.com' }],
  ])('is not changed by %s', async (method, body) => {
    expect((await call(method, `/api/records/users/${user.id}`, body)).status).toBe(400)
    expect(await standing()).toEqual(before)
  })

  test('of another is not taken over by a second record', async () => {
    const answer = await call('POST', '/api/records/users', { id: victim.id, email: 'x@example.com' })
    expect(answer.body.code).toBe('notUnique')
    expect(await standing()).toEqual(before)
  })

  test('of one who was deleted opens nothing for who is made with it', async () => {
    const gone = await copies.user('gone', ['admin'])
    await copies.run('delete from public.users where id = $1::uuid', gone.id)
    const made = await call('POST', '/api/records/users', { id: gone.id, email: 'gone@example.com' })
    expect(made.status).toBe(201)
    const signIn = { email: 'gone@example.com', password }
    expect((await call('POST', '/api/auth/sign-in', signIn, undefined)).body.code).toBe('wrongCredentials')
    expect((await call('POST', '/api/auth/refresh', { refreshToken: gone.refreshToken })).status).toBe(401)
    await copies.run('delete from public.users where id = $1::uuid', gone.id)
  })
})

describe('a role', () => {
  test('that a preset gives is the one it gives, or none at all', async () => {
    const chosen = await call('POST', '/api/records/users', { email: 'p@example.com', roles: ['admin'] }, member)
    expect(chosen.status).toBeGreaterThanOrEqual(400)
    expect(await standing()).toEqual(before)
    const preset = await call('POST', '/api/records/users', { email: 'p@example.com' }, member)
    expect(preset.body).toEqual({ id: expect.any(String) })
    const rows = await copies.run(`select roles::text from public.users where email = 'p@example.com'`)
    expect(rows).toEqual([['{member}']])
  })

  test('is not given by a key that does not have it', async () => {
    const { status } = await call('POST', '/api/admin/keys', { name: 'x', roles: ['admin'] }, member)
    expect(status).toBe(403)
  })

  test('is not given by what only admins may ask', async () => {
    const explain = {
      actor: { roles: ['admin'] },
      action: 'update',
      collection: 'users',
      id: user.id,
      body: { roles: ['admin'] },
    }
    expect((await call('POST', '/api/admin/explain', explain)).body.code).toBe('adminOnly')
    expect((await call('POST', '/api/admin/invites', { email: 'x@example.com', roles: ['admin'] })).body.code).toBe(
      'adminOnly',
    )
    expect((await call('PUT', `/api/admin/users/${victim.id}/password`, { password })).body.code).toBe('adminOnly')
    expect(await standing()).toEqual(before)
  })

  test('that an admin tries out is given to nobody', async () => {
    const explain = {
      actor: { user: user.id },
      action: 'update',
      collection: 'users',
      id: user.id,
      body: { roles: ['admin'] },
    }
    await call('POST', '/api/admin/explain', explain, copies.adminToken)
    expect(await standing()).toEqual(before)
  })

  test('is given by an admin', async () => {
    const answer = await call('PATCH', `/api/records/users/${victim.id}`, { roles: ['editor'] }, copies.adminToken)
    expect(answer.body.roles).toEqual(['editor'])
    await call('PATCH', `/api/records/users/${victim.id}`, { roles: [] }, copies.adminToken)
  })
})

describe('secrets', () => {
  test.each(['passwords', 'plinth.passwords', 'sessions', 'signing_keys', 'security_events'])(
    'are no collection: %s',
    async (name) => {
      expect((await call('GET', `/api/records/${name}`, undefined, copies.adminToken)).status).toBe(404)
    },
  )

  test.each(['hash', 'password', 'passwords.hash', 'sessions.id', 'xmin', 'secret'])(
    'are in no filter, sort or select: %s',
    async (name) => {
      for (const query of [`filter=${name}+!=+''`, `sort=${name}`, `select=id,${name}`]) {
        expect((await call('GET', `/api/records/users?${query}`)).status).toBe(400)
      }
    },
  )
})

describe('a hash of older parameters', () => {
  test('is made anew when its owner signs in, and the password stays the same', async () => {
    const owner = await copies.user('old')
    const weak = await hash(password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 })
    const read = async () =>
      (await copies.run('select hash, changed from plinth.passwords where user_id = $1::uuid', owner.id))[0]
    await copies.run('update plinth.passwords set hash = $2 where user_id = $1::uuid', owner.id, weak)
    const [, changed] = (await read()) ?? []
    await copies.signIn(owner.email)
    const [now, changedNow] = (await read()) ?? []
    expect(now).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(changedNow).toBe(changed)
    await copies.signIn(owner.email)
    expect((await read())?.[0]).toBe(now)
  })
})
