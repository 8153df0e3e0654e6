import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeCursor } from '../../src/changes/cursor.ts'
import { addDays, createPartition, dayOf, listPartitions } from '../../src/changes/log-partitions.ts'
import { currentCursor, readChanges } from '../../src/changes/reader.ts'
import { renewEpoch } from '../../src/changes/renew-epoch.ts'
import { maintainLog, startLogMaintenance } from '../../src/changes/retention.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createLoggedTable, execute } from './tables.ts'

let test: TestDatabase
let database: Database
const now = new Date()
const today = dayOf(now)

beforeEach(async () => {
  test = await createTestDatabase()
  database = test.database
  await renewEpoch(database)
  await createLoggedTable(database, 'posts', 'title text')
})
afterEach(() => test.drop())

const insert = `insert into public.posts default values`
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

async function count(cursor: ChangeCursor | null): Promise<number | 'resync'> {
  const batch = await readChanges(database, cursor)
  return batch === 'resync' ? batch : batch.changes.length
}

/** A cursor that was made while a transaction with one insert was running, which then commits. */
async function whileInserting(): Promise<{ cursor: ChangeCursor; ended: Promise<void> }> {
  const made = Promise.withResolvers<ChangeCursor>()
  const ended = database.transaction(async (session) => {
    await execute(session, insert)
    await execute(database, insert)
    made.resolve(await currentCursor(database))
  })
  return { cursor: await made.promise, ended }
}

async function untilSomebodyWaits(): Promise<void> {
  const text = `
    select from pg_locks join pg_database on pg_database.oid = database
    where not granted and datname = current_database()`
  while ((await database.run({ text, values: [] })).length === 0) await sleep(10)
}

const tablesOfChanges = async (): Promise<readonly unknown[]> =>
  (
    await database.run({ text: 'select distinct tableoid::regclass::text from plinth.changes order by 1', values: [] })
  ).map(([name]) => name)

describe('maintainLog', () => {
  it('makes the partitions of today and the coming days, once', async () => {
    const days = [0, 1, 2, 3].map((ahead) => addDays(today, ahead))
    expect(await maintainLog(database, { keepDays: 14, now })).toEqual({ created: days, dropped: [], postponed: false })
    expect(await maintainLog(database, { keepDays: 14, now })).toEqual({ created: [], dropped: [], postponed: false })
    expect(await listPartitions(database)).toEqual(days)
  })

  it('moves changes that found no partition to where they belong, unseen by cursors', async () => {
    const start = await currentCursor(database)
    await execute(database, insert)
    const afterOne = await currentCursor(database)
    await execute(database, insert)
    await execute(database, `update plinth.changes set at = at - interval '3 days' where seq = 1`)
    expect(await tablesOfChanges()).toEqual(['plinth.changes_default'])
    const { created } = await maintainLog(database, { keepDays: 14, now })
    expect(created[0]).toBe(addDays(today, -3))
    expect(await tablesOfChanges()).not.toContain('plinth.changes_default')
    expect(await count(start)).toBe(2)
    expect(await count(afterOne)).toBe(1)
  })

  it('loses no change for a reader that comes while changes are moved', async () => {
    // What was running when the cursor was made is what the cursor will look for one by one.
    const { cursor, ended } = await whileInserting()
    await ended
    const { reading } = await database.transaction(async (session) => {
      await createPartition(session, today, true)
      const beginning = readChanges(database, cursor)
      await untilSomebodyWaits()
      return { reading: beginning }
    })
    const batch = await reading
    if (batch === 'resync') throw new Error('resync')
    expect(batch.changes.length + Number(await count(batch.cursor))).toBe(1)
  })

  it('drops days that are no longer kept, and only cursors that may miss something resync', async () => {
    await maintainLog(database, { keepDays: 14, now })
    const start = await currentCursor(database)
    await execute(database, insert)
    const current = await currentCursor(database)
    expect((await maintainLog(database, { keepDays: 2, now: inDays(2) })).dropped).toEqual([])
    expect(await count(start)).toBe(1)
    expect((await maintainLog(database, { keepDays: 2, now: inDays(3) })).dropped).toEqual([today])
    expect(await count(start)).toBe('resync')
    expect(await count(current)).toBe(0)
    expect(await count(null)).toBe(0)
    await execute(database, insert)
    expect(await count(current)).toBe(1)
  })

  it('lets a reader half way through a page resync when the rest of it is dropped', async () => {
    await maintainLog(database, { keepDays: 14, now })
    await execute(database, `insert into public.posts (title) select 'x' from generate_series(1, 10)`)
    const first = await readChanges(database, null, { limit: 3 })
    if (first === 'resync') throw new Error('resync')
    expect(await count(first.cursor)).toBe(7)
    await maintainLog(database, { keepDays: 0, now: inDays(1) })
    expect(await count(first.cursor)).toBe('resync')
  })

  it('drops what the default partition has from days that are no longer kept', async () => {
    const start = await currentCursor(database)
    await execute(database, insert, `update plinth.changes set at = at - interval '20 days'`)
    await maintainLog(database, { keepDays: 14, now })
    expect(await tablesOfChanges()).toEqual([])
    expect(await count(start)).toBe('resync')
  })

  it('keeps cursors good that were made while an old transaction was running', async () => {
    await maintainLog(database, { keepDays: 14, now })
    await database.transaction(async (session) => {
      await execute(session, insert)
      await execute(database, insert)
      const { postponed } = await maintainLog(database, { keepDays: 0, now: inDays(1) })
      expect(postponed).toBe(true)
    })
    expect(await maintainLog(database, { keepDays: 0, now: inDays(1) })).toMatchObject({ dropped: [today] })
  })

  it('may run in several copies at once', async () => {
    await Promise.all([1, 2, 3].map(() => maintainLog(database, { keepDays: 14, now })))
    expect(await maintainLog(database, { keepDays: 14, now })).toMatchObject({ postponed: false })
    expect(await listPartitions(database)).toHaveLength(4)
  })
})

describe('an epoch', () => {
  it('ends when the database has become another one, whose transaction numbers mean something else', async () => {
    await execute(database, insert)
    const old = await currentCursor(database)
    // As after a dump and restore: the log's transactions are still to come in this cluster.
    await execute(
      database,
      `update plinth.changes set txid = (txid::text::bigint + 1000000)::text::xid8`,
      `update plinth.log_epoch set identity = 'another cluster', horizon = '999999'`,
    )
    await maintainLog(database, { keepDays: 14, now })
    expect(await count(old)).toBe('resync')
    const fresh = await currentCursor(database)
    expect(await count(fresh)).toBe(0)
    await execute(database, insert)
    expect(await count(fresh)).toBe(1)
    expect(await count(null)).toBe(2)
  })

  it('goes on when nothing has happened to the database', async () => {
    const cursor = await currentCursor(database)
    await maintainLog(database, { keepDays: 14, now })
    expect(await count(cursor)).toBe(0)
  })
})

describe('startLogMaintenance', () => {
  it('has partitions ready when it resolves, and stops', async () => {
    const maintenance = await startLogMaintenance(database, { keepDays: 14, everyMs: 5 })
    expect((await listPartitions(database)).length).toBeGreaterThanOrEqual(4)
    await maintenance.stop()
  })

  it('reports a failed round and tries again', async () => {
    const errors: unknown[] = []
    await execute(database, 'alter table plinth.log_epoch rename to hidden')
    const maintenance = await startLogMaintenance(database, {
      keepDays: 14,
      retryMs: 5,
      onError: (error) => errors.push(error),
    })
    expect(errors).toHaveLength(1)
    await execute(database, 'alter table plinth.hidden rename to log_epoch')
    await expect.poll(() => listPartitions(database)).toHaveLength(4)
    await maintenance.stop()
  })
})
