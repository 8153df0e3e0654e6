import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deleteOldEvents } from '../../src/auth/events/delete-old-events.ts'
import { deleteAbandonedUsers } from '../../src/auth/sessions/delete-abandoned-users.ts'
import { setPassword } from '../../src/auth/users.ts'
import { startTestServer, type TestServer } from '../http/test-server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse' }
const owned = (onDelete: string) => ({
  fields: { owner: { type: 'relation', to: 'users', onDelete } },
  permissions: { authenticated: { read: true, create: true, set: { owner: '@user.id' } } },
})
const schema = {
  collections: {
    drafts: owned('cascade'),
    votes: owned('setNull'),
    orders: owned('restrict'),
    tags: { fields: { fans: { type: 'relation', to: 'users', many: true } } },
  },
}

let server: TestServer
let adminToken = ''
beforeAll(async () => {
  server = await startTestServer({
    PLINTH_ADMIN_EMAIL: ada.email,
    PLINTH_ADMIN_PASSWORD: ada.password,
    PLINTH_ANONYMOUS_USERS: 'on',
    // The server sweeps, too, a minute after its start: nothing that the tests count.
    PLINTH_ANONYMOUS_KEEP_DAYS: '3650',
    PLINTH_EVENTS_KEEP_DAYS: '3650',
  })
  adminToken = (await server.call('POST', '/api/auth/sign-in', { body: ada })).body.accessToken
  const body = { schema, base: 1 }
  expect((await server.call('POST', '/api/schema/apply', { token: adminToken, body })).status).toBe(200)
})
afterAll(() => server.stop())

const run = (text: string, ...values: unknown[]) => server.database.run({ text, values })
const exists = async (table: string, id: string) =>
  (await run(`select exists (select from public.${table} where id = $1::uuid)`, id))[0]?.[0] === 't'

interface Anonymous {
  readonly id: string
  readonly token: string
  readonly refreshToken: string
}
async function anonymous(): Promise<Anonymous> {
  const { status, body } = await server.call('POST', '/api/auth/anonymous')
  expect(status).toBe(201)
  return { id: body.user.id, token: body.accessToken, refreshToken: body.refreshToken }
}
async function create({ token }: Anonymous, collection: string): Promise<string> {
  const { status, body } = await server.call('POST', `/api/records/${collection}`, { token, body: {} })
  expect(status).toBe(201)
  return body.id
}
/** As if all that a user has done had been so many days ago. */
async function age({ id }: Anonymous, days: number): Promise<void> {
  const past = `- make_interval(days => ${days})`
  await run(`update public.users set created = created ${past}, updated = updated ${past} where id = $1::uuid`, id)
  await run(
    `update plinth.sessions set created_at = created_at ${past}, last_used_at = last_used_at ${past},
       expires_at = expires_at ${past} where user_id = $1::uuid`,
    id,
  )
}

describe('an anonymous user', () => {
  test('who is abandoned is deleted, with what the schema deletes, and only once by copies at the same time', async () => {
    const gone = await anonymous()
    const [draft, vote] = [await create(gone, 'drafts'), await create(gone, 'votes')]
    const tag = { fans: [gone.id] }
    expect((await server.call('POST', '/api/records/tags', { token: adminToken, body: tag })).status).toBe(201)
    await age(gone, 31)
    const counts = await Promise.all([1, 2, 3].map(() => deleteAbandonedUsers(server.database, 30)))
    expect(counts.reduce((sum, each) => sum + each)).toBe(1)
    expect(await exists('users', gone.id)).toBe(false)
    expect(await exists('drafts', draft)).toBe(false)
    expect(await run('select owner from public.votes where id = $1::uuid', vote)).toEqual([[null]])
    const events = await run(`select actor from plinth.security_events where kind = 'anonymousUserDeleted'`)
    expect(events).toEqual([['system']])
    const logged = await run(
      `select op, actor from plinth.changes where collection = 'users' and record = $1::uuid and op = 'delete'`,
      gone.id,
    )
    expect(logged).toHaveLength(1)
    const refreshed = await server.call('POST', '/api/auth/refresh', { body: { refreshToken: gone.refreshToken } })
    expect(refreshed.status).toBe(401)
  })

  test('whose records hold them is kept, and keeps nobody else from being deleted', async () => {
    const [kept, gone] = [await anonymous(), await anonymous()]
    const order = await create(kept, 'orders')
    for (const each of [kept, gone]) await age(each, 40)
    expect(await deleteAbandonedUsers(server.database, 30)).toBe(1)
    expect([await exists('users', kept.id), await exists('users', gone.id)]).toEqual([true, false])
    expect(await exists('orders', order)).toBe(true)
    expect(await deleteAbandonedUsers(server.database, 30)).toBe(0)
  })

  test('who may still come back, or was there a short while ago, is kept', async () => {
    const [fresh, signedIn, recent, withPassword, upgrading] = [
      await anonymous(),
      await anonymous(),
      await anonymous(),
      await anonymous(),
      await anonymous(),
    ]
    await age(signedIn, 31)
    await run(`update plinth.sessions set expires_at = now() + interval '1 day' where user_id = $1::uuid`, signedIn.id)
    await age(recent, 29)
    await age(withPassword, 31)
    await setPassword(server.database, withPassword.id, 'a hash')
    await age(upgrading, 31)
    await run(
      `insert into plinth.one_time_tokens (hash, purpose, user_id, email, current_email, data, expires)
       values ('\\x01', 'signUp', $1::uuid, 'a@example.com', 'b@example.com', '{}', now() + interval '1 hour')`,
      upgrading.id,
    )
    expect(await deleteAbandonedUsers(server.database, 30)).toBe(0)
    for (const { id } of [fresh, signedIn, recent, withPassword, upgrading])
      expect(await exists('users', id)).toBe(true)
  })

  test('is told from who has an address, however that looks', async () => {
    const email = 'anonymous.invalid@example.com'
    const { body } = await server.call('POST', '/api/records/users', { token: adminToken, body: { email } })
    await age({ id: body.id, token: '', refreshToken: '' }, 400)
    expect(await deleteAbandonedUsers(server.database, 30)).toBe(0)
    expect(await exists('users', body.id)).toBe(true)
  })
})

describe('events', () => {
  const insert = (kind: string, days: number) =>
    run(
      `insert into plinth.security_events (kind, actor, at) values ($1, 'system', now() - make_interval(days => $2::int))`,
      kind,
      days,
    )
  const kinds = async () =>
    (await run(`select kind from plinth.security_events where kind like 'test%' order by kind`)).map(([kind]) => kind)

  test('that are old enough are deleted, by copies at the same time', async () => {
    await insert('test401', 401)
    await insert('test399', 399)
    await insert('test31', 31)
    await insert('test0', 0)
    await Promise.all([1, 2, 3].map(() => deleteOldEvents(server.database, 400)))
    expect(await kinds()).toEqual(['test0', 'test31', 'test399'])
    await deleteOldEvents(server.database, 30)
    expect(await kinds()).toEqual(['test0'])
  })

  test('that are young are deleted by nobody, whatever they say, and none is changed', async () => {
    await insert('test29', 29)
    const claim = `select set_config('plinth.sweep_before', $1, true)`
    for (const before of ['2099-01-01', 'infinity']) {
      const attempt = server.database.transaction(async (session) => {
        await session.run({ text: claim, values: [before] })
        await session.run({ text: `delete from plinth.security_events where kind = 'test29'`, values: [] })
      })
      await expect(attempt).rejects.toThrow('not old yet')
    }
    await expect(run(`delete from plinth.security_events where kind = 'test29'`)).rejects.toThrow('never changed')
    const change = server.database.transaction(async (session) => {
      await session.run({ text: claim, values: ['2099-01-01'] })
      await session.run({ text: `update plinth.security_events set kind = 'x' where kind = 'test29'`, values: [] })
    })
    await expect(change).rejects.toThrow('never changed')
    expect(await kinds()).toEqual(['test0', 'test29'])
  })
})
