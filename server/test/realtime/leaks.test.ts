import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client, SentEvent } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld, type WorldUser } from './realtime-world.ts'

/**
 * Every kind of rule, and every way in which what may be seen can change. `secret` is a marker that nobody but admins may
 * ever be sent.
 */
let world: RealtimeWorld
let ann: WorldUser
let bob: WorldUser
let friend: string
let foe: string
let sentinel: Client

interface RuleKind {
  readonly read: unknown
  /** Values with which a record is visible to ann, and values with which it is not. */
  readonly seen: () => object
  readonly unseen: () => object
}

const kinds: Readonly<Record<string, RuleKind>> = {
  constant: { read: 'flag = true', seen: () => ({ flag: true }), unseen: () => ({ flag: false }) },
  owner: { read: 'owner = @user.id', seen: () => ({ owner: ann.id }), unseen: () => ({ owner: bob.id }) },
  not_owner: { read: 'owner != @user.id', seen: () => ({ owner: bob.id }), unseen: () => ({ owner: ann.id }) },
  user_field: { read: 'place = @user.place', seen: () => ({ place: 'here' }), unseen: () => ({ place: 'there' }) },
  role: {
    read: "'clerk' in @user.roles && flag = true",
    seen: () => ({ flag: true }),
    unseen: () => ({ flag: false }),
  },
  text: {
    read: "lower(title) ~ 'yes' && length(title) > 3",
    seen: () => ({ title: 'a YES' }),
    unseen: () => ({ title: 'no' }),
  },
  number: { read: 'price + 1 > 10.5', seen: () => ({ price: '9.51' }), unseen: () => ({ price: '9.50' }) },
  time: {
    read: 'due < @now',
    seen: () => ({ due: '2001-01-01T00:00:00Z' }),
    unseen: () => ({ due: '2999-01-01T00:00:00Z' }),
  },
  hop: { read: 'parent.flag = true', seen: () => ({ parent: friend }), unseen: () => ({ parent: foe }) },
  quantifier: {
    read: 'any(parents, flag = true)',
    seen: () => ({ parents: [friend] }),
    unseen: () => ({ parents: [foe] }),
  },
  user_hop: {
    read: 'parent.owner = @user.id',
    seen: () => ({ parent: friend }),
    unseen: () => ({ parent: foe }),
  },
}

const fields = {
  title: { type: 'text' },
  place: { type: 'text' },
  secret: { type: 'text' },
  flag: { type: 'boolean' },
  price: { type: 'decimal' },
  due: { type: 'datetime' },
  owner: { type: 'relation', to: 'users' },
  parent: { type: 'relation', to: 'parents' },
  parents: { type: 'relation', to: 'parents', many: true },
}

const schemaWith = (changed: Readonly<Record<string, object>> = {}) => ({
  roles: { clerk: { inherits: ['authenticated'] } },
  collections: {
    users: { kind: 'table', fields: { place: { type: 'text' } } },
    parents: { kind: 'table', fields: { flag: { type: 'boolean' }, owner: { type: 'relation', to: 'users' } } },
    shown: {
      kind: 'table',
      fields,
      permissions: { authenticated: { read: true, hide: ['secret'], readIf: { title: 'owner = @user.id' } } },
    },
    by_role: { kind: 'table', fields, permissions: { clerk: { read: true, hide: ['secret'] } } },
    ...Object.fromEntries(
      Object.entries(kinds).map(([name, { read }]) => [
        name,
        { kind: 'table', fields, permissions: { authenticated: { read, hide: ['secret'] } } },
      ]),
    ),
    ...changed,
  },
})

beforeAll(async () => {
  world = await openRealtimeWorld(schemaWith())
  ann = await world.user('ann', ['clerk'])
  bob = await world.user('bob')
  await world.run("update public.users set place = 'here' where id = $1::uuid", ann.id)
  friend = await world.create('parents', { flag: true, owner: ann.id })
  foe = await world.create('parents', { flag: false, owner: bob.id })
  sentinel = await world.connect({ admin: true })
  await sentinel.ask('subscribe', { collection: 'parents' })
})
const open: Client[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})
afterAll(() => {
  sentinel.close()
  return world.stop()
})

async function watch(collection: string, who: WorldUser = ann, more: object = {}) {
  const client = await world.connect({ token: who.token })
  open.push(client)
  const answer = await client.ask('subscribe', { collection, ...more })
  return { client, ...answer }
}

/** Waits until everything before has been delivered, whether or not it meant anything to anybody. */
async function settle(): Promise<void> {
  const id = await world.create('parents', {})
  await eventually(() => sentinel.events('1').some((event) => event.id === id)).toBe(true)
}

const marker = 'top secret'
const inShort = (events: readonly SentEvent[]) => events.map(({ type }) => type)

const transitions: readonly (readonly ['seen' | 'unseen', 'seen' | 'unseen', readonly string[]])[] = [
  ['unseen', 'unseen', []],
  ['seen', 'unseen', ['create', 'leave']],
  ['unseen', 'seen', ['enter', 'delete']],
  ['seen', 'seen', ['create', 'update', 'delete']],
]

describe.each(Object.entries(kinds))('a rule of the kind "%s"', (name: string, kind: RuleKind) => {
  it('shows each way into and out of what may be seen, and hidden records in no way', async () => {
    const { client, subscription } = await watch(name)
    const made: { readonly id: string; readonly after: 'seen' | 'unseen'; readonly expected: readonly string[] }[] = []
    for (const [before, after, expected] of transitions) {
      made.push({ id: await world.create(name, { ...kind[before](), secret: marker }), after, expected })
    }
    await settle()
    for (const { id, after } of made) await world.update(name, id, { ...kind[after](), secret: `${marker}!` })
    await settle()
    for (const { id } of made) await world.remove(name, id)
    await settle()
    const events: readonly SentEvent[] = client.events(subscription)
    for (const { id, expected } of made) {
      expect(events.filter((event) => event.id === id).map(({ type }) => type)).toEqual(expected)
    }
    const bare = events.filter(({ type }) => type === 'leave' || type === 'delete')
    for (const event of bare) expect(Object.keys(event).toSorted()).toEqual(['id', 'type'])
    expect(JSON.stringify(client.batches)).not.toContain(marker)
  })

  it('shows nothing after the sign-in has ended', async () => {
    const { client, subscription } = await watch(name)
    await world.call('POST', '/api/auth/sign-out', { token: ann.token })
    await eventually(() => client.actors).toMatchObject([{ kind: 'anonymous', reason: 'ended' }])
    expect(client.resyncs).toEqual([{ subscription, reason: 'access' }])
    ann = await world.signIn('ann')
    await world.create(name, kind.seen())
    await settle()
    expect(client.events(subscription)).toEqual([])
  })
})

describe('a field', () => {
  it('is shown on the records on which its rule shows it, and is absent from the others', async () => {
    const { client, subscription } = await watch('shown')
    const id = await world.create('shown', { title: 'hers', owner: ann.id })
    await world.update('shown', id, { owner: bob.id, title: 'his' })
    await eventually(() => client.events(subscription)).toHaveLength(2)
    const [hers, his] = client.events(subscription)
    expect(hers?.record).toMatchObject({ title: 'hers' })
    expect(his?.record).not.toHaveProperty('title')
    expect(JSON.stringify(client.batches)).not.toContain('his"')
  })

  it('tells nothing by a change that cannot be seen', async () => {
    const { client, subscription } = await watch('shown')
    const id = await world.create('shown', { owner: bob.id, title: 'x' })
    await world.run("update public.shown set secret = 'y', title = 'z' where id = $1::uuid", id)
    await settle()
    expect(inShort(client.events(subscription))).toEqual(['create'])
  })

  it('cannot be filtered by when it is hidden, and counts as null where its rule hides it', async () => {
    const { client } = await watch('shown')
    const refused = await client.ask('subscribe', { collection: 'shown', filter: "secret ~ 'a'" })
    expect(refused.error).toMatchObject({ code: 'invalidExpression', status: 400 })
    expect(await client.ask('subscribe', { collection: 'shown', select: 'secret' })).toMatchObject({
      error: { code: 'invalidParameter' },
    })
    const { subscription } = await client.ask('subscribe', { collection: 'shown', filter: "title = 'guess'" })
    await world.create('shown', { owner: bob.id, title: 'guess' })
    const own = await world.create('shown', { owner: ann.id, title: 'guess' })
    await world.update('shown', own, { owner: bob.id })
    await settle()
    expect(client.events(subscription)).toMatchObject([
      { type: 'create', id: own },
      { type: 'leave', id: own },
    ])
  })
})

describe('what somebody may do', () => {
  it('is taken away between a write and its delivery by losing a role', async () => {
    const { client, subscription } = await watch('by_role')
    await world.run(
      `with lost as (update public.users set roles = '{}' where id = $1::uuid)
      insert into public.by_role (id, title, created, updated) values (plinth.uuid_v7(), 'late', now(), now())`,
      ann.id,
    )
    await eventually(() => client.resyncs).toEqual([{ subscription, reason: 'access' }])
    await settle()
    expect(client.events(subscription)).toEqual([])
    expect(client.actors).toMatchObject([{ reason: 'changed', roles: ['authenticated'] }])
    expect(await client.ask('subscribe', { collection: 'by_role' })).toMatchObject({
      error: { code: 'collectionNotFound' },
    })
    await world.run("update public.users set roles = '{clerk}' where id = $1::uuid", ann.id)
    await eventually(() => client.actors.length).toBe(2)
    expect(await client.ask('subscribe', { collection: 'by_role' })).toMatchObject({ subscription: expect.any(String) })
  })

  it('changes with the record of the user, where a rule asks about it', async () => {
    const { client, subscription } = await watch('user_field')
    await world.run("update public.users set place = 'there' where id = $1::uuid", ann.id)
    await world.create('user_field', { place: 'here' })
    await eventually(() => client.resyncs).toEqual([{ subscription, reason: 'access' }])
    await settle()
    expect(client.events(subscription)).toEqual([])
    await world.run("update public.users set place = 'here' where id = $1::uuid", ann.id)
  })

  it('ends with a user who is blocked, and with an API key that is revoked', async () => {
    const eve = await world.user('eve')
    const { client, subscription } = await watch('constant', eve)
    const { body: key } = await world.call('POST', '/api/admin/keys', {
      body: { name: 'k', roles: ['clerk'] },
      token: world.adminToken,
    })
    const byKey = await watch('by_role', { id: key.id, token: key.key })
    await world.call('PUT', `/api/admin/users/${eve.id}/block`, { body: {}, token: world.adminToken })
    await world.call('DELETE', `/api/admin/keys/${key.id}`, { token: world.adminToken })
    await eventually(() => client.resyncs).toEqual([{ subscription, reason: 'access' }])
    await eventually(() => byKey.client.resyncs).toHaveLength(1)
    expect(byKey.client.actors).toMatchObject([{ kind: 'anonymous', reason: 'ended' }])
  })

  it('follows a changed rule, and is not disturbed by changes elsewhere', async () => {
    const one = await watch('constant')
    const other = await watch('owner')
    const permissions = { authenticated: { read: false } }
    await world.apply(schemaWith({ constant: { kind: 'table', fields, permissions } }))
    await world.create('constant', { flag: true, secret: marker })
    const id = await world.create('owner', { owner: ann.id })
    await eventually(() => one.client.resyncs).toEqual([{ subscription: one.subscription, reason: 'access' }])
    await eventually(() => other.client.events(other.subscription)).toMatchObject([{ type: 'create', id }])
    expect(one.client.events(one.subscription)).toEqual([])
    expect(other.client.resyncs).toEqual([])
    await world.apply(schemaWith())
  })

  it('makes a cursor of another user, or of the same user with other rights, worthless', async () => {
    const first = await watch('by_role')
    await world.create('by_role', { title: marker })
    const byBob = await world.connect({ token: bob.token })
    open.push(byBob)
    expect(await byBob.ask('subscribe', { collection: 'by_role', cursor: first.cursor })).toMatchObject({
      error: { code: 'collectionNotFound' },
    })
    const own = await watch('owner')
    expect(await byBob.ask('subscribe', { collection: 'owner', cursor: own.cursor })).toMatchObject({
      error: { code: 'resyncRequired', status: 410 },
    })
    expect(await byBob.ask('subscribe', { collection: 'owner', cursor: `${own.cursor}x` })).toMatchObject({
      error: { code: 'resyncRequired' },
    })
    expect(await byBob.ask('subscribe', { collection: 'owner', cursor: `x${own.cursor}` })).toMatchObject({
      error: { code: 'invalidCursor' },
    })
  })
})
