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

  const { port } = new URL(url)
  const { dataDir } = server
  await server.kill()
  server = await startServerProcess({ dataDir, env: { ...sdkSettings, PORT: port } })
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
