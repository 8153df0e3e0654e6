import { Problem } from '@plinth/schema'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

let db: TestDatabase
/** Has a single connection, so what one statement does to it shows in the next. */
let single: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase()
  single = await createTestDatabase({ max: 1, statementTimeout: 500 })
})
afterAll(() => Promise.all([db.drop(), single.drop()]))

const run = (text: string, values: readonly unknown[] = [], name?: string) =>
  single.database.run({ text, values, name })
const processId = async () => (await run('select pg_backend_pid()'))[0]?.[0]
const terminate = (pid: unknown) => db.database.run({ text: 'select pg_terminate_backend($1)', values: [pid] })

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  return error instanceof Problem ? error.code : `no problem: ${String(error)}`
}

describe('a statement', () => {
  test('answers rows as arrays of PostgreSQL text', async () => {
    const rows = await run(`select 1, true, null, $1::jsonb, '{1,2}'::int[], timestamptz '2026-01-31T12:00Z'`, [
      '{"a": 1}',
    ])
    expect(rows).toEqual([['1', 't', null, '{"a": 1}', '{1,2}', '2026-01-31 12:00:00+00']])
  })

  test('answers no rows where there are none', async () => {
    expect(await run('select 1 where false')).toEqual([])
    expect(await run('create temporary table nothing ()')).toEqual([])
  })

  test('runs with the session settings that all SQL counts on', async () => {
    expect(
      await run(
        `select current_setting('TimeZone'), current_setting('search_path'), current_setting('client_encoding'), current_setting('statement_timeout')`,
      ),
    ).toEqual([['UTC', 'pg_catalog', 'UTF8', '500ms']])
  })

  test('cannot hold a second statement', async () => {
    await expect(run('select 1; select 2')).rejects.toThrow('cannot insert multiple commands')
  })

  test('is prepared once under its name', async () => {
    await run('select $1::int', [1], 'once')
    expect(await run('select $1::int', [2], 'once')).toEqual([['2']])
    expect(await run(`select count(*) from pg_prepared_statements where name = 'once'`)).toEqual([['1']])
  })

  test('keeps its connection when PostgreSQL refuses it, and tells why in full', async () => {
    const before = await processId()
    await expect(run('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
    expect(await processId()).toBe(before)
  })

  test('that takes too long is stopped with the problem "timeout"', async () => {
    expect(await problemOf(run('select pg_sleep(60)'))).toBe('timeout')
    expect(await run('select 1')).toEqual([['1']])
  })

  test('runs again by itself when its table changed shape since it was prepared', async () => {
    await run('create table public.shapes (a int)')
    await run('insert into public.shapes values (1)')
    expect(await run('select * from public.shapes', [], 'shape')).toEqual([['1']])
    await run('alter table public.shapes add column b int default 2')
    expect(await run('select * from public.shapes', [], 'shape')).toEqual([['1', '2']])
    expect(await run('select * from public.shapes', [], 'shape')).toEqual([['1', '2']])
  })
})

describe('prepared statements', () => {
  test('are bounded: a connection that has prepared more than 400 names is replaced', async () => {
    const first = await processId()
    const counts = new Set<number>()
    for (let i = 0; i < 900; i++) {
      await run(`select $1::int + ${i}`, [i], `bounded-${i}`)
      if (i % 50 === 0) counts.add(Number((await run('select count(*) from pg_prepared_statements'))[0]?.[0]))
    }
    expect(Math.max(...counts)).toBeGreaterThan(300)
    expect(Math.max(...counts)).toBeLessThanOrEqual(402)
    expect(await processId()).not.toBe(first)
  })

  test('are bounded by their length too: a connection that has prepared long ones is replaced sooner', async () => {
    const first = await processId()
    const long = (i: number) => run(`select $1::int /* ${i}${'x'.repeat(490_000)} */`, [i], `long-${i}`)
    for (let i = 0; i < 4; i++) {
      await long(i)
      await long(i)
    }
    expect(await processId()).toBe(first)
    await long(4)
    expect(await processId()).not.toBe(first)
    expect(await run('select count(*) from pg_prepared_statements')).toEqual([['0']])
  })
})

describe('connections', () => {
  test('are left for reads when all who write wait for each other', async () => {
    const five = await connect({ url: db.url, max: 5 })
    await five.run({ text: 'create table public.contended (id int primary key)', values: [] })
    const gate = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const insert = { text: 'insert into public.contended values (1) on conflict do nothing', values: [] }
    const first = five.transaction(async (session) => {
      await session.run(insert)
      started.resolve()
      await gate.promise
    })
    await started.promise
    const others = Array.from({ length: 12 }, (_, i) =>
      i % 2 ? five.run(insert) : five.transaction((session) => session.run(insert)),
    )
    expect(await five.run({ text: 'select count(*) from public.contended', values: [] })).toEqual([['0']])
    const reads = Array.from({ length: 30 }, (_, i) => five.run({ text: `select ${i}`, values: [] }))
    expect((await Promise.all(reads)).flat(2)).toEqual(reads.map((_, i) => String(i)))
    expect(five.load().waiting).toBeGreaterThan(0)
    gate.resolve()
    await Promise.all([first, ...others])
    expect(five.load()).toMatchObject({ waiting: 0 })
    expect(await five.run({ text: 'drop table public.contended', values: [] })).toEqual([])
    await five.close()
  })
})

describe('a transaction', () => {
  beforeAll(() => run('create table public.notes (id int primary key, text text)'))
  const notes = async () => (await run('select id from public.notes order by id')).flat()
  const insert = (id: number) => ({ text: 'insert into public.notes values ($1::int)', values: [id] })

  test('commits what it did and answers the result of its work', async () => {
    const answer = await single.database.transaction(async (session) => {
      await session.run(insert(1))
      return 'done'
    })
    expect(answer).toBe('done')
    expect(await notes()).toEqual(['1'])
  })

  test('leaves nothing when its work throws', async () => {
    const work = single.database.transaction(async (session) => {
      await session.run(insert(2))
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await notes()).toEqual(['1'])
  })

  test('does not claim success when its work swallowed the failure of a statement', async () => {
    const work = single.database.transaction(async (session) => {
      await session.run(insert(3))
      await session.run(insert(1)).catch(() => {})
    })
    await expect(work).rejects.toThrow('rolled back')
    expect(await notes()).toEqual(['1'])
  })

  test('cannot be used after its end', async () => {
    const kept = await single.database.transaction(async (session) => session)
    await expect(kept.run(insert(4))).rejects.toThrow('has ended')
  })

  test('that lost its connection fails as "unavailable", and the next works', async () => {
    const work = single.database.transaction(async (session) => {
      await session.run(insert(5))
      const [row] = await session.run({ text: 'select pg_backend_pid()', values: [] })
      await terminate(row?.[0])
      await session.run(insert(6))
    })
    expect(await problemOf(work)).toBe('unavailable')
    expect(await notes()).toEqual(['1'])
  })
})

describe('a lost connection', () => {
  test('is replaced when it was idle', async () => {
    const lost = await processId()
    await terminate(lost)
    await expect.poll(() => run('select 1').catch(() => 'lost')).toEqual([['1']])
    expect(await processId()).not.toBe(lost)
  })

  test('fails the statement that runs on it as "unavailable"', async () => {
    const lost = await processId()
    const running = problemOf(run('select pg_sleep(60)'))
    await terminate(lost)
    expect(await running).toBe('unavailable')
    expect(await run('select 1')).toEqual([['1']])
  })
})

describe('closing', () => {
  test('waits for what runs and for what waits', async () => {
    const database = await connect({ url: db.url, max: 1 })
    const answers = Promise.all(
      [1, 2, 3].map((n) => database.run({ text: 'select $1::int, pg_sleep(0.02)', values: [n] })),
    )
    await database.close()
    expect((await answers).map(([row]) => row?.[0])).toEqual(['1', '2', '3'])
    expect(await problemOf(database.run({ text: 'select 1', values: [] }))).toBe('unavailable')
  })
})

describe('knex', () => {
  test('is on the same settings, without a time limit', async () => {
    const { rows } = await db.database.knex.raw<{ rows: unknown[] }>(
      `select current_setting('TimeZone') as zone, current_setting('search_path') as path, current_setting('statement_timeout') as "limit"`,
    )
    expect(rows).toEqual([{ zone: 'UTC', path: 'pg_catalog', limit: '0' }])
  })
})

describe('connecting', () => {
  const changed = (change: (address: URL) => void): string => {
    const address = new URL(db.url)
    change(address)
    return address.href
  }

  test.each([
    ['an address that is none', () => 'nonsense', 'DATABASE_URL is not a PostgreSQL address'],
    ['another kind of address', () => 'mysql://localhost/db', 'DATABASE_URL is not a PostgreSQL address'],
    [
      'a port where nothing listens',
      () => 'postgres://a:secret@127.0.0.1:1/x',
      'at 127.0.0.1:1: nothing listens there',
    ],
    ['a folder without a socket', () => 'postgres://a:secret@%2Fnowhere/x', 'at /nowhere: there is no socket'],
    ['a missing database', () => changed((url) => (url.pathname = 'missing')), 'has no database "missing"'],
    [
      'an unknown user',
      () => changed((url) => (url.username = 'nobody')),
      /the user name or the password is wrong|role "nobody" does not exist/,
    ],
  ])('to %s fails with one clear sentence', async (_, url, sentence) => {
    const error = await connect({ url: url() }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ name: 'CannotStart', message: expect.stringMatching(sentence) })
    expect(String(error)).not.toContain('secret')
  })

  test('to a database that is not UTF-8 is refused', async () => {
    const name = `${new URL(db.url).pathname.slice(1)}_ascii`
    await db.database.knex.raw(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`)
    await expect(connect({ url: changed((url) => (url.pathname = name)) })).rejects.toThrow('encoded in SQL_ASCII')
  })

  test('tells the version as PostgreSQL counts it', async () => {
    const client = new pg.Client({ connectionString: db.url })
    await client.connect()
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
    await client.end()
    expect(db.database.serverVersion).toBe(Number(rows[0]?.server_version_num))
  })
})
