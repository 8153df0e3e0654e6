import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type Caller, callerOf, signIn } from './support/api.ts'
import type { Shared } from './support/kill/draft-write.ts'
import { judge, type Verdict } from './support/kill/faults.ts'
import { kill, recover, type Target, targets } from './support/kill/kill.ts'
import { Ledger, type Write } from './support/kill/ledger.ts'
import { observe, openDatabase } from './support/kill/observe.ts'
import { schema } from './support/kill/schema.ts'
import { send } from './support/kill/send.ts'
import { startWriters } from './support/kill/writers.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

const rounds = 10
const writesBeforeKill = 200
const writers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

interface Figures {
  readonly killed: Target
  readonly acknowledged: number
  /** Of all acknowledged so far, how many have wholly happened. */
  readonly found: string
  readonly 'unanswered, done': number
  readonly 'unanswered, not done': number
  readonly 'recovery in ms': number
}

const ledger = new Ledger()
const figures: Figures[] = []
let server: ServerProcess
let key: string
let caller: Caller
let shared: Shared

beforeAll(async () => {
  server = await startServerProcess()
  const owner = await signIn(server.url, admin)
  const plan = await owner.send('POST', '/api/schema/plan', { schema, base: 1 })
  expect(plan).toMatchObject({ status: 200 })
  expect(await owner.send('POST', '/api/schema/apply', { schema, base: 1 })).toMatchObject({ status: 200 })
  key = String((await owner.send('POST', '/api/admin/keys', { name: 'writers', roles: ['admin'] })).body['key'])
  caller = callerOf(server.url, key)
  shared = await seed()
})

afterAll(async () => {
  await server?.remove()
  // oxlint-disable-next-line no-console -- the figures are what this test is read for
  console.table(figures)
})

/** What all writers link to and count on. */
async function seed(): Promise<Shared> {
  const make = async (path: string, write: Omit<Write, 'requestId' | 'method' | 'path'>, mark: string) => {
    const sent: Write = { requestId: `seed-${mark}`, method: 'POST', path, ...write }
    const answer = await send({ url: server.url, key }, sent)
    ledger.note(sent, 'acknowledged')
    return [mark, String(JSON.parse(answer?.body ?? '{}').id)] as const
  }
  const tag = (mark: string) =>
    make('/api/records/tags', { body: { mark }, effects: [{ kind: 'create', collection: 'tags', mark }] }, mark)
  const hot = (mark: string) => {
    const post = { title: 'Counted by all', views: 0, author: null, tags: [] }
    return make('/api/records/posts', { body: { mark, ...post }, effects: [{ kind: 'createPost', mark, post }] }, mark)
  }
  return {
    tags: new Map(await Promise.all(['red', 'green', 'blue', 'white', 'black'].map(tag))),
    hot: new Map(await Promise.all(['hot-1', 'hot-2', 'hot-3'].map(hot))),
  }
}

/** Writes until enough is acknowledged, then kills at no particular moment; answers how many were acknowledged. */
async function writeAndKill(round: number, target: Target): Promise<number> {
  const running = startWriters(
    { url: server.url, key },
    ledger,
    shared,
    writers.map((writer) => `${round}${writer}`),
  )
  while (running.acknowledged() < writesBeforeKill) await pause(5)
  await pause(Math.random() * 100)
  await kill(server, target)
  // Some more knock at a door that is closed by now.
  await pause(50)
  await running.stop()
  return running.acknowledged()
}

const known = (): readonly Write[] => ledger.withFate('acknowledged', 'happened')

async function check(certain = known(), unknown = ledger.withFate('unknown')): Promise<Verdict> {
  const database = await openDatabase(server.dataDir)
  try {
    return judge(certain, unknown, await observe(caller, database))
  } finally {
    await database.end()
  }
}

/** Sends writes with an Idempotency-Key again, as their senders would. Afterwards they must have happened exactly once. */
async function retry(writes: readonly Write[], replayed: boolean): Promise<void> {
  for (const write of writes) {
    if (write.key === undefined) continue
    expect(await send({ url: server.url, key }, write)).toMatchObject({ replayed })
    ledger.note(write, 'acknowledged')
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('after kill -9 in the middle of writes', () => {
  const plan = Array.from({ length: rounds }, (_, i) => [i + 1, targets[i % targets.length] ?? 'plinth'] as const)

  it.each(plan)(
    'all that was acknowledged is there, the rest wholly or not at all (round %i: %s)',
    async (round, target) => {
      const acknowledged = await writeAndKill(round, target)
      const killed = performance.now()
      server = await recover(server, target)
      const recovery = Math.round(performance.now() - killed)
      caller = callerOf(server.url, key)

      const expected = known().length
      const { faults, found, happened, undone } = await check()
      expect(faults.slice(0, 20)).toEqual([])
      for (const write of happened) ledger.note(write, 'happened')
      for (const write of undone) ledger.note(write, 'undone')

      const answered = ledger.withFate('acknowledged').filter((write) => write.requestId.startsWith(`${round}`))
      await retry(answered.slice(-20), true)
      await retry(happened, true)
      await retry(undone, false)
      expect((await check()).faults).toEqual([])
      figures.push({
        killed: target,
        acknowledged,
        found: `${found} of ${expected}`,
        'unanswered, done': happened.length,
        'unanswered, not done': undone.length,
        'recovery in ms': recovery,
      })
    },
  )

  test('at least 2,000 writes were acknowledged in all', () => {
    expect(figures).toHaveLength(rounds)
    expect(figures.reduce((sum, each) => sum + each.acknowledged, 0)).toBeGreaterThanOrEqual(rounds * writesBeforeKill)
  })
})

describe('the check itself finds', () => {
  const first = (columns: string) => `(select ${columns} from public.posts where mark like '1%' order by mark limit 1)`
  const newest = (collection: string) => `(select max(seq) from plinth.changes where collection = '${collection}')`

  test.each([
    ['a record that is gone', `delete from public.posts where id = ${first('id')}`, 'and is absent'],
    [
      'a link that is gone',
      'delete from public."posts.tags" where ctid = (select max(ctid) from public."posts.tags")',
      'posts.tags {',
    ],
    ['a count that is short', `update public.posts set views = views - 1 where mark = 'hot-1'`, 'post hot-1 should be'],
    [
      'a record that is there twice',
      `insert into public.posts (mark, title, created, updated) ${first('mark, title, created, updated')}`,
      'there twice',
    ],
    [
      'a change that the log has lost',
      `delete from plinth.changes where seq = ${newest('posts')}`,
      'lost from the change log',
    ],
    [
      'a record that is not as the log says',
      `update plinth.changes set after = after || '{"mark":"x"}' where seq = ${newest('tags')}`,
      'not as the change log says: tags',
    ],
  ])('%s', async (_name, damage, fault) => {
    const before = (await check()).faults
    await pastTriggers(damage)
    const found = (await check()).faults.filter((each) => !before.includes(each))
    expect(found).not.toEqual([])
    expect(found.join('\n')).toContain(fault)
  })

  it('an array of which only a part was done', async () => {
    const array = known().findLast(({ effects }) => effects.length === 5)
    if (array === undefined) throw new Error('No array was written.')
    const last = array.effects.at(-1)?.mark
    await pastTriggers(
      `delete from plinth.changes where collection = 'posts' and after ->> 'mark' = '${last}' and op = 'create'`,
    )
    const others = known().filter((write) => write !== array)
    const { faults } = await check(others, [array])
    expect(faults.filter((fault) => fault.startsWith('done by half'))).toEqual([
      expect.stringContaining(array.requestId),
    ])
  })

  /** As damage happens: past the change log and foreign keys. */
  async function pastTriggers(statement: string): Promise<void> {
    const database = await openDatabase(server.dataDir)
    try {
      await database.query('set session_replication_role = replica')
      expect((await database.query(statement)).rowCount).toBe(1)
    } finally {
      await database.end()
    }
  }
})
