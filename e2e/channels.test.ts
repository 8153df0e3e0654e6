import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, connectClient } from '../server/test/realtime/client.ts'
import { type ScratchPostgres, startScratchPostgres } from '../server/test/support/scratch-postgres.ts'
import { callerOf, signIn } from './support/api.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

const schema = {
  roles: {},
  collections: {},
  channels: { lobby: { replay: 10, permissions: { anonymous: { join: true, broadcast: true, presence: true } } } },
}

/** The longest that a dead copy's members may seem present. */
const goneWithinMs = 10_000

let postgres: ScratchPostgres
const servers: ServerProcess[] = []

beforeAll(async () => {
  postgres = await startScratchPostgres()
  for (let i = 0; i < 2; i += 1)
    servers.push(await startServerProcess({ env: { DATABASE_URL: postgres.url, PLINTH_LOG_LEVEL: 'info' } }))
  const owner = await signIn(urlOf(0), admin)
  expect(await owner.send('POST', '/api/schema/apply', { schema, base: 1 })).toMatchObject({ status: 200 })
})

afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres?.stop()
})

const urlOf = (place: number): string => servers[place]?.url ?? ''

// Tests look into whatever came.
type Told = ReturnType<typeof JSON.parse>

interface Member {
  readonly client: Client
  readonly id: string
  readonly answer: Told
  readonly told: (name: string) => readonly Told[]
}

async function join(url: string): Promise<Member> {
  const client = await connectClient(url)
  const events: { name: string; body: Told }[] = []
  client.socket.onAny((name: string, body: Told) => events.push({ name, body }))
  const answer = await client.ask('join', { channel: 'lobby', replay: 10 })
  expect(answer).toMatchObject({ channel: 'lobby' })
  return {
    client,
    id: answer.member,
    answer,
    told: (name) => events.filter((each) => each.name === name).map(({ body }) => body),
  }
}

const present = (member: Member): Promise<Told> => member.client.ask('presence', { channel: 'lobby', state: {} })
const idsIn = (member: Member, change: 'joins' | 'leaves'): readonly string[] =>
  member.told('presence').flatMap((diff) => diff[change].map((each: Told) => each.member))

it('a copy that is killed takes its members with it within ten seconds, and a new one goes on', async () => {
  const watcher = await join(urlOf(0))
  const victims = await Promise.all(Array.from({ length: 20 }, () => join(urlOf(1))))
  await Promise.all(victims.map(present))
  await expect.poll(() => idsIn(watcher, 'joins').length, { timeout: 20_000 }).toBe(20)
  const cut = victims.map(({ client }) => new Promise((resolve) => client.socket.once('disconnect', resolve)))

  await servers[1]?.kill()
  const killedAt = Date.now()
  await Promise.all(cut)
  await expect
    .poll(() => idsIn(watcher, 'leaves').toSorted(), { timeout: 60_000 })
    .toEqual(victims.map(({ id }) => id).toSorted())
  const late = await join(urlOf(0))
  expect(late.answer.present).toBe(0)
  // oxlint-disable-next-line no-console -- the figure is what this test is read for
  console.log(`the members of a killed copy left after ${Date.now() - killedAt} ms (${goneWithinMs} are promised)`)
  // Nobody has left twice.
  expect(idsIn(watcher, 'leaves')).toHaveLength(20)

  servers[1] = await startServerProcess({ env: { DATABASE_URL: postgres.url } })
  const again = await join(urlOf(1))
  expect(await present(again)).toEqual({ channel: 'lobby' })
  await expect.poll(() => idsIn(watcher, 'joins'), { timeout: 20_000 }).toContain(again.id)
  await watcher.client.ask('broadcast', { channel: 'lobby', event: 'hello', payload: 1 })
  await expect.poll(() => again.told('broadcast').map(({ event }) => event), { timeout: 20_000 }).toEqual(['hello'])
  expect((await join(urlOf(1))).answer.replay.map(({ event }: Told) => event)).toEqual(['hello'])
})

it('a copy that stops says goodbye for its members at once', async () => {
  const watcher = await join(urlOf(0))
  const leaving = await join(urlOf(1))
  await present(leaving)
  await expect.poll(() => idsIn(watcher, 'joins'), { timeout: 20_000 }).toContain(leaving.id)
  await servers[1]?.stop()
  // Its process has ended, so all that it had to say is said.
  await expect.poll(() => idsIn(watcher, 'leaves'), { timeout: 20_000 }).toContain(leaving.id)
  const left = await callerOf(urlOf(0), null).get('/health/ready')
  expect(left.status).toBe(200)
})
