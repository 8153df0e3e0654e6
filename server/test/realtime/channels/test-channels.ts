import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/access/actor.ts'
import { admin, apiKey, guest, type Members, type Schema, user } from '../../records/fixture.ts'
import type { Database } from '../../../src/database/database.ts'
import { type Carrier, type ChannelWorld, channelWorld, type Client } from './channel-fixture.ts'

const schema: Schema = {
  roles: { editor: {}, quiet: {} },
  collections: {
    rooms: {
      kind: 'table',
      fields: {
        name: { type: 'text' },
        owner: { type: 'relation', to: 'users' },
        members: { type: 'relation', to: 'users', many: true },
      },
    },
  },
  channels: {
    lobby: { permissions: { anonymous: { join: true, broadcast: true, presence: true } } },
    news: {
      replay: 3,
      permissions: { anonymous: { join: true }, editor: { broadcast: true }, authenticated: { presence: true } },
    },
    'room:{id}': {
      records: { id: 'rooms' },
      permissions: {
        authenticated: {
          join: '@user.id in @channel.id.members',
          broadcast: true,
          presence: '@channel.id.owner != null',
        },
      },
    },
    'open:{id}': {
      records: { id: 'rooms' },
      permissions: { anonymous: { join: true }, authenticated: { join: 'none(@channel.id.members, email = null)' } },
    },
    'mine:{id}': { records: { id: 'users' }, permissions: { authenticated: { join: '@channel.id = @user.id' } } },
    'text:{a}/{b}': { permissions: { anonymous: { join: "@channel.a = 'open' && @channel.b != 'x'" } } },
    young: { permissions: { authenticated: { join: '@user.created > @now - 10m' } } },
    'silent:{id}': { permissions: { anonymous: { broadcast: true, presence: true } } },
  },
}

let world: ChannelWorld
const tests: (() => void)[] = []

/** All that channels promise, whatever carries them between the copies of the server. */
export function testChannels(openCarrier: (database: Database) => Promise<Carrier>): void {
  beforeAll(async () => {
    world = await channelWorld(schema, openCarrier)
  })
  afterAll(() => world.close())
  for (const test of tests) test()
}

async function newUser(...roles: string[]): Promise<Actor & { readonly id: string }> {
  const id = randomUUID()
  await world.fixture.create('users', { id, email: `${id}@example.com`, roles })
  return { ...user(id, ...roles), id }
}

async function newRoom(...members: readonly { readonly id: string }[]): Promise<string> {
  const { id } = await world.fixture.create('rooms', {
    name: 'a room',
    owner: members[0]?.id ?? null,
    members: members.map((each) => each.id),
  })
  return id
}

const joined = async (client: Client, channel: string): Promise<Members> => client.call('join', { channel })
const leaves = (member: string) => (body: Members) => body['leaves'].some((each: Members) => each['member'] === member)

tests.push(() =>
  describe('joining', () => {
    it.each([
      ['a channel that no pattern fits', 'nowhere'],
      ['a channel in which no role may join', 'silent:1'],
      ['a name with capitals', 'Lobby'],
      ['a name that is a word of JavaScript', '__proto__'],
      ['another one', 'constructor'],
      ['a room that does not exist', `room:${randomUUID()}`],
      ['a room whose id is no id', 'room:1'],
      ['a room whose id is SQL', "room:' or true --"],
      ['a room whose id is JSON', 'room:"}]'],
      ['a name with a line end', 'lobby\n'],
      ['a text that the rule does not let in', 'text:closed/1'],
      ['a text that wants to be part of the rule', "text:open' || '1' = '1/1"],
    ])('%s is refused', async (_, channel) => {
      expect(await world.one.client(await newUser()).refusal('join', { channel })).toBe('channelNotFound')
    })

    it.each([
      ['no channel', {}],
      ['a number', { channel: 1 }],
      ['a list', { channel: ['lobby'] }],
      ['nothing', undefined],
      ['another member', { channel: 'lobby', member: randomUUID() }],
      ['too much to replay', { channel: 'news', replay: 101 }],
      ['a name without end', { channel: 'x'.repeat(256) }],
    ])('with %s is refused', async (_, body) => {
      expect(await world.one.client().refusal('join', body)).toBe('invalidBody')
    })

    it.each([
      ['text:open/1', guest],
      ["text:open/' or true", guest],
      ['text:open/ä 漢字 👍', guest],
      ['lobby', apiKey('authenticated')],
    ])('%s is allowed', async (channel, actor) => {
      expect(await joined(world.one.client(actor), channel)).toMatchObject({ channel })
    })

    it('follows relations from a record that the name names, for each user by themselves', async () => {
      const [ada, bob] = [await newUser(), await newUser()]
      const room = await newRoom(ada)
      expect(await joined(world.one.client(ada), `room:${room}`)).toMatchObject({ channel: `room:${room}` })
      expect(await world.one.client(bob).refusal('join', { channel: `room:${room}` })).toBe('channelNotFound')
      expect(await world.one.client(guest).refusal('join', { channel: `room:${room}` })).toBe('channelNotFound')
      expect(await world.one.client(apiKey('authenticated')).refusal('join', { channel: `room:${room}` })).toBe(
        'channelNotFound',
      )
      expect(await joined(world.one.client(ada), `mine:${ada.id}`)).toBeDefined()
      expect(await world.one.client(ada).refusal('join', { channel: `mine:${bob.id}` })).toBe('channelNotFound')
    })

    it('by an id in capitals is refused, for it would be a second channel of the same record', async () => {
      const ada = await newUser()
      const room = await newRoom(ada)
      expect(await world.one.client(ada).refusal('join', { channel: `room:${room.toUpperCase()}` })).toBe(
        'channelNotFound',
      )
    })

    it('is for nobody where the record that names the channel does not exist, not even for admins', async () => {
      const room = await newRoom()
      for (const actor of [guest, await newUser(), admin]) {
        expect(await joined(world.one.client(actor), `open:${room}`)).toMatchObject({ channel: `open:${room}` })
        expect(await world.one.client(actor).refusal('join', { channel: `open:${randomUUID()}` })).toBe(
          'channelNotFound',
        )
      }
    })

    it('is limited for each connection, and possible again after leaving', async () => {
      const client = world.one.client()
      for (let i = 0; i < 5; i += 1) await joined(client, `text:open/${i}`)
      expect(await client.refusal('join', { channel: 'text:open/5' })).toBe('tooManyChannels')
      expect(await joined(client, 'text:open/4')).toBeDefined()
      await client.call('leave', { channel: 'text:open/0' })
      expect(await joined(client, 'text:open/5')).toBeDefined()
    })
  }),
)

tests.push(() =>
  describe('a message', () => {
    it('reaches all other members on every copy, in the order in which its sender sent', async () => {
      const ada = await newUser()
      const sender = world.one.client(ada)
      const others = [world.one.client(), world.two.client(), world.two.client()]
      const { member } = await joined(sender, 'lobby')
      for (const other of others) await joined(other, 'lobby')
      const sent = Array.from({ length: 40 }, (_, n) =>
        sender.call('broadcast', { channel: 'lobby', event: 'e', payload: { n } }),
      )
      await Promise.all(sent)
      for (const other of others) {
        const last = await other.event('broadcast', ({ payload }) => payload.n === 39)
        expect(last).toMatchObject({ channel: 'lobby', event: 'e', user: ada.id, member, at: expect.any(String) })
        const got = other.events.filter(({ name }) => name === 'broadcast').map(({ body }) => body['payload'].n)
        expect(got).toEqual(Array.from({ length: 40 }, (_, n) => n))
      }
      expect(sender.events).toEqual([])
      for (const each of [sender, ...others]) each.close()
    })

    it('reaches its sender where that asks for it', async () => {
      const client = world.one.client()
      await joined(client, 'lobby')
      await client.call('broadcast', { channel: 'lobby', event: 'e', payload: null, echo: true })
      expect(await client.event('broadcast')).toMatchObject({ payload: null, user: null })
      client.close()
    })

    it('may follow its own join without waiting for it', async () => {
      const [one, two] = [world.one.client(), world.one.client()]
      await joined(two, 'lobby')
      const join = joined(one, 'lobby')
      await Promise.all([1, 2, 3].map((n) => one.call('broadcast', { channel: 'lobby', event: 'early', payload: n })))
      await join
      await two.event('broadcast', ({ payload }) => payload === 3)
      expect(two.events.map(({ body }) => body['payload'])).toEqual([1, 2, 3])
      one.close()
      two.close()
    })

    it('keeps what JSON can say, odd keys included', async () => {
      const [one, two] = [world.one.client(), world.two.client()]
      await joined(one, 'lobby')
      await joined(two, 'lobby')
      const payload: unknown = JSON.parse(
        '{"constructor":{"prototype":1},"":[null,1.5,"\\u0000\\ud800 </script>"],"a.b":{}}',
      )
      await one.call('broadcast', { channel: 'lobby', event: 'änderung "1"', payload })
      expect(await two.event('broadcast')).toMatchObject({ event: 'änderung "1"', payload })
      one.close()
      two.close()
    })

    it.each([
      ['to a channel that was not joined', { channel: 'lobby', event: 'e', payload: 1 }, 'notJoined'],
      ['to a channel that does not exist', { channel: 'nowhere', event: 'e', payload: 1 }, 'notJoined'],
      ['without the right', { channel: 'news', event: 'e', payload: 1 }, 'forbiddenInChannel'],
      ['without an event', { channel: 'news', payload: 1 }, 'invalidBody'],
      ['without a payload', { channel: 'news', event: 'e' }, 'invalidBody'],
      ['with an event that cannot be seen', { channel: 'news', event: '\u202e', payload: 1 }, 'invalidBody'],
      ['in the name of another user', { channel: 'news', event: 'e', payload: 1, user: randomUUID() }, 'invalidBody'],
      [
        'in the name of another member',
        { channel: 'news', event: 'e', payload: 1, member: randomUUID() },
        'invalidBody',
      ],
    ])('%s is refused', async (_, body, code) => {
      const client = world.one.client(await newUser())
      await joined(client, 'news')
      expect(await client.refusal('broadcast', body)).toBe(code)
      client.close()
    })

    it('of more than 64 KB is refused, counted in bytes', async () => {
      const client = world.one.client()
      await joined(client, 'lobby')
      const say = (payload: string) => client.refusal('broadcast', { channel: 'lobby', event: 'e', payload })
      expect(await say('x'.repeat(65_535))).toBe('payloadTooLarge')
      expect(await say('ä'.repeat(32_768))).toBe('payloadTooLarge')
      expect(await say('x'.repeat(65_534))).toContain('answered')
      client.close()
    })

    it('of an admin who only looks through the eyes of another is refused', async () => {
      const ada = await newUser()
      const client = world.one.client({ ...ada, viewedBy: randomUUID() })
      await joined(client, 'lobby')
      expect(await client.refusal('broadcast', { channel: 'lobby', event: 'e', payload: 1 })).toBe('viewOnly')
      expect(await client.refusal('presence', { channel: 'lobby', state: {} })).toBe('viewOnly')
      client.close()
    })
  }),
)

tests.push(() =>
  describe('replay', () => {
    it('gives the latest messages that are kept, oldest first, and none of them again', async () => {
      const editor = world.one.client(await newUser('editor'))
      await joined(editor, 'news')
      const say = (n: number) => editor.call('broadcast', { channel: 'news', event: 'n', payload: n })
      for (let n = 0; n < 5; n += 1) await say(n)
      const reader = world.two.client()
      const { replay } = await reader.call('join', { channel: 'news', replay: 100 })
      expect(replay.map(({ payload }: Members) => payload)).toEqual([2, 3, 4])
      await say(5)
      await reader.event('broadcast', ({ payload }) => payload === 5)
      expect(reader.events.map(({ body }) => body['payload'])).toEqual([5])
      expect((await world.one.client().call('join', { channel: 'news', replay: 2 }))['replay']).toHaveLength(2)
      expect(await world.one.client().call('join', { channel: 'lobby', replay: 2 })).toMatchObject({ replay: [] })
      editor.close()
    })

    it('and what follows leave out nothing and repeat nothing, whenever somebody joins', async () => {
      const editor = world.one.client(await newUser('editor'))
      await joined(editor, 'news')
      const say = (n: number) => editor.call('broadcast', { channel: 'news', event: 'seam', payload: n })
      const sending = (async () => {
        for (let n = 0; n < 150; n += 1) await say(n)
      })()
      const readers: { client: Client; replay: readonly number[] }[] = []
      for (let i = 0; i < 12; i += 1) {
        const client = (i % 2 === 0 ? world.one : world.two).client()
        const { replay } = await client.call('join', { channel: 'news', replay: 3 })
        readers.push({
          client,
          replay: replay.filter(({ event }: Members) => event === 'seam').map(({ payload }: Members) => payload),
        })
      }
      await sending
      await say(150)
      for (const { client, replay } of readers) {
        await client.event('broadcast', ({ event, payload }) => event === 'seam' && payload === 150)
        const live = client.events.filter(({ body }) => body['event'] === 'seam').map(({ body }) => body['payload'])
        const all = [...replay, ...live]
        const first = all[0] ?? 0
        expect(all).toEqual(Array.from({ length: 151 - first }, (_, n) => first + n))
        client.close()
      }
      editor.close()
    })
  }),
)

tests.push(() =>
  describe('presence', () => {
    it('tells everybody who comes, changes and goes, on every copy, by the user whom the server knows', async () => {
      const [ada, bob] = [await newUser(), await newUser()]
      const watcher = world.two.client(bob)
      expect(await joined(watcher, 'lobby')).toMatchObject({ present: 0, members: [] })
      const client = world.one.client(ada)
      const { member } = await joined(client, 'lobby')
      await client.call('presence', { channel: 'lobby', state: { mood: 'fine', user: bob.id } })
      const came = await watcher.event('presence', ({ joins }) => joins.length > 0)
      expect(came).toEqual({
        channel: 'lobby',
        joins: [{ member, user: ada.id, state: { mood: 'fine', user: bob.id } }],
        updates: [],
        leaves: [],
      })
      await client.call('presence', { channel: 'lobby', state: { mood: 'better' } })
      const changed = await watcher.event('presence', ({ updates }) => updates.length > 0)
      expect(changed['updates']).toEqual([{ member, user: ada.id, state: { mood: 'better' } }])
      const late = world.two.client()
      expect(await joined(late, 'lobby')).toMatchObject({
        present: 1,
        members: [{ user: ada.id, members: [{ member, state: { mood: 'better' } }] }],
      })
      client.close()
      const gone = await watcher.event('presence', leaves(member))
      expect(gone['leaves']).toEqual([{ member, user: ada.id }])
      watcher.close()
      late.close()
    })

    it('has an entry for each connection, grouped by user, and shows so many', async () => {
      const [ada, bob] = [await newUser(), await newUser()]
      const clients = [ada, bob, ada, guest].map((actor) => world.one.client(actor))
      for (const client of clients) {
        await joined(client, 'lobby')
        await client.call('presence', { channel: 'lobby', state: {} })
      }
      const { present, members } = await joined(world.two.client(), 'lobby')
      expect(present).toBe(4)
      expect(members.map((each: Members) => [each['user'], each['members'].length])).toEqual([
        [ada.id, 2],
        [bob.id, 1],
      ])
      for (const client of clients) client.close()
    })

    it.each([
      ['of a channel that was not joined', { channel: 'lobby', state: {} }, 'notJoined'],
      ['of another user', { channel: 'news', state: {}, user: randomUUID() }, 'invalidBody'],
      ['that is a list', { channel: 'news', state: [] }, 'invalidBody'],
      ['that is a text', { channel: 'news', state: 'here' }, 'invalidBody'],
      ['that is too large', { channel: 'news', state: { x: 'x'.repeat(8_192) } }, 'payloadTooLarge'],
    ])('%s is refused', async (_, body, code) => {
      const client = world.one.client(await newUser())
      await joined(client, 'news')
      expect(await client.refusal('presence', body)).toBe(code)
      client.close()
    })

    it('is neither seen nor shown without the right', async () => {
      const [shown, blind] = [world.one.client(await newUser()), world.one.client(guest)]
      expect(await joined(blind, 'news')).not.toHaveProperty('members')
      expect(await joined(shown, 'news')).toHaveProperty('members')
      await shown.call('presence', { channel: 'news', state: {} })
      await shown.event('presence')
      expect(await blind.refusal('presence', { channel: 'news', state: {} })).toBe('forbiddenInChannel')
      expect(blind.events).toEqual([])
      shown.close()
      blind.close()
    })
  }),
)

tests.push(() =>
  describe('authority', () => {
    it('ends with the record that it came from', async () => {
      const [ada, bob] = [await newUser(), await newUser()]
      const room = await newRoom(ada, bob)
      const channel = `room:${room}`
      const [one, two] = [world.one.client(ada), world.two.client(bob)]
      await joined(one, channel)
      const { member } = await joined(two, channel)
      await two.call('presence', { channel, state: {} })
      await one.event('presence')
      await world.fixture.database.run({
        text: 'delete from public."rooms.members" where target = $1::uuid',
        values: [bob.id],
      })
      world.one.channels.noteChanges(new Set(['rooms']))
      world.two.channels.noteChanges(new Set(['rooms']))
      expect(await two.event('left')).toEqual({ channel, reason: 'forbidden' })
      await one.event('presence', leaves(member))
      expect(await two.refusal('broadcast', { channel, event: 'e', payload: 1 })).toBe('notJoined')
      await one.call('broadcast', { channel, event: 'secret', payload: 1, echo: true })
      await one.event('broadcast')
      expect(two.events.filter(({ name }) => name === 'broadcast')).toEqual([])
      one.close()
    })

    it('is not asked about where other collections change', async () => {
      const ada = await newUser()
      const room = await newRoom(ada)
      const client = world.one.client(ada)
      await joined(client, `room:${room}`)
      await world.fixture.database.run({ text: 'delete from public.rooms where id = $1::uuid', values: [room] })
      world.one.channels.noteChanges(new Set(['others']))
      await client.call('broadcast', { channel: `room:${room}`, event: 'e', payload: 1 })
      world.one.channels.noteAllChanged()
      expect(await client.event('left')).toMatchObject({ reason: 'forbidden' })
    })

    it('that depends on the time ends with it, without anybody writing', async () => {
      const ada = await newUser()
      const client = world.one.client(ada)
      await joined(client, 'young')
      // As if ten minutes were over; nobody is told of this change.
      await world.fixture.database.run({
        text: `update public.users set created = created - interval '10 minutes' where id = $1::uuid`,
        values: [ada.id],
      })
      expect(await client.event('left')).toEqual({ channel: 'young', reason: 'forbidden' })
    })

    it('goes with the roles', async () => {
      const ada = await newUser('editor')
      const client = world.one.client(ada)
      await joined(client, 'news')
      await client.call('broadcast', { channel: 'news', event: 'e', payload: 1 })
      client.become(user(ada.id))
      await expect
        .poll(() => client.refusal('broadcast', { channel: 'news', event: 'e', payload: 1 }), { timeout: 20_000 })
        .toBe('forbiddenInChannel')
      client.close()
    })

    it('of a user ends with their sign-in: whoever it is then joins by themselves', async () => {
      const ada = await newUser()
      const [client, watcher] = [world.one.client(ada), world.two.client(await newUser())]
      await joined(watcher, 'news')
      const { member } = await joined(client, 'news')
      await client.call('presence', { channel: 'news', state: {} })
      await watcher.event('presence')
      client.become(guest)
      expect(await client.event('rejoin')).toEqual({ channel: 'news', reason: 'signedIn', afterMs: 0 })
      await watcher.event('presence', leaves(member))
      expect(await client.refusal('broadcast', { channel: 'news', event: 'e', payload: 1 })).toBe('notJoined')
      watcher.close()
    })

    it('follows the schema on every copy', async () => {
      const [one, two] = [world.one.client(), world.two.client()]
      await joined(one, 'text:open/s')
      await joined(two, 'text:open/s')
      const { 'text:{a}/{b}': _, ...others } = schema.channels ?? {}
      await world.fixture.become({ ...schema, channels: others })
      expect(await one.event('left')).toEqual({ channel: 'text:open/s', reason: 'forbidden' })
      expect(await two.event('left')).toEqual({ channel: 'text:open/s', reason: 'forbidden' })
      await world.fixture.become(schema)
    })

    it('begins with the schema: a channel that was just made can be joined on every copy', async () => {
      for (const name of ['fresh1', 'fresh2', 'fresh3']) {
        await world.fixture.become({
          ...schema,
          channels: { ...schema.channels, [name]: { permissions: { anonymous: { join: true } } } },
        })
        expect(await joined(world.two.client(), name)).toMatchObject({ channel: name })
      }
      await world.fixture.become(schema)
    })
  }),
)

tests.push(() =>
  describe('what goes wrong', () => {
    it('a member that takes its events too slowly is told to join again', async () => {
      const [slow, sender] = [world.one.client(await newUser()), world.one.client()]
      const { member } = await joined(slow, 'lobby')
      await joined(sender, 'lobby')
      await slow.call('presence', { channel: 'lobby', state: {} })
      await sender.event('presence')
      slow.stall()
      await sender.call('broadcast', { channel: 'lobby', event: 'e', payload: 1 })
      expect(await slow.event('rejoin')).toEqual({ channel: 'lobby', reason: 'slow', afterMs: 0 })
      await sender.event('presence', leaves(member))
      expect(await slow.refusal('broadcast', { channel: 'lobby', event: 'e', payload: 1 })).toBe('notJoined')
      sender.close()
    })

    it('a copy that is not seen any more is gone with its members, and tells them to join again when it comes back', async () => {
      const [here, there] = [world.one.client(), world.two.client()]
      await joined(here, 'lobby')
      const { member } = await joined(there, 'lobby')
      await there.call('presence', { channel: 'lobby', state: {} })
      await here.event('presence')
      // As if its process had been held up, and another copy had noticed.
      await world.carrier.loseCopyOf(member)
      await here.event('presence', leaves(member))
      expect(await there.event('rejoin')).toEqual({ channel: 'lobby', reason: 'missed', afterMs: expect.any(Number) })
      expect(await joined(there, 'lobby')).toMatchObject({ present: 0 })
      here.close()
      there.close()
    })

    it('a crash of what carries them, which forgets everything, tells everybody to join again', async () => {
      const clients = [world.one.client(), world.two.client()]
      for (const client of clients) await joined(client, 'lobby')
      await world.carrier.loseEverything()
      for (const client of clients) expect(await client.event('rejoin')).toMatchObject({ reason: 'missed' })
      const [one, two] = clients
      if (one === undefined || two === undefined) throw new Error('there are two')
      await joined(one, 'lobby')
      await joined(two, 'lobby')
      await one.call('broadcast', { channel: 'lobby', event: 'after', payload: 1 })
      await two.event('broadcast', ({ event }) => event === 'after')
      one.close()
      two.close()
    })
  }),
)
