import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../src/changes/change.ts'
import type { ChangeCursor } from '../../src/changes/cursor.ts'
import { currentCursor, readChanges, type ReadOptions } from '../../src/changes/reader.ts'
import { unseenChanges, unseenChangesWithin } from '../../src/changes/unseen-changes.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createLoggedTable, execute } from './tables.ts'

let test: TestDatabase
let database: Database
let start: ChangeCursor

beforeAll(async () => {
  test = await createTestDatabase()
  database = test.database
  await createLoggedTable(database, 'posts', 'title text')
  await createLoggedTable(database, 'tags', 'title text')
})
afterAll(() => test.drop())
beforeEach(async () => {
  start = await currentCursor(database)
})

const insert = (title: string, collection = 'posts'): string =>
  `insert into public.${collection} (title) values ('${title}')`

async function read(cursor: ChangeCursor | null, options?: ReadOptions) {
  const batch = await readChanges(database, cursor, options)
  if (batch === 'resync') throw new Error('resync')
  return { ...batch, titles: batch.changes.map(title) }
}

async function readAll(from: ChangeCursor | null, options?: ReadOptions) {
  const batches = [await read(from, options)]
  for (let last = batches[0]; last?.more; last = batches.at(-1)) batches.push(await read(last.cursor, options))
  return batches
}

const title = ({ after }: Change): string => JSON.parse(after ?? '{}').title

const unseen = (cursor: ChangeCursor) => ({ seen: cursor.seen, limit: 10, maxBytes: 1_000_000 })

describe('readChanges', () => {
  it('answers nothing at the end of the log, and then only what is new', async () => {
    expect(await read(start)).toMatchObject({ changes: [], more: false })
    await execute(database, insert('a'))
    const first = await read(start)
    expect(first.titles).toEqual(['a'])
    await execute(database, insert('b'))
    expect((await read(first.cursor)).titles).toEqual(['b'])
  })

  it('does not wait for an open transaction, and does not miss it', async () => {
    let cursor = start
    await database.transaction(async (session) => {
      await execute(session, insert('slow'))
      await execute(database, insert('quick'))
      const batch = await read(cursor)
      expect(batch.titles).toEqual(['quick'])
      cursor = batch.cursor
      expect((await read(cursor)).titles).toEqual([])
    })
    const batch = await read(cursor)
    expect(batch.titles).toEqual(['slow'])
    expect((await read(batch.cursor)).titles).toEqual([])
  })

  it('begins, without a cursor, with the oldest change that the log has', async () => {
    await execute(database, insert('a'), insert('b'))
    const batches = await readAll(null, { limit: 3 })
    const rows = await database.run({ text: 'select seq from plinth.changes order by seq', values: [] })
    expect(batches.flatMap(({ changes }) => changes.map(({ seq }) => seq))).toEqual(rows.map(([seq]) => seq))
  })

  it('gives a large transaction in pages, and what is committed meanwhile after it', async () => {
    await execute(database, `insert into public.posts (title) select i::text from generate_series(1, 1000) i`)
    const first = await read(start, { limit: 64 })
    expect(first).toMatchObject({ more: true })
    await execute(database, insert('later'))
    const batches = [first, ...(await readAll(first.cursor, { limit: 64 }))]
    expect(Math.max(...batches.map(({ changes }) => changes.length))).toBe(64)
    const numbers = Array.from({ length: 1000 }, (_, i) => String(i + 1))
    expect(batches.flatMap(({ titles }) => titles)).toEqual([...numbers, 'later'])
  })

  it('finds the rest of a page beyond a wide gap of seen changes', async () => {
    await database.transaction(async (session) => {
      await execute(session, insert('before 1'), insert('before 2'))
      await execute(database, `insert into public.posts select from generate_series(1, 500)`)
      start = await currentCursor(database)
      await execute(session, insert('after 1'), insert('after 2'))
    })
    const titles = (await readAll(start, { limit: 1 })).flatMap((batch) => batch.titles)
    expect(titles).toEqual(['before 1', 'before 2', 'after 1', 'after 2'])
  })

  it('ends a page early when the records are large, but always goes on', async () => {
    await execute(
      database,
      `insert into public.posts (title) select repeat(md5(i::text), 40) from generate_series(1, 9) i`,
    )
    const sizes = (await readAll(start, { maxBytes: 3000 })).map(({ changes }) => changes.length)
    expect(sizes.filter((size) => size > 0)).toEqual([3, 3, 3])
    expect((await readAll(start, { maxBytes: 1 })).flatMap(({ changes }) => changes)).toHaveLength(9)
  })

  it('passes over other collections for good', async () => {
    await execute(database, insert('a'), insert('x', 'tags'), insert('b'))
    const batch = await read(start, { collections: ['posts'] })
    expect(batch.titles).toEqual(['a', 'b'])
    expect((await read(batch.cursor)).titles).toEqual([])
  })

  it('makes cursors that name no transaction which is not on disk, for a crash lets its number be used again', async () => {
    await execute(database, insert('a'))
    const [newest] = await database.run({ text: 'select max(txid::text::bigint) from plinth.changes', values: [] })
    const failing = database.transaction(async (session) => {
      await execute(session, insert('b'))
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect((await currentCursor(database)).seen.xmax).toBe(BigInt(newest?.[0] ?? 0) + 1n)
    expect((await read(start)).cursor.seen.xmax).toBe(BigInt(newest?.[0] ?? 0) + 1n)
  })

  it('asks for a resync when the epoch is another, or the cursor is from a future that did not happen', async () => {
    expect(await readChanges(database, { ...start, epoch: 'another' })).toBe('resync')
    const future = { ...start.seen, xmax: start.seen.xmax + 1_000_000n }
    expect(await readChanges(database, { ...start, seen: future })).toBe('resync')
    const page = { target: future, seq: 0n }
    expect(await readChanges(database, { ...start, page })).toBe('resync')
  })

  it('refuses sessions in which it could not be exact', async () => {
    const inWriting = database.transaction(async (session) => {
      await execute(session, insert('mine'))
      await readChanges(session, start)
    })
    await expect(inWriting).rejects.toThrow('READ COMMITTED')
    const inOldSnapshot = database.transaction(async (session) => {
      await execute(session, 'set transaction isolation level repeatable read')
      await readChanges(session, start)
    })
    await expect(inOldSnapshot).rejects.toThrow('READ COMMITTED')
  })

  it('gives a transaction that sees one moment the cursor of that moment', async () => {
    const cursor = await database.transaction(async (session) => {
      await execute(session, 'set transaction isolation level repeatable read, read only')
      await execute(session, 'select 1 from plinth.log_epoch')
      await execute(database, insert('after the moment'))
      return currentCursor(session)
    })
    expect(await readChanges(database, cursor)).toMatchObject({ changes: [{ op: 'create' }] })
  })
})

describe('the statement that reads', () => {
  beforeAll(() =>
    execute(
      database,
      `create table plinth.changes_20010101 partition of plinth.changes for values from ('2001-01-01') to ('2001-01-02')`,
      `create table plinth.changes_20010102 partition of plinth.changes for values from ('2001-01-02') to ('2001-01-03')`,
      ...['2001-01-01', '2001-01-02'].map(
        (day) => `insert into plinth.changes (txid, at, collection, record, op)
          select (i / 10 + 3)::text::xid8, '${day}', 'old', gen_random_uuid(), 'create' from generate_series(1, 50000) i`,
      ),
    ),
  )

  const analyzed = ['has no statistics yet', 'has statistics'] as const
  const modes = ['force_custom_plan', 'force_generic_plan'] as const
  it.each(analyzed.flatMap((state) => modes.map((mode) => [state, mode] as const)))(
    'uses the indexes when the log %s (%s)',
    async (state, mode) => {
      if (state === 'has statistics') await execute(database, 'analyze plinth.changes')
      await execute(database, insert('a'))
      const busy = { ...start, seen: { ...start.seen, xip: [start.seen.xmax - 1n, start.seen.xmax - 3n] } }
      const page = { target: { ...start.seen, xmax: start.seen.xmax + 5n }, seq: 99_000n }
      const all = unseenChanges(unseen(busy))
      const near = unseenChangesWithin({ ...unseen(busy), page }, 40)
      expect(await indexesOf(all.text, all.values, mode)).toEqual(['txid'])
      expect(await indexesOf(near.text, near.values, mode)).toEqual(['seq'])
    },
  )

  /** The indexes by which an old partition is read; 'none' where it is not read by one. */
  async function indexesOf(text: string, values: readonly unknown[], mode: string): Promise<readonly unknown[]> {
    const plan = await explain(text, values, mode)
    const scans = plan.matchAll(/Seq Scan on changes_2001|changes_20010101_(txid|seq)_idx/g)
    return [...new Set([...scans].map(([, index]) => index ?? 'none'))]
  }

  async function explain(text: string, values: readonly unknown[], mode: string): Promise<string> {
    const types = 'xid8, xid8[], xid8, xid8[], bigint, text[], bigint, bigint, bigint'
      .split(', ')
      .slice(0, values.length)
    const literals = values.map((value) => (value === null ? 'null' : `'${value}'`)).join(', ')
    return database.transaction(async (session) => {
      await execute(session, `set local plan_cache_mode = ${mode}`, `prepare reading (${types.join(', ')}) as ${text}`)
      const rows = await session.run({ text: `explain (costs off) execute reading (${literals})`, values: [] })
      await execute(session, 'deallocate reading')
      return rows.map(([line]) => line).join('\n')
    })
  }
})
