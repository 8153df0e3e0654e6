import { createClient, type RecordEvent } from '@plinth/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { schema } from '../sdk/test/suite/schema.ts'
import { makeSdkWorld, sdkSettings } from './support/sdk-world.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'
import { until } from './support/until.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServerProcess({ env: sdkSettings })
})
afterAll(() => server?.remove())

/** Ends the server as a power failure would, and starts it again where it was. */
async function crash(env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { port } = new URL(server.url)
  const { dataDir } = server
  await server.kill()
  server = await startServerProcess({ dataDir, env: { ...sdkSettings, ...env, PORT: port } })
}

it('after a crash of the server everything goes on: nothing is lost, and nothing comes twice', async () => {
  const { url, key } = await makeSdkWorld(server)
  const db = createClient<typeof schema>(url, { token: key })
  const events: string[] = []
  const note = (event: RecordEvent<{ name: string }>) =>
    void events.push('record' in event ? event.record.name : event.type)
  const changes = db.tags.subscribe({ select: ['name'], list: true }, note)
  let shown: readonly string[] = []
  const list = db.tags.live({ select: ['name'], sort: 'name' }, (tags) => (shown = tags.map(({ name }) => name)))
  const rejoined: string[] = []
  const messages: unknown[] = []
  const room = await db.channel('room:main').join({
    onRejoin: (reason) => rejoined.push(reason),
    onMessage: ({ payload }) => messages.push(payload),
  })
  await room.present({ name: 'Ada' })
  await Promise.all([changes.ready, list.ready])
  await db.tags.create({ name: 'before' })
  await until(() => events.length === 2 && shown.length === 1)

  await crash()
  await db.tags.create([{ name: 'during' }, { name: 'later' }])
  await until(() => events.length >= 4 && shown.length === 3 && rejoined.length > 0)
  expect(events).toEqual(['list', 'before', 'during', 'later'])
  expect(shown).toEqual(['before', 'during', 'later'])
  expect(rejoined).toEqual(['connection'])
  await until(() => room.members.some(({ state }) => JSON.stringify(state) === '{"name":"Ada"}'))
  await room.broadcast('said', { text: 'Hello' }, { echo: true })
  await until(() => messages.length === 1)
  for (const each of [changes, list]) each.unsubscribe()
  room.leave()
})

it('more subscriptions than may wait are told to come later, and do: nothing is lost', async () => {
  const { url, key } = await makeSdkWorld(server)
  const clients = Array.from({ length: 2 }, () => createClient<typeof schema>(url, { token: key }))
  const following = clients.flatMap((db) =>
    Array.from({ length: 30 }, () => {
      const ids: string[] = []
      const on = db.tags.subscribe({ select: ['name'] }, (event) => void ('id' in event && ids.push(event.id)))
      return { ids, on }
    }),
  )
  await Promise.all(following.map(({ on }) => on.ready))
  await crash({ PLINTH_REALTIME_WAITING: '5' })
  const [db] = clients
  const made = await db?.tags.create([{ name: 'one' }, { name: 'two' }])
  await until(() => following.every(({ ids }) => ids.length >= 2))
  for (const { ids } of following) expect(ids).toEqual(made?.map(({ id }) => id))
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(Number(/^plinth_realtime_postponed_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(0)
  for (const { on } of following) on.unsubscribe()
})
