import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followChanges } from '../../src/changes/follow-changes.ts'
import { currentCursor } from '../../src/changes/reader.ts'
import { renewEpoch } from '../../src/changes/renew-epoch.ts'
import { type ChangeSignal, createChangeSignal } from '../../src/changes/wake.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createLoggedTable, execute, id } from './tables.ts'

let test: TestDatabase
let database: Database
let signal: ChangeSignal
let stop: AbortController
let records: string[]
let resyncs: number
let failures: number
let followed: Promise<void>

beforeEach(async () => {
  test = await createTestDatabase()
  database = test.database
  signal = createChangeSignal()
  stop = new AbortController()
  records = []
  resyncs = 0
  failures = 0
  await renewEpoch(database)
  await createLoggedTable(database, 'posts', 'title text')
})
afterEach(async () => {
  stop.abort()
  await followed
  await test.drop()
})

async function follow(pollMs?: number): Promise<void> {
  followed = followChanges(database, await currentCursor(database), {
    onBatch: ({ changes }) => {
      records.push(...changes.map(({ record }) => record))
    },
    onResync: () => {
      resyncs++
    },
    onError: () => {
      failures++
    },
    limit: 2,
    signal,
    stop: stop.signal,
    ...(pollMs === undefined ? {} : { pollMs }),
  })
}

const insert = (...numbers: number[]) =>
  execute(database, `insert into public.posts (id) values ${numbers.map((n) => `('${id(n)}')`).join(', ')}`)

const never = 1_000_000

describe('followChanges', () => {
  it('delivers what was written here as soon as it is woken', async () => {
    await follow(never)
    await insert(1, 2, 3)
    signal.wake()
    await expect.poll(() => records).toEqual([id(1), id(2), id(3)])
    await insert(4)
    signal.wake()
    await expect.poll(() => records).toEqual([id(1), id(2), id(3), id(4)])
  })

  it('finds what was written elsewhere by itself', async () => {
    await follow()
    await insert(1)
    await expect.poll(() => records).toEqual([id(1)])
  })

  it('ends when it is told to stop while it waits', async () => {
    await follow(never)
    stop.abort()
    await followed
  })

  it('ends when the one it delivers to fails', async () => {
    const options = { onResync: () => {}, signal, stop: stop.signal }
    const failing = followChanges(database, await currentCursor(database), {
      ...options,
      onBatch: () => Promise.reject(new Error('on purpose')),
    })
    followed = failing.catch(() => {})
    await insert(1)
    await expect(failing).rejects.toThrow('on purpose')
  })

  it('outlasts lost connections, and misses nothing', async () => {
    await follow(5)
    for (let round = 1; round <= 5; round++) {
      await execute(
        database,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      await insert(round).catch(() => insert(round))
    }
    await expect.poll(() => records, { timeout: 20_000 }).toEqual([1, 2, 3, 4, 5].map(id))
  })

  it('outlasts a log that cannot be read for a while', async () => {
    await follow(5)
    await execute(database, 'alter table plinth.log_epoch rename to hidden')
    await expect.poll(() => failures).toBeGreaterThan(0)
    await insert(1)
    await execute(database, 'alter table plinth.hidden rename to log_epoch')
    await expect.poll(() => records, { timeout: 20_000 }).toEqual([id(1)])
  })

  it('tells of a resync and goes on from there', async () => {
    await follow(5)
    await execute(database, 'truncate public.posts')
    await expect.poll(() => resyncs).toBe(1)
    await insert(1)
    await expect.poll(() => records).toEqual([id(1)])
    expect(resyncs).toBe(1)
  })
})
