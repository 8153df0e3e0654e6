import pg from 'pg'
import { createSecretKey } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../src/changes/change.ts'
import { type ChangeCursor, decodeCursor, encodeCursor } from '../../src/changes/cursor.ts'
import { currentCursor, readChanges } from '../../src/changes/reader.ts'
import { renewEpoch } from '../../src/changes/renew-epoch.ts'
import { maintainLog } from '../../src/changes/retention.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createRandom, type Random } from './random.ts'
import { replayFaults, type Rows } from './replay.ts'
import { createLoggedLinks, createLoggedTable, execute, id } from './tables.ts'

const seeds = [1, 2, 3]
const writers = 8
const transactionsPerWriter = 60
const hotRows = 6
const key = createSecretKey(Buffer.alloc(32, 7))

const dbs: TestDatabase[] = []
afterAll(async () => {
  for (const db of dbs) await db.drop()
})

async function createTables(): Promise<TestDatabase> {
  const test = await createTestDatabase({ max: 6 })
  dbs.push(test)
  await renewEpoch(test.database)
  await createLoggedTable(test.database, 'items', 'counter integer not null default 0')
  await createLoggedTable(test.database, 'tags', 'counter integer not null default 0')
  await createLoggedLinks(test.database, 'items', 'tags', 'tags')
  return test
}

const hot = (random: Random): string => `'${id(random.below(hotRows))}'`

/** One statement of a writer, chosen at random. */
const statements: readonly ((random: Random) => string)[] = [
  (random) => `update public.items set counter = counter + 1 where id = ${hot(random)}`,
  (random) => `update public.items set counter = counter + 1 where id = ${hot(random)}`,
  (random) =>
    `insert into public.items (id) values (${hot(random)}) on conflict (id) do update set counter = items.counter + 1`,
  (random) => `delete from public.items where id = ${hot(random)}`,
  (random) => `insert into public.items (counter) select i from generate_series(1, ${random.below(30)}) i`,
  (random) => `update public.items set counter = counter + 1 where counter % 7 = ${random.below(7)}`,
  (random) => `update public.items set counter = counter where counter % 3 = ${random.below(3)}`,
  (random) => `delete from public.items where counter % 11 = ${random.below(11)} and id > '${id(hotRows)}'`,
  (random) =>
    `insert into public.tags (id) values (${hot(random)}) on conflict (id) do update set counter = tags.counter + 1`,
  (random) =>
    `insert into public."items.tags" select i.id, t.id from public.items i, public.tags t
      where i.counter % 5 = ${random.below(5)} limit ${random.below(10)} on conflict do nothing`,
  (random) => `delete from public.tags where id = ${hot(random)}`,
  (random) =>
    `with gone as (delete from public.items where id = ${hot(random)} returning counter)
      insert into public.items (counter) select counter from gone`,
]

/** A client of its own, as somebody with `psql` would be: nothing of ours stands between it and the tables. */
async function runWriter(url: string, random: Random): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`set lock_timeout = '150ms'`)
    let committed = 0
    for (let i = 0; i < transactionsPerWriter; i++) {
      if (await runTransaction(client, random)) committed++
    }
    return committed
  } finally {
    await client.end()
  }
}

async function runTransaction(client: pg.Client, random: Random): Promise<boolean> {
  try {
    if (random.chance(0.2)) {
      await client.query(random.pick(statements)(random))
      return true
    }
    await client.query('begin')
    for (let steps = 1 + random.below(4); steps > 0; steps--) await runStep(client, random)
    const end = random.chance(0.75) ? 'commit' : 'rollback'
    await client.query(end)
    return end === 'commit'
  } catch (error) {
    // Two writers wait for each other, or wait for the same row for too long.
    if (!(error instanceof pg.DatabaseError && ['55P03', '40P01', '23503'].includes(error.code ?? ''))) throw error
    await client.query('rollback')
    return false
  }
}

async function runStep(client: pg.Client, random: Random): Promise<void> {
  if (random.chance(0.15)) await sleep(random.below(40))
  const inSavepoint = random.chance(0.4)
  if (inSavepoint) await client.query('savepoint here')
  await client.query(random.pick(statements)(random))
  if (inSavepoint) await client.query(random.chance(0.5) ? 'rollback to savepoint here' : 'release savepoint here')
}

/**
 * Reads to the end, in pages of random size. Now and then it is "killed" after a read: what it got is forgotten, and it
 * starts again from the cursor that it had stored with the last changes that it kept.
 */
async function runReader(database: Database, from: ChangeCursor, random: Random, writing: () => boolean) {
  const kept: Change[] = []
  let stored = encodeCursor(from, key)
  let kills = 0
  for (;;) {
    const finalRound = !writing()
    const batch = await readChanges(database, decodeCursor(stored, key), { limit: 1 + random.below(40) })
    if (batch === 'resync') throw new Error('resync')
    if (random.chance(0.25)) {
      kills++
      continue
    }
    kept.push(...batch.changes)
    stored = encodeCursor(batch.cursor, key)
    if (finalRound && !batch.more) return { changes: kept, kills }
    if (!batch.more) await sleep(random.below(10))
  }
}

async function readTables(database: Database): Promise<Rows> {
  const rows = await database.run({
    text: `
      select 'items ' || id, to_jsonb(t)::text from public.items t
      union all select 'tags ' || id, to_jsonb(t)::text from public.tags t
      union all select 'items.tags ' || source || ' ' || target, to_jsonb(t)::text from public."items.tags" t`,
    values: [],
  })
  return new Map(rows.map(([name, row]) => [String(name), String(row)]))
}

describe('the change log', () => {
  it.each(seeds)('replays to exactly the tables, whatever its writers and readers do (seed %i)', async (seed) => {
    const { database, url } = await createTables()
    const start = await currentCursor(database)
    const phase = { writing: true }
    const writersDone = Promise.all(
      Array.from({ length: writers }, (_, i) => runWriter(url, createRandom(seed * 1000 + i))),
    ).finally(() => (phase.writing = false))
    const readers = [1, 2].map((i) =>
      runReader(database, start, createRandom(seed * 1000 + 500 + i), () => phase.writing),
    )
    // Today's partition is made, and the changes so far are moved into it, while everybody is at work.
    await sleep(100)
    while (phase.writing && (await maintainLog(database, { keepDays: 14 })).postponed) await sleep(20)
    const committed = (await writersDone).reduce((sum, each) => sum + each, 0)

    const tables = await readTables(database)
    for (const { changes, kills } of await Promise.all(readers)) {
      expect(replayFaults(changes, tables)).toEqual([])
      expect(kills).toBeGreaterThan(0)
      expect(changes.length).toBeGreaterThan(committed / 2)
    }
    expect(committed).toBeGreaterThan((writers * transactionsPerWriter) / 4)
  })
})

describe('the check of the replay', () => {
  let changes: readonly Change[]
  let tables: Rows

  beforeAll(async () => {
    const { database } = await createTables()
    const start = await currentCursor(database)
    await execute(
      database,
      `insert into public.items (id) select ('${id(0).slice(0, -1)}' || i)::uuid from generate_series(1, 3) i`,
      ...Array.from({ length: 4 }, () => 'update public.items set counter = counter + 1'),
      `delete from public.items where id = '${id(3)}'`,
    )
    const batch = await readChanges(database, start)
    if (batch === 'resync') throw new Error('resync')
    changes = batch.changes
    tables = await readTables(database)
  })

  it('passes what the log really has', () => {
    expect(changes).toHaveLength(16)
    expect(replayFaults(changes, tables)).toEqual([])
  })

  it('finds any one change that is lost', () => {
    for (const index of changes.keys()) expect(replayFaults(changes.toSpliced(index, 1), tables)).not.toEqual([])
  })

  it('finds any one change that comes twice, at once or at the end', () => {
    for (const change of changes) {
      expect(replayFaults([...changes, change], tables)).not.toEqual([])
      expect(
        replayFaults(
          changes.flatMap((each) => (each === change ? [each, each] : [each])),
          tables,
        ),
      ).not.toEqual([])
    }
  })

  it('finds any two changes of a record that are swapped', () => {
    const ofOne = changes.filter(({ record }) => record === id(1))
    for (const index of ofOne.keys()) {
      const [first, second] = [ofOne[index], ofOne[index + 1]]
      if (first === undefined || second === undefined) continue
      const swapped = changes.map((each) => (each === first ? second : each === second ? first : each))
      expect(replayFaults(swapped, tables)).not.toEqual([])
    }
  })
})
