import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld, type WorldUser } from '../realtime-world.ts'
import { goLive, type LiveList } from './live-list.ts'

let world: RealtimeWorld
let ann: WorldUser
let bob: WorldUser
const open: Client[] = []
/** Nobody but admins may ever be sent this. */
const marker = 'top secret'
const sent: string[] = []

const text = { type: 'text' }
const table = (permissions: object) => ({
  kind: 'table',
  fields: {
    title: text,
    secret: text,
    flag: { type: 'boolean' },
    owner: { type: 'relation', to: 'users' },
    parent: { type: 'relation', to: 'parents' },
  },
  permissions,
})
const ruled = (read: unknown, more: object = {}) => table({ authenticated: { read, hide: ['secret'], ...more } })
const schemaWith = (changed: object = {}) => ({
  roles: { clerk: { inherits: ['authenticated'] } },
  collections: {
    users: { kind: 'table', fields: { place: text } },
    parents: { kind: 'table', fields: { flag: { type: 'boolean' } } },
    flagged: ruled('flag = true'),
    owned: ruled('owner = @user.id'),
    by_parent: ruled('parent.flag = true'),
    by_place: ruled('title = @user.place'),
    by_role: table({ clerk: { read: true, hide: ['secret'] } }),
    partly: ruled(true, { readIf: { title: 'owner = @user.id' } }),
    ...changed,
  },
})

beforeAll(async () => {
  world = await openRealtimeWorld(schemaWith())
  ann = await world.user('ann', ['clerk'])
  bob = await world.user('bob')
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
  expect(sent.join('\n')).not.toContain(marker)
})
afterAll(() => world.stop())

async function watch(collection: string, { token }: { readonly token?: string } = ann, more: object = {}) {
  const client = await world.connect(token === undefined ? {} : { token })
  client.socket.onAny((...args: unknown[]) => sent.push(JSON.stringify(args)))
  open.push(client)
  const list = await goLive(client, { collection, select: 'id,title', ...more })
  return { client, list }
}
const titles = ({ items }: LiveList) => items.map(({ title }) => title)
/** Waits until a change that is seen has come, and so whatever was before it. */
async function settle(list: LiveList, collection: string, body: object): Promise<void> {
  const id = await world.create(collection, body)
  await eventually(() => list.items.some((item) => item['id'] === id)).toBe(true)
}

describe('a record', () => {
  it('goes without a word of what it has become when it may not be seen any more, and comes when it may', async () => {
    const { list } = await watch('flagged')
    const id = await world.create('flagged', { title: marker, secret: marker, flag: false })
    await world.update('flagged', id, { title: 'fine', flag: true })
    await eventually(() => titles(list)).toEqual(['fine'])
    await world.update('flagged', id, { title: marker, flag: false })
    await eventually(() => titles(list)).toEqual([])
    expect(list.told.map(({ type }) => type)).toEqual(['insert', 'remove'])
    expect(list.told.at(-1)).toEqual({ type: 'remove', at: 0 })
    await world.remove('flagged', id)
  })

  it('comes and goes with a related record that decides about it', async () => {
    const parent = await world.create('parents', { flag: false })
    await world.create('by_parent', { title: 'child', parent })
    const { list } = await watch('by_parent')
    expect(list.items).toEqual([])
    await world.update('parents', parent, { flag: true })
    await eventually(() => titles(list)).toEqual(['child'])
    await world.update('parents', parent, { flag: false })
    await eventually(() => titles(list)).toEqual([])
  })

  it('of somebody else is counted for nobody else', async () => {
    const hers = await watch('owned')
    const his = await watch('owned', bob)
    const count = await watch('owned', bob, { select: undefined, aggregate: { count: '*' } })
    await world.create('owned', { owner: ann.id, title: 'hers' })
    await settle(his.list, 'owned', { owner: bob.id, title: 'his' })
    await eventually(() => titles(hers.list)).toEqual(['hers'])
    expect(titles(his.list)).toEqual(['his'])
    await eventually(() => count.list.items).toEqual([{ count: 1 }])
  })
})

describe('a field', () => {
  it('that is hidden is never sent, and tells nothing by its changes', async () => {
    const { client, list } = await watch('flagged', ann, { select: '*', filter: "title ~ 'shown'" })
    const id = await world.create('flagged', { title: 'shown', secret: marker, flag: true })
    await eventually(() => list.items.length).toBe(1)
    const before = list.told.length
    await world.run("update public.flagged set secret = 'other' where id = $1::uuid", id)
    await settle(list, 'flagged', { title: 'shown too', flag: true })
    expect(list.told.slice(before).map(({ type }) => type)).toEqual(['insert'])
    for (const wish of [{ filter: "secret ~ 't'" }, { sort: 'secret' }, { select: 'secret' }])
      expect(await client.ask('live', { collection: 'flagged', ...wish })).toHaveProperty('error')
    expect(await client.ask('live', { collection: 'flagged', aggregate: { max: 'secret' } })).toHaveProperty('error')
  })

  it('that is shown on some records only is null in filters and sorts of the others', async () => {
    const { list } = await watch('partly', ann, { filter: "title = 'guess'" })
    await world.create('partly', { title: 'guess', owner: bob.id })
    await settle(list, 'partly', { title: 'guess', owner: ann.id })
    expect(list.items).toHaveLength(1)
  })
})

describe('what somebody may do', () => {
  it('ends with the role, before anything that was written with it is sent', async () => {
    const { client, list } = await watch('by_role')
    await world.run(
      `with lost as (update public.users set roles = '{}' where id = $1::uuid)
       insert into public.by_role (id, title, created, updated) values (plinth.uuid_v7(), $2, now(), now())`,
      ann.id,
      marker,
    )
    await eventually(() => list.ended).toBe('access')
    expect(list.told).toEqual([])
    expect(await client.ask('live', { collection: 'by_role' })).toMatchObject({
      error: { code: 'collectionNotFound' },
    })
    await world.run('delete from public.by_role')
    await world.run("update public.users set roles = '{clerk}' where id = $1::uuid", ann.id)
    await eventually(() => client.actors.length).toBe(2)
    expect(await client.ask('live', { collection: 'by_role' })).toMatchObject({ items: [] })
  })

  it('is looked at before a result is sent that somebody else has asked for', async () => {
    const cat = await world.user('cat', ['clerk'])
    const [byAnn, byCat] = [await watch('by_role'), await watch('by_role', cat)]
    // The log is not read at once, since nobody says that something was written.
    await world.run(
      `with lost as (update public.users set roles = '{}' where id = $1::uuid)
       insert into public.by_role (id, title, created, updated) values (plinth.uuid_v7(), 'late', now(), now())`,
      ann.id,
    )
    const answer = await byCat.client.ask('live', { collection: 'by_role', select: 'id,title' })
    expect(answer).toMatchObject({ items: [{ title: 'late' }] })
    await eventually(() => titles(byCat.list)).toEqual(['late'])
    await eventually(() => byAnn.list.ended).toBe('access')
    expect(byAnn.list.told).toEqual([])
    await world.run('delete from public.by_role')
    await world.run("update public.users set roles = '{clerk}' where id = $1::uuid", ann.id)
    await eventually(() => byAnn.client.actors.length).toBe(2)
  })

  it('follows the record of the user', async () => {
    await world.create('by_place', { title: 'here' })
    const { list } = await watch('by_place')
    expect(titles(list)).toEqual([])
    await world.run("update public.users set place = 'here' where id = $1::uuid", ann.id)
    await eventually(() => titles(list)).toEqual(['here'])
    await world.run("update public.users set place = 'there' where id = $1::uuid", ann.id)
    await eventually(() => titles(list)).toEqual([])
  })

  it('becomes that of another user who signs in over the connection', async () => {
    const { client, list } = await watch('owned')
    expect(titles(list)).toEqual(['hers'])
    await client.ask('authenticate', { token: bob.token })
    await eventually(() => titles(list)).toEqual(['his'])
    await client.ask('authenticate', {})
    await eventually(() => list.ended).toBe('access')
  })

  it('ends with the session, and with a block', async () => {
    const eve = await world.user('eve')
    const byEve = await watch('flagged', eve)
    const byAnn = await watch('flagged')
    await world.call('PUT', `/api/admin/users/${eve.id}/block`, { body: {}, token: world.adminToken })
    await world.call('POST', '/api/auth/sign-out', { token: ann.token })
    await eventually(() => [byEve.list.ended, byAnn.list.ended]).toEqual(['access', 'access'])
    ann = await world.signIn('ann')
  })

  it('follows a changed rule, and new fields', async () => {
    const { list } = await watch('flagged', ann, { select: '*', filter: undefined })
    const before = list.items.length
    expect(before).toBeGreaterThan(0)
    await world.apply(schemaWith({ flagged: ruled('flag = false') }))
    await eventually(() => list.items.every(({ flag }) => flag === false)).toBe(true)
    const permissions = { authenticated: { read: true, hide: ['secret', 'title'] } }
    await world.apply(schemaWith({ flagged: table(permissions) }))
    await eventually(() => list.items.length >= before && list.items.every((item) => !('title' in item))).toBe(true)
    await world.apply(schemaWith({ flagged: table({}) }))
    await eventually(() => list.ended).toBe('access')
    await world.apply(schemaWith())
  })

  it('is not lent to others by a cursor', async () => {
    const hers = await watch('owned')
    const his = await world.connect({ token: bob.token })
    open.push(his)
    const answer = await his.ask('live', { collection: 'owned', select: 'id,title', cursor: hers.list.cursor })
    expect(answer).toMatchObject({ resumed: false, items: [{ title: 'his' }] })
  })
})
