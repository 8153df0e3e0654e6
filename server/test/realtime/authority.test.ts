import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Client } from './client.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
const open: Client[] = []
const connect = async (token: string): Promise<Client> => {
  const client = await world.connect({ token })
  open.push(client)
  return client
}
const notes = {
  kind: 'table',
  fields: { title: { type: 'text' } },
  permissions: { authenticated: { read: true } },
}
const schema = { roles: { guard: { mfa: 'required' }, clerk: {} }, collections: { notes } }
const wish = { collection: 'notes' }
/** An access token is good for 15 minutes. */
const advance = (minutes: number): void =>
  void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })

beforeAll(async () => {
  world = await openRealtimeWorld(schema)
})
afterEach(() => {
  vi.useRealTimers()
  for (const client of open.splice(0)) client.close()
})
afterAll(() => world.stop())

const ended = { kind: 'anonymous', reason: 'ended' }

describe('an access token that expires', () => {
  it('ends the subscriptions of its connection, and leaves those of a fresher one alone', async () => {
    const ann = await world.user('ann')
    const old = await connect(ann.token)
    const { subscription } = await old.ask('subscribe', wish)
    const renewed = await connect(ann.token)
    const kept = await renewed.ask('subscribe', wish)
    advance(10)
    const { token } = await world.signIn('ann')
    // A client whose clock has jumped takes its connection for dead when it is about to send.
    vi.useRealTimers()
    await renewed.ask('authenticate', { token })
    advance(16)
    await eventually(() => old.actors).toMatchObject([ended])
    expect(old.resyncs).toEqual([{ subscription, reason: 'access' }])
    vi.useRealTimers()
    await world.create('notes', { title: 'after the end' })
    await eventually(() => renewed.events(kept.subscription)).toHaveLength(1)
    expect(renewed.resyncs).toEqual([])
    expect(old.events(subscription)).toEqual([])
    expect(await old.ask('subscribe', wish)).toMatchObject({ error: { status: expect.any(Number) } })
  })
})

describe('a second factor that has become necessary', () => {
  it('ends the subscriptions of who has none: by a role that was given', async () => {
    const bea = await world.user('bea')
    const client = await connect(bea.token)
    const { subscription } = await client.ask('subscribe', wish)
    await world.run("update public.users set roles = array['guard'] where id = $1", bea.id)
    await eventually(() => client.actors).toMatchObject([ended])
    expect(client.resyncs).toEqual([{ subscription, reason: 'access' }])
  })

  it('and by a role that needs one since the schema was changed', async () => {
    const cal = await world.user('cal', ['clerk'])
    const client = await connect(cal.token)
    const { subscription } = await client.ask('subscribe', wish)
    await world.apply({ ...schema, roles: { ...schema.roles, clerk: { mfa: 'required' } } })
    await eventually(() => client.actors).toMatchObject([ended])
    expect(client.resyncs).toEqual([{ subscription, reason: 'access' }])
  })
})
