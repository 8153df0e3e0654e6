import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { followChanges } from '../../src/changes/follow-changes.ts'
import { currentCursor } from '../../src/changes/reader.ts'
import { createChangeSignal } from '../../src/changes/wake.ts'
import type { Client } from './client.ts'
import { goLive } from './live/live-list.ts'
import { eventually, openRealtimeWorld, type RealtimeWorld } from './realtime-world.ts'

let world: RealtimeWorld
const open: Client[] = []

beforeAll(async () => {
  const [fields, permissions] = [{ title: { type: 'text' } }, { authenticated: { read: true } }]
  world = await openRealtimeWorld({ collections: { posts: { kind: 'table', fields, permissions } } })
})
afterEach(() => {
  for (const client of open.splice(0)) client.close()
  vi.useRealTimers()
})
afterAll(() => world.stop())

async function connect(who: { readonly token: string } = { token: world.adminToken }): Promise<Client> {
  const client = await world.connect(who)
  open.push(client)
  return client
}
const reads = () => world.metric('plinth_realtime_reads_total')

const waitingForSessions = `
  select 1 from pg_locks l join pg_database d on d.oid = l.database
  where not l.granted and d.datname = current_database() and l.relation = 'plinth.sessions'::regclass`

/** Longer than the server goes on reading after the last client has gone. */
const passMuchTime = (): void => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })

/**
 * How often the server reads the log while another reader hears of three writes, one after the other. Each of them wakes the
 * server's own reader before the other hears of it.
 */
async function readsDuringWrites(): Promise<number> {
  const before = await reads()
  const [stop, signal] = [new AbortController(), createChangeSignal()]
  let heard = 0
  const onBatch = ({ changes }: { readonly changes: readonly unknown[] }): void => void (heard += changes.length)
  const follower = { signal, stop: stop.signal, onBatch, onResync: () => {} }
  const following = followChanges(world.database, await currentCursor(world.database), follower)
  for (const count of [1, 2, 3]) {
    await world.create('posts', { title: `number ${count}` })
    signal.wake()
    await eventually(() => heard).toBe(count)
  }
  stop.abort()
  await following
  return (await reads()) - before
}

describe('a server that nobody is connected to', () => {
  it('reads nothing from the log until somebody comes', async () => {
    expect(await readsDuringWrites()).toBe(0)
    expect(await reads()).toBe(0)
    const list = await goLive(await connect(), { collection: 'posts', select: 'title', filter: "title = 'new'" })
    await world.create('posts', { title: 'new' })
    await eventually(() => list.items).toEqual([{ title: 'new' }])
    expect(await readsDuringWrites()).toBeGreaterThan(0)
  })

  it('reads nothing again some time after the last has gone, and misses nothing for who comes back', async () => {
    const first = await connect()
    const { cursor } = await first.ask('subscribe', { collection: 'posts', select: 'title' })
    first.close()
    await eventually(() => world.metric('plinth_realtime_connections')).toBe(0)
    expect(await readsDuringWrites()).toBeGreaterThan(0)
    passMuchTime()
    await eventually(readsDuringWrites).toBe(0)
    expect(await readsDuringWrites()).toBe(0)
    await world.create('posts', { title: 'missed' })
    const before = await reads()
    const back = await connect()
    const { subscription } = await back.ask('subscribe', { collection: 'posts', select: 'title', cursor })
    const titles = () => back.events(subscription).map(({ record }) => record?.['title'])
    await eventually(() => titles().at(-1)).toBe('missed')
    await world.create('posts', { title: 'live' })
    await eventually(() => titles().slice(-2)).toEqual(['missed', 'live'])
    expect(await reads()).toBeGreaterThan(before)
  })

  it('goes on reading while somebody is asked who they are, however long that takes', async () => {
    // Who has not been asked yet: others are known for a moment.
    const ann = await world.user('ann')
    const coming = await world.database.transaction(async (session) => {
      await session.run({ text: 'lock table plinth.sessions in access exclusive mode', values: [] })
      const connecting = connect(ann)
      await eventually(() => world.run(waitingForSessions)).not.toEqual([])
      passMuchTime()
      const before = await reads()
      await eventually(reads).toBeGreaterThan(before + 2)
      // Or the client would take the server for dead: it has heard nothing for a minute.
      vi.useRealTimers()
      return { connecting }
    })
    const client = await coming.connecting
    const list = await goLive(client, { collection: 'posts', select: 'title', filter: "title = 'late'" })
    await world.create('posts', { title: 'late' })
    await eventually(() => list.items).toEqual([{ title: 'late' }])
  })
})
