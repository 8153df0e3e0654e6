import { createClient, memoryStorage, PlinthError, type RecordEvent } from '@plinth/sdk'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { World } from '../sdk/test/suite/check.ts'
import type { schema } from '../sdk/test/suite/schema.ts'
import { connectClient } from '../server/test/realtime/client.ts'
import { makeSdkWorld, sdkSettings } from './support/sdk-world.ts'
import { type ServerOnTemplate, startServerOnTemplate } from './support/server-on-template.ts'
import { startTcpLine, type TcpLine } from './support/tcp-line.ts'

let server: ServerOnTemplate
let world: World
let line: TcpLine

beforeAll(async () => {
  const clock = new URL('support/movable-clock.ts', import.meta.url).href
  server = await startServerOnTemplate({ ...sdkSettings, NODE_OPTIONS: `--import=${clock}` })
  world = await makeSdkWorld(server)
  line = await startTcpLine(server.url)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await run('delete from public.teams')
})
afterAll(async () => {
  line?.close()
  await server?.remove()
})

const run = (text: string, ...values: unknown[]) => server.database.run({ text, values })

/** Waits for what comes before long, however busy the machine is. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 60_000, interval: 20 })

/** A client by way of the line, signed in with a session. */
async function signedIn(options: { readonly places?: ReturnType<typeof memoryStorage> } = {}) {
  const db = createClient<typeof schema>(line.url, { storage: memoryStorage(), ...options })
  await db.auth.signIn(world.admin)
  return db
}

/** What a subscription was told: `create 7`, `list 5`, `resync slow`. */
function listener() {
  const told: string[] = []
  const numberOf = (name: string) => Number(name.slice(0, 6))
  const hear = (event: RecordEvent<{ name: string }>): void => {
    if (event.type === 'list') told.push(`list ${event.items.length}`)
    else if (event.type === 'resync') told.push(`resync ${event.reason}`)
    else told.push('record' in event ? `${event.type} ${numberOf(event.record.name)}` : event.type)
  }
  return { told, hear }
}

/** Teams whose names begin with these numbers. */
const write = (from: number, to = from, length = 10) =>
  run(
    `insert into public.teams (id, name, created, updated)
     select plinth.uuid_v7(), rpad(lpad(n::text, 6, '0'), $3::int, 'x'), now(), now()
     from generate_series($1::int, $2::int) n`,
    from,
    to,
    length,
  )
const creates = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `create ${from + i}`)

/** How many subscriptions the server has told to begin anew. */
async function resyncs(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^plinth_realtime_resyncs_total (\d+)$/m.exec(metrics)?.[1])
}

it('a client that was too slow hears so, and goes on from a fresh state', async () => {
  const db = await signedIn()
  const [plain, listed, quick] = [listener(), listener(), listener()]
  let shown: readonly string[] = []
  const rejoined: string[] = []
  const options = { select: ['name'] } as const
  const other = createClient<typeof schema>(world.url, { token: world.key })
  const started = [
    db.teams.subscribe(options, plain.hear),
    db.teams.subscribe({ ...options, list: { sort: '-name', limit: 3 } }, listed.hear),
    db.teams.live({ ...options, sort: '-name', limit: 3 }, (teams) => (shown = teams.map(({ name }) => name))),
    other.teams.subscribe(options, quick.hear),
  ]
  const room = await db.channel('room:slow').join({ onRejoin: (reason) => rejoined.push(reason) })
  let echoes = 0
  const others = await other.channel('room:slow').join({ onMessage: () => (echoes += 1) })
  await Promise.all(started.map(({ ready }) => ready))
  await write(1)
  await eventually(() => [plain.told, listed.told, shown.length]).toEqual([['create 1'], ['list 0', 'create 1'], 1])

  line.block()
  // Until the kernel holds no more for a socket that is not read, and our queue is full for both. Who reads is not held up.
  let last = 1
  while ((await resyncs()) < 2) {
    await write(last + 1, last + 40, 10_000)
    last += 40
    await eventually(() => quick.told.at(-1)).toBe(`create ${last}`)
  }
  for (let i = 0; i < 20; i += 1) await others.broadcast('said', 'x'.repeat(60_000), { echo: true })
  await eventually(() => echoes).toBe(20)
  line.unblock()
  const seen = () => [plain.told.includes('resync slow'), listed.told.at(-1), Number(shown[0]?.slice(0, 6)), rejoined]
  await eventually(seen).toEqual([true, 'list 3', last, ['slow']])
  await write(last + 1)
  const latest = `create ${last + 1}`
  const news = () => [plain.told.at(-1), listed.told.at(-1), Number(shown[0]?.slice(0, 6))]
  await eventually(news).toEqual([latest, latest, last + 1])
  // What came before was in order and without a gap, and not all there was.
  const before = plain.told.indexOf('resync slow')
  expect(plain.told).toEqual([...creates(1, before), 'resync slow', latest])
  expect(before).toBeLessThan(last)
  for (const each of started) each.unsubscribe()
  room.leave()
  others.leave()
})

it('where the log no longer reaches back, a subscription says so or begins with a new list', async () => {
  const places = memoryStorage()
  const db = await signedIn({ places })
  const [plain, listed, kept] = [listener(), listener(), listener()]
  const options = { select: ['name'] } as const
  const started = [db.teams.subscribe(options, plain.hear), db.teams.subscribe({ ...options, list: true }, listed.hear)]
  const stopped = db.teams.subscribe({ ...options, list: true, resume: 'kept' }, kept.hear)
  await Promise.all([...started, stopped].map(({ ready }) => ready))
  await write(1)
  await eventually(() => [plain.told, listed.told, kept.told]).toEqual([
    ['create 1'],
    ['list 0', 'create 1'],
    ['list 0', 'create 1'],
  ])
  stopped.unsubscribe()
  await write(2)
  await eventually(() => [plain.told.at(-1), listed.told.at(-1)]).toEqual(['create 2', 'create 2'])
  // Nobody can tell what a truncated table has lost.
  await run('truncate public.covers')
  await eventually(() => [plain.told.at(-1), listed.told.at(-1)]).toEqual(['resync log', 'list 2'])
  const resumed = db.teams.subscribe({ ...options, list: true, resume: 'kept' }, kept.hear)
  await resumed.ready
  await write(3)
  await eventually(() => [plain.told, listed.told, kept.told]).toEqual([
    ['create 1', 'create 2', 'resync log', 'create 3'],
    ['list 0', 'create 1', 'create 2', 'list 2', 'create 3'],
    ['list 0', 'create 1', 'list 2', 'create 3'],
  ])
  for (const each of [...started, resumed]) each.unsubscribe()
})

/** Has timers of the client that renew a session go off when the test says so. */
function holdRenewals(): () => void {
  const original = globalThis.setTimeout
  let latest = (): void => {}
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms?: number) => {
    // 80 to 90 per cent of the 15 minutes for which an access token is good.
    if (ms !== undefined && ms > 700_000 && ms < 820_000) latest = act
    return original(act, ms)
  }) as typeof setTimeout)
  return () => latest()
}

/** Lets the server's clock be so many minutes fast. */
async function advanceTo(minutes: 10 | 20): Promise<void> {
  for (const target of minutes === 10 ? [5, 10] : [15, 20]) {
    server.child.kill('SIGUSR2')
    await eventually(() => server.logs()).toContain(`the clock is ${target} minutes fast`)
  }
}

it('the session is renewed by a timer while a connection stands on it, which goes on without a gap or a double event', async () => {
  const renew = holdRenewals()
  const db = await signedIn()
  const firstToken = (await db.auth.token()) ?? ''
  const { told, hear } = listener()
  const happened: string[] = []
  db.auth.onChange(({ type }) => happened.push(type))
  const before = line.webSockets
  const changes = db.teams.subscribe({ select: ['name'], list: true }, hear)
  let shown = 0
  const list = db.teams.live({ select: ['name'], limit: 1000 }, (teams) => (shown = teams.length))
  await Promise.all([changes.ready, list.ready])
  // Stands for this connection as it would be without a renewal.
  const worn = await connectClient(world.url, firstToken)

  await advanceTo(10)
  let number = 0
  const renewed = vi.waitFor(() => expect(happened).toContain('refreshed'), { timeout: 20_000, interval: 5 })
  renew()
  const isDone = renewed.then(() => true)
  while (!(await Promise.race([isDone, Promise.resolve(false)]))) await write((number += 1))
  await advanceTo(20)
  await eventually(() => worn.actors).toMatchObject([{ reason: 'ended' }])
  worn.close()
  await write((number += 1))
  await eventually(() => [told.at(-1), shown]).toEqual([`create ${number}`, number])
  expect(told).toEqual(['list 0', ...creates(1, number)])
  expect([happened, line.webSockets - before]).toEqual([['refreshed'], 1])
  expect(await db.auth.token()).not.toBe(firstToken)
  changes.unsubscribe()
  list.unsubscribe()
})

/** Whoever waits for a table of this database. */
const waiters = `
  select 1 from pg_locks join pg_database on pg_database.oid = database
  where datname = current_database() and relation = 'public.teams'::regclass and not granted`

/** Keeps everybody else from a table until `letGo` is called. */
async function lock(table: string): Promise<() => Promise<void>> {
  const [locked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const held = server.database.transaction(async (session) => {
    await session.run({ text: `lock table public.${table} in access exclusive mode`, values: [] })
    locked.resolve()
    await free.promise
  })
  await locked.promise
  return () => {
    free.resolve()
    return held
  }
}

it('what its caller stops ends at once: a read, a write, a walk over pages, and a file either way', async () => {
  const db = await signedIn()
  await write(1, 300, 10_000)
  const stop = () => {
    const controller = new AbortController()
    return { signal: controller.signal, abort: () => controller.abort() }
  }
  const codeOf = (promise: PromiseLike<unknown>) =>
    Promise.resolve(promise).then(
      () => 'done',
      (error: unknown) => (error instanceof PlinthError ? error.code : String(error)),
    )
  const letGo = await lock('teams')
  const [read, written] = [stop(), stop()]
  const waiting = [
    codeOf(db.teams.list({ signal: read.signal })),
    codeOf(db.teams.create({ name: 'stopped' }, { signal: written.signal })),
  ]
  await eventually(async () => (await run(waiters)).length).toBe(2)
  read.abort()
  written.abort()
  expect(await Promise.all(waiting)).toEqual(['aborted', 'aborted'])
  await letGo()

  const walk = stop()
  const walked: string[] = []
  const all = async () => {
    for await (const { name } of db.teams.list({ select: ['name'], limit: 10, signal: walk.signal })) {
      walked.push(name)
      if (walked.length === 15) walk.abort()
    }
  }
  expect([await codeOf(all()), walked.length]).toEqual(['aborted', 20])

  const download = stop()
  const file = await db.teams.export({ format: 'csv', signal: download.signal })
  const reader = file.body?.getReader()
  await reader?.read()
  download.abort()
  // The stream is the platform's own, and so is its error.
  await expect(reader?.read().then(async () => reader.read())).rejects.toMatchObject({ name: 'AbortError' })

  const upload = stop()
  const rows = new ReadableStream<Uint8Array>({
    start: (to) => to.enqueue(new TextEncoder().encode('name\nhalf a file\n')),
    pull: () => upload.abort(),
  })
  expect(await codeOf(db.teams.import(rows, { format: 'csv', signal: upload.signal }))).toBe('aborted')
  expect(await db.teams.first({ where: { name: 'half a file' } })).toBeNull()
})
