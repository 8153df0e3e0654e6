import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connect as connectTcp } from 'node:net'
import { type Client, connectClient } from './client.ts'
import { admin, eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
const open: Client[] = []
const connect = async (...args: Parameters<typeof connectClient>): Promise<Client> => {
  const client = await connectClient(...args)
  open.push(client)
  return client
}
const notes = {
  kind: 'table',
  fields: { title: { type: 'text' }, data: { type: 'json' }, owner: { type: 'relation', to: 'users' } },
  permissions: { anonymous: { read: "title ~ 'open'" }, authenticated: { read: 'owner = @user.id' } },
}

beforeAll(async () => {
  world = await openRealtimeWorld(
    { collections: { notes } },
    { PLINTH_REALTIME_SUBSCRIPTIONS: '3', PLINTH_REALTIME_MESSAGES: '20' },
  )
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
afterAll(() => world.stop())

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it was not refused',
    (error: Error & { data?: { code: string }; description?: unknown }) => error.data?.code ?? error.message,
  )

describe('a handshake', () => {
  it('takes an access token, an API key, or nobody', async () => {
    const ann = await world.user('ann')
    const { body: key } = await world.call('POST', '/api/admin/keys', {
      body: { name: 'k', roles: [] },
      token: world.adminToken,
    })
    for (const token of [ann.token, key.key, undefined]) {
      const client = await connect(world.url, token)
      expect(await client.ask('subscribe', { collection: 'notes' })).toMatchObject({ subscription: '1' })
    }
  })

  it('works by polling, too', async () => {
    const client = await connect(world.url, world.adminToken, { transports: ['polling'] })
    const { subscription } = await client.ask('subscribe', { collection: 'notes' })
    await world.create('notes', { title: 'by polling' })
    await eventually(() => client.events(subscription)).toHaveLength(1)
  })

  it.each([
    ['a token that is not valid', { auth: { token: 'x.y.z' } }, 'invalidToken'],
    ['a token that is no text', { auth: { token: { a: 1 } } }, 'invalidToken'],
    ['a page of another origin', { extraHeaders: { Origin: 'https://evil.example' } }, 'websocket error'],
    ['a token in the address', { query: { token: 'secret' } }, 'websocket error'],
  ])('refuses %s', async (_, options, code) => {
    expect(await refusal(connect(world.url, undefined, options))).toBe(code)
  })

  it('takes a cookie from a page of its own alone', async () => {
    const signedIn = await fetch(`${world.url}/api/auth/sign-in`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: world.url },
      body: JSON.stringify({ ...admin, session: 'cookie' }),
    })
    const cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    const own = await connect(world.url, undefined, { extraHeaders: { Cookie: cookie, Origin: world.url } })
    await world.create('notes', { title: 'mine' })
    const { list } = await own.ask('subscribe', { collection: 'notes', list: {} })
    expect(list.items.length).toBeGreaterThan(0)
    expect(await refusal(connect(world.url, undefined, { extraHeaders: { Cookie: cookie } }))).toBe('crossSite')
    const crossSite = { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site', Origin: world.url }
    expect(await refusal(connect(world.url, undefined, { extraHeaders: crossSite }))).toBe('crossSite')
  })
})

describe('a connection', () => {
  it('can sign in as somebody else, and out', async () => {
    const bob = await world.user('bob')
    const client = await connect(world.url)
    const { subscription } = await client.ask('subscribe', { collection: 'notes' })
    expect(await client.ask('authenticate', { token: bob.token })).toMatchObject({ kind: 'user', id: bob.id })
    expect(client.resyncs).toEqual([{ subscription, reason: 'access' }])
    const own = await client.ask('subscribe', { collection: 'notes', list: {} })
    expect(own.list.items).toEqual([])
    expect(await client.ask('authenticate', { token: 'plk_wrong' })).toMatchObject({ error: { code: 'invalidToken' } })
    await world.create('notes', { title: 'for bob', owner: bob.id })
    await eventually(() => client.events(own.subscription)).toHaveLength(1)
    expect(await client.ask('authenticate', {})).toMatchObject({ kind: 'anonymous' })
    expect(client.resyncs).toHaveLength(2)
  })

  it('goes on undisturbed when the same user signs in with a new token', async () => {
    const eve = await world.user('eve')
    const client = await connect(world.url, eve.token)
    const { subscription } = await client.ask('subscribe', { collection: 'notes' })
    const again = await world.signIn('eve')
    await client.ask('authenticate', { token: again.token })
    await world.create('notes', { owner: eve.id })
    await eventually(() => client.events(subscription)).toHaveLength(1)
    expect(client.resyncs).toEqual([])
  })

  it.each([
    ['an unknown message', 'subscripe', {}, { status: 404, code: 'unknownMessage' }],
    ['no body', 'subscribe', undefined, { status: 400, code: 'invalidBody', errors: [{ path: '/collection' }] }],
    ['a body that is no object', 'subscribe', [1], { status: 400, code: 'invalidBody' }],
    ['an unknown member', 'subscribe', { collection: 'notes', filtre: '' }, { code: 'invalidBody' }],
    ['text that cannot be stored', 'subscribe', { collection: 'notes', filter: "title = '\0'" }, { status: 400 }],
    ['an unknown collection', 'subscribe', { collection: 'note' }, { code: 'collectionNotFound' }],
    ['a filter with a fault', 'subscribe', { collection: 'notes', filter: 'titel = 1' }, { code: 'invalidExpression' }],
    ['a cursor that was made up', 'subscribe', { collection: 'notes', cursor: 'abc' }, { code: 'invalidCursor' }],
    ['a cursor and a list', 'subscribe', { collection: 'notes', cursor: 'a.b', list: {} }, { code: 'badRequest' }],
    ['a record that is none', 'subscribe', { collection: 'notes', record: 'x' }, { code: 'recordNotFound' }],
    ['a faulty sort', 'subscribe', { collection: 'notes', list: { sort: 'nope' } }, { code: 'invalidParameter' }],
  ])('is told what is wrong with %s', async (_, name, body, error) => {
    const client = await connect(world.url)
    expect(await client.ask(name, body)).toMatchObject({ error })
  })

  it('has so many subscriptions and no more', async () => {
    const client = await connect(world.url)
    const wish = { collection: 'notes' }
    const { subscription } = await client.ask('subscribe', wish)
    await client.ask('subscribe', wish)
    await client.ask('subscribe', wish)
    expect(await client.ask('subscribe', wish)).toMatchObject({ error: { code: 'tooManySubscriptions', status: 429 } })
    await client.ask('unsubscribe', { subscription })
    expect(await client.ask('subscribe', wish)).toMatchObject({ subscription: '4' })
  })

  it('may send so many messages and no more', async () => {
    const client = await connect(world.url)
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => client.ask('unsubscribe', { subscription: 'x' })),
    )
    const codes = answers.map(({ error }) => error.code)
    expect(codes).toContain('subscriptionNotFound')
    expect(codes).toContain('tooManyRequests')
  })

  it('is cut when a message is larger than it may be', async () => {
    const client = await connect(world.url)
    client.socket.emit('subscribe', { collection: 'x'.repeat(2_000_000) })
    await eventually(() => client.socket.connected).toBe(false)
  })

  it('that takes nothing is told to resync, and holds up nobody', async () => {
    const wish = { collection: 'notes', filter: "title ~ 'flood'" }
    const quick = await connect(world.url, world.adminToken)
    const { subscription } = await quick.ask('subscribe', wish)
    // A client that stops reading: the kernel's buffers fill, and then ours.
    const slow = await connect(world.url, world.adminToken)
    await slow.ask('subscribe', wish)
    const raw = rawSocketOf(slow)
    raw.pause()
    const count = 2_000
    await world.run(
      `insert into public.notes (id, title, data, created, updated)
       select plinth.uuid_v7(), 'flood', (select to_jsonb(string_agg(md5((n * m)::text), '')) from generate_series(1, 300) m), now(), now()
       from generate_series(1, ${count}) n`,
    )
    await eventually(() => quick.events(subscription).length).toBe(count)
    expect(await world.metric('plinth_realtime_waiting_bytes')).toBeLessThan(3_000_000)
    raw.resume()
    await eventually(() => slow.resyncs).toMatchObject([{ reason: 'slow' }])
    // What came before was whole, and nothing came after.
    expect(slow.events('1').length).toBeLessThan(count)
  })
})

/** The TCP connection below socket.io's client. */
function rawSocketOf({ socket }: Client): ReturnType<typeof connectTcp> {
  // The client's own types do not show what is below its transport.
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket: ReturnType<typeof connectTcp> } } }
  return engine.transport.ws._socket
}

describe('a server that stops', () => {
  it('tells its clients when to come again', async () => {
    const other = await openRealtimeWorld({ collections: { notes } })
    const client = await connect(other.url)
    await other.stop()
    expect(client.farewells).toEqual([{ afterMs: expect.any(Number) }])
    await eventually(() => client.socket.connected).toBe(false)
  })
})
