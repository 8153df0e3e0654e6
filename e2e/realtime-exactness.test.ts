import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../server/test/changes/random.ts'
import { Mirror } from '../server/test/realtime/mirror.ts'
import { type ScratchPostgres, startScratchPostgres } from '../server/test/support/scratch-postgres.ts'
import { type Caller, callerOf, signIn } from './support/api.ts'
import { audienceCases, type AudienceCase, schema } from './support/realtime/audiences.ts'
import { expectedEvents, type LogRow, shown, type Told } from './support/realtime/expected-events.ts'
import { Subscriber } from './support/realtime/subscriber.ts'
import { writeByApi, writeBySql, type WritersOptions } from './support/realtime/writers.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

// The whole run: E2E_REALTIME_SECONDS=60 E2E_REALTIME_SUBSCRIBERS=50 E2E_REALTIME_SEEDS=1,2,3
const seconds = Number(process.env['E2E_REALTIME_SECONDS'] ?? 3)
const subscriberCount = Number(process.env['E2E_REALTIME_SUBSCRIBERS'] ?? 20)
const seeds = (process.env['E2E_REALTIME_SEEDS'] ?? '1,2').split(',').map(Number)
const writerCount = 8
const killEveryMs = Math.min(3_000, (seconds * 1000) / 2)

let postgres: ScratchPostgres
let database: pg.Client
let steady: ServerProcess
let mortal: ServerProcess
let owner: Caller
let adminToken: string
const users: { readonly id: string; readonly role: string; readonly token: string }[] = []
let groups: readonly string[]

const startCopy = () => startServerProcess({ env: { DATABASE_URL: postgres.url, PLINTH_POOL_SIZE: '8' } })

beforeAll(async () => {
  postgres = await startScratchPostgres()
  database = new pg.Client({ connectionString: postgres.url })
  await database.connect()
  steady = await startCopy()
  const starting = startCopy()
  owner = await signIn(steady.url, admin)
  const { body } = await callerOf(steady.url, null).send('POST', '/api/auth/sign-in', admin)
  adminToken = String(body['accessToken'])
  expect(await owner.send('POST', '/api/schema/apply', { schema, base: 1 })).toMatchObject({ status: 200 })
  for (const role of Object.keys(schema.roles)) users.push(await makeUser(role))
  const made = await database.query<{ id: string }>(
    `insert into public.groups (id, open, created, updated)
     select plinth.uuid_v7(), n % 2 = 0, now(), now() from generate_series(1, 4) n returning id`,
  )
  groups = made.rows.map(({ id }) => id)
  mortal = await starting
})
afterAll(async () => {
  await database?.end()
  await mortal?.remove()
  await steady?.remove()
  await postgres?.stop()
})

async function makeUser(role: string) {
  const credentials = { email: `${role}@example.com`, password: 'correct horse battery' }
  const made = await database.query<{ id: string }>(
    `insert into public.users (id, email, roles, created, updated)
     values (plinth.uuid_v7(), $1, array[$2], now(), now()) returning id`,
    [credentials.email, role],
  )
  const id = made.rows[0]?.id ?? ''
  await owner.send('PUT', `/api/admin/users/${id}/password`, { password: credentials.password })
  const { body } = await callerOf(steady.url, null).send('POST', '/api/auth/sign-in', credentials)
  return { id, role, token: String(body['accessToken']) }
}

interface Watcher {
  readonly kind: AudienceCase
  readonly userId: string
  readonly token: string
  readonly subscriber: Subscriber
}

const nextUrl = (): string => (Math.random() < 0.5 ? steady.url : mortal.url)

async function startWatcher(place: number): Promise<Watcher> {
  const kind = audienceCases[place % audienceCases.length]
  const user = users.find(({ role }) => role === kind?.role)
  if (kind === undefined || user === undefined) throw new Error('There is no such case.')
  const subscriber = new Subscriber({ token: user.token, filter: kind.filter, nextUrl })
  await subscriber.start()
  return { kind, userId: user.id, token: user.token, subscriber }
}

/** Kills a copy every few seconds, as a power failure would, and starts another in its place. */
async function killAndRestart(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, killEveryMs))
    if (isOver()) return
    const killed = mortal
    await killed.kill()
    mortal = await startCopy()
    await killed.remove()
  }
}

async function cutAtRandom(watchers: readonly Watcher[], random: () => number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, random() * 100))
    watchers[Math.floor(random() * watchers.length)]?.subscriber.cut()
  }
}

async function readLog(after: string): Promise<readonly LogRow[]> {
  const { rows } = await database.query<LogRow>(
    `select record, before, after from plinth.changes where collection = 'items' and seq > $1 order by seq`,
    [after],
  )
  return rows
}

const byRecord = (told: readonly Told[]) =>
  Map.groupBy(
    told.map(({ type, id, record }) => (record === undefined ? { type, id } : { type, id, record: shown(record) })),
    ({ id }) => id,
  )

/** Each record's events, in an order that two runs can be compared by. */
const sorted = (events: ReadonlyMap<string, readonly object[]>) => [...events].toSorted(([a], [b]) => (a < b ? -1 : 1))

const countOf = (events: ReadonlyMap<string, readonly unknown[]>): number =>
  [...events.values()].reduce((sum, each) => sum + each.length, 0)

async function listOf({ kind, token }: Watcher) {
  const items = await callerOf(steady.url, token).list(
    'items',
    kind.filter === undefined ? {} : { filter: kind.filter },
  )
  return items.map(shown).toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
}

describe('every subscriber is told exactly what the log and the rules say', () => {
  it.each(seeds)('seed %i', { timeout: seconds * 1_000 + 150_000 }, async (seed) => {
    const source = createRandom(seed)
    const random = () => source.below(1_000_000_000) / 1_000_000_000
    await database.query('delete from public.items')
    const { rows } = await database.query<{ last: string }>('select max(seq)::text as last from plinth.changes')
    const start = rows[0]?.last ?? '0'
    const watchers = await Promise.all(Array.from({ length: subscriberCount }, (_, i) => startWatcher(i)))

    const end = Date.now() + seconds * 1_000
    const resumed = () => watchers.reduce((sum, { subscriber }) => sum + subscriber.resumed, 0)
    // The first is told of everything. On a busy machine it takes longer until something has happened.
    const hasHappened = () => (watchers[0]?.subscriber.events.length ?? 0) > 20 && resumed() > 5
    const isOver = () => Date.now() > end && hasHappened()
    const options: WritersOptions = {
      databaseUrl: postgres.url,
      random,
      groups,
      users: users.map(({ id }) => id),
      nextCaller: () => callerOf(nextUrl(), adminToken),
      isOver,
    }
    await Promise.all([
      ...Array.from({ length: writerCount }, (_, i) => (i % 2 === 0 ? writeBySql(options) : writeByApi(options))),
      killAndRestart(isOver),
      cutAtRandom(watchers, random, isOver),
    ])

    const log = await readLog(start)
    for (const watcher of watchers) {
      await checkWatcher(watcher, log).catch((error: unknown) => {
        const told = [watcher.subscriber.faults, watcher.subscriber.troubles.slice(-5), steady.logs(), mortal.logs()]
        throw new Error(`${String(error)}\n${told.join('\n')}`, { cause: error })
      })
    }
    const told = watchers.reduce((sum, { subscriber }) => sum + subscriber.events.length, 0)
    // oxlint-disable-next-line no-console -- the figures are what this test is read for
    console.log(
      `seed ${seed}: ${log.length} changes, ${told} events to ${watchers.length} subscribers, resumed ${resumed()} times`,
    )
    for (const { subscriber } of watchers) await subscriber.stop()
  })
})

async function checkWatcher(watcher: Watcher, log: readonly LogRow[]): Promise<void> {
  const { kind, userId, subscriber } = watcher
  const name = `${kind.role} ${kind.filter ?? ''}`
  const { sees } = kind
  if (sees !== null) {
    const expected = expectedEvents(log, (item) => sees(item, userId))
    await expect
      .poll(() => subscriber.events.length, { timeout: 60_000, message: name })
      .toBeGreaterThanOrEqual(countOf(expected))
    expect(sorted(byRecord(subscriber.events)), name).toEqual(sorted(expected))
  } else {
    const wanted = await listOf(watcher)
    const reached = () => {
      const mirror = new Mirror()
      for (const event of subscriber.events) mirror.apply(event as Parameters<Mirror['apply']>[0])
      return mirror
    }
    await expect.poll(() => reached().sorted().map(shown), { timeout: 60_000, message: name }).toEqual(wanted)
    expect(reached().faults, name).toEqual([])
  }
  expect(subscriber.faults, name).toEqual([])
}
