import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SignedInUser, startTwoCopies, type TwoCopies } from '../../auth/two-copies.ts'
import { type Client, connectClient } from '../client.ts'

const schema = {
  roles: { speaker: {} },
  collections: {
    rooms: { fields: { members: { type: 'relation', to: 'users', many: true } } },
  },
  channels: {
    stage: {
      permissions: { authenticated: { join: true, presence: true }, speaker: { broadcast: true } },
    },
    'room:{room}': {
      records: { room: 'rooms' },
      permissions: { authenticated: { join: '@user.id in @channel.room.members', broadcast: true, presence: true } },
    },
  },
}

// Tests look into whatever came.
type Told = ReturnType<typeof JSON.parse>

let copies: TwoCopies
let version = 1
const open: Client[] = []

beforeAll(async () => {
  copies = await startTwoCopies({ PLINTH_REALTIME_MESSAGES: '1000' })
  await apply(schema)
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
afterAll(() => copies.stop())

async function apply(wanted: object): Promise<void> {
  const { body } = await copies.server.call('POST', '/api/schema/apply', {
    token: copies.adminToken,
    body: { schema: wanted, base: version },
  })
  expect(body).toMatchObject({ version: expect.any(Number) })
  version = body.version
}

interface Member {
  readonly client: Client
  readonly told: (name: string) => readonly Told[]
}

/** Connects to a copy and joins; keeps all that it is told. */
async function join(user: SignedInUser, channel: string, url = copies.server.url): Promise<Member> {
  const client = await connectClient(url, user.accessToken)
  open.push(client)
  const events: { name: string; body: Told }[] = []
  client.socket.onAny((name: string, body: Told) => events.push({ name, body }))
  expect(await client.ask('join', { channel })).toMatchObject({ channel })
  return { client, told: (name) => events.filter((each) => each.name === name).map(({ body }) => body) }
}

/** Generous, for machines that do much else at the same time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

const asAdmin = (method: string, path: string, body?: object) =>
  copies.server.call(method, path, { token: copies.adminToken, body })

describe('channels over sockets', () => {
  it('messages and presence reach the members of both copies', async () => {
    const [ada, bob] = [await copies.user('ada1', ['speaker']), await copies.user('bob1')]
    const one = await join(ada, 'stage')
    const two = await join(bob, 'stage', copies.otherUrl)
    expect(await one.client.ask('presence', { channel: 'stage', state: { hand: true } })).toEqual({ channel: 'stage' })
    for (let n = 0; n < 20; n += 1) one.client.socket.emit('broadcast', { channel: 'stage', event: 'n', payload: n })
    await eventually(() => two.told('broadcast').map(({ payload }) => payload)).toEqual([...Array(20).keys()])
    await eventually(() => two.told('presence')[0]?.joins[0]).toMatchObject({ user: ada.id, state: { hand: true } })
    one.client.close()
    await eventually(() => two.told('presence').at(-1)?.leaves[0]).toMatchObject({ user: ada.id })
  })

  it('a payload of 64 KB arrives, and one byte more is refused without ending the connection', async () => {
    const ada = await copies.user('ada2', ['speaker'])
    const [one, two] = [await join(ada, 'stage'), await join(ada, 'stage', copies.otherUrl)]
    const say = (length: number) =>
      one.client.ask('broadcast', { channel: 'stage', event: 'e', payload: 'x'.repeat(length - 2) })
    expect(await say(65_536)).toEqual({ channel: 'stage' })
    expect(await say(65_537)).toMatchObject({ error: { code: 'payloadTooLarge' } })
    await eventually(() => two.told('broadcast')[0]?.payload.length).toBe(65_534)
  })

  it.each([
    ['a name with capitals', 'join', { channel: 'Stage' }, 'channelNotFound'],
    ['a name that is a word of JavaScript', 'join', { channel: '__proto__' }, 'channelNotFound'],
    ['no body', 'join', undefined, 'invalidBody'],
    [
      'a key of prototypes',
      'broadcast',
      '{ "channel": "stage", "event": "e", "payload": { "__proto__": 1 } }',
      'invalidBody',
    ],
    [
      'a payload too deep',
      'broadcast',
      `{ "channel": "stage", "event": "e", "payload": ${'['.repeat(100)}${']'.repeat(100)} }`,
      'invalidBody',
    ],
    ['the user of another', 'presence', { channel: 'stage', state: {}, user: 'x' }, 'invalidBody'],
    ['a channel that was not joined', 'broadcast', { channel: 'room:1', event: 'e', payload: 1 }, 'notJoined'],
    ['a right that it has not', 'broadcast', { channel: 'stage', event: 'e', payload: 1 }, 'forbiddenInChannel'],
  ])('%s is refused', async (what, name, body, code) => {
    const user = await copies.user(`refused${what.replaceAll(' ', '')}`)
    const { client } = await join(user, 'stage')
    expect(await client.ask(name, typeof body === 'string' ? JSON.parse(body) : body)).toMatchObject({
      error: { code },
    })
    expect(await client.ask('leave', { channel: 'stage' })).toEqual({ channel: 'stage' })
  })
})

describe('a client that takes nothing', () => {
  it('is told to join again, is present no more, and holds up nobody', async () => {
    const [ada, bob] = [await copies.user('ada8', ['speaker']), await copies.user('bob8')]
    const [sender, quick, slow] = [await join(ada, 'stage'), await join(bob, 'stage'), await join(bob, 'stage')]
    await slow.client.ask('presence', { channel: 'stage', state: {} })
    await eventually(() => quick.told('presence')).toHaveLength(1)
    // The kernel's buffers fill, and then ours.
    const raw = rawSocketOf(slow.client)
    raw.pause()
    const payload = 'x'.repeat(65_000)
    for (let n = 0; n < 250; n += 1) await sender.client.ask('broadcast', { channel: 'stage', event: `n${n}`, payload })
    await eventually(() => quick.told('broadcast').length).toBe(250)
    await eventually(() => quick.told('presence').at(-1)?.leaves[0]).toMatchObject({ user: bob.id })
    raw.resume()
    await eventually(() => slow.told('rejoin')).toEqual([{ channel: 'stage', reason: 'slow', afterMs: 0 }])
    // What it got was whole, from the start on, and nothing came after.
    const got = slow.told('broadcast').map(({ event }) => event)
    expect(got).toEqual([...got.keys()].map((n) => `n${n}`))
    expect(got.length).toBeLessThan(250)
  })
})

/** The TCP connection below socket.io's client. */
function rawSocketOf({ socket }: Client): Socket {
  // The client's own types do not show what is below its transport.
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket: Socket } } }
  return engine.transport.ws._socket
}

describe('authority over sockets', () => {
  const forbidden = { channel: 'stage', reason: 'forbidden' }

  it('ends at once with a role, on both copies', async () => {
    const ada = await copies.user('ada3', ['speaker'])
    const { client } = await join(ada, 'stage', copies.otherUrl)
    const say = () => client.ask('broadcast', { channel: 'stage', event: 'e', payload: 1 })
    expect(await say()).toEqual({ channel: 'stage' })
    await asAdmin('PATCH', `/api/records/users/${ada.id}`, { roles: [] })
    await eventually(say).toMatchObject({ error: { code: 'forbiddenInChannel' } })
  })

  it('ends with the sign-in', async () => {
    const [ada, bob] = [await copies.user('ada4'), await copies.user('bob4')]
    const gone = await join(ada, 'stage', copies.otherUrl)
    const watcher = await join(bob, 'stage')
    await gone.client.ask('presence', { channel: 'stage', state: {} })
    await eventually(() => watcher.told('presence')).toHaveLength(1)
    await copies.server.call('POST', '/api/auth/sign-out', { token: ada.accessToken })
    await eventually(() => gone.told('rejoin')).toEqual([{ channel: 'stage', reason: 'signedIn', afterMs: 0 }])
    await eventually(() => watcher.told('presence').at(-1)?.leaves[0]).toMatchObject({ user: ada.id })
    expect(await gone.client.ask('join', { channel: 'stage' })).toMatchObject({ error: { code: 'channelNotFound' } })
  })

  it('ends when somebody is blocked', async () => {
    const ada = await copies.user('ada5')
    const { client, told } = await join(ada, 'stage')
    await asAdmin('PUT', `/api/admin/users/${ada.id}/block`, { reason: 'spam' })
    await eventually(() => told('rejoin')).toHaveLength(1)
    expect(await client.ask('join', { channel: 'stage' })).toMatchObject({ error: { code: 'channelNotFound' } })
  })

  it('ends with a link that the rule looks at, on both copies', async () => {
    const [ada, bob] = [await copies.user('ada6'), await copies.user('bob6')]
    const { body } = await asAdmin('POST', '/api/records/rooms', { members: [ada.id, bob.id] })
    const channel = `room:${body.id}`
    const [one, two] = [await join(ada, channel), await join(bob, channel, copies.otherUrl)]
    await asAdmin('PATCH', `/api/records/rooms/${body.id}`, { members: [ada.id] })
    await eventually(() => two.told('left')).toEqual([{ channel, reason: 'forbidden' }])
    expect(one.told('left')).toEqual([])
    await asAdmin('DELETE', `/api/records/rooms/${body.id}`)
    await eventually(() => one.told('left')).toEqual([{ channel, reason: 'forbidden' }])
  })

  it('ends with the schema, on both copies', async () => {
    const ada = await copies.user('ada7')
    const [one, two] = [await join(ada, 'stage'), await join(ada, 'stage', copies.otherUrl)]
    await apply({ ...schema, channels: {} })
    await eventually(() => one.told('left')).toEqual([forbidden])
    await eventually(() => two.told('left')).toEqual([forbidden])
    await apply(schema)
    expect(await one.client.ask('join', { channel: 'stage' })).toMatchObject({ channel: 'stage' })
  })
})
