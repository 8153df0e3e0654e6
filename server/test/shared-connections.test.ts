import { Problem } from '@plinth/schema'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pace, Rows, Statement } from '../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

/** Has one connection: whoever does not wait for it shares it. */
let single: TestDatabase
let other: TestDatabase

beforeAll(async () => {
  single = await createTestDatabase({ max: 1 })
  other = await createTestDatabase()
})
afterAll(() => Promise.all([single.drop(), other.drop()]))

const quick = (kind: Pace['kind']): Pace => ({ kind, ms: 1 })
const slow = (kind: Pace['kind']): Pace => ({ kind, ms: 1000 })

const run = (text: string, pace?: Pace, more: Partial<Statement> = {}): Promise<Rows> =>
  single.database.run({ text, values: [], pace, ...more })

const outcome = (work: Promise<Rows>): Promise<string> =>
  work.then(
    (rows) => String(rows[0]?.[0]),
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  )

/** Ends the only connection while `first` runs on it, and answers what became of `second`, which came after it. */
async function afterLoss(first: Pace | undefined, second: Pace | undefined, pauseMs = 0): Promise<string> {
  const [row] = await run('select pg_backend_pid()')
  const running = outcome(run('select pg_sleep(60)', first))
  await sleep(pauseMs)
  const next = outcome(run(`select 'done'`, second))
  const terminate = `select pg_terminate_backend($1) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`
  while ((await other.database.run({ text: terminate, values: [row?.[0]] })).length === 0) await sleep(5)
  expect(await running).toBe('unavailable')
  return next
}

describe('when all connections are in use', () => {
  test('a quick read is sent behind another', async () => {
    // Where this process itself is held up, it is not: nobody waits behind what seems to take long.
    await expect.poll(() => afterLoss(quick('read'), quick('read')), { timeout: 20_000 }).toBe('unavailable')
  })

  test.each([
    ['one whose pace is not known', undefined, quick('read')],
    ['one that is slow', slow('read'), quick('read')],
    ['a write', quick('write'), quick('read')],
  ])('a quick read is not sent behind %s', async (_, first, second) => {
    expect(await afterLoss(first, second)).toBe('done')
  })

  test.each([
    ['whose pace is not known', undefined],
    ['that is slow', slow('read')],
    ['that has not been measured', { kind: 'read', ms: null } as const],
  ])('a statement %s waits for a connection of its own', async (_, second) => {
    expect(await afterLoss(quick('read'), second)).toBe('done')
  })

  test('nobody is sent behind what has been running for long already', async () => {
    expect(await afterLoss(quick('read'), quick('read'), 200)).toBe('done')
  })

  test('nobody is sent into a transaction of somebody else', async () => {
    const seen = await single.database.transaction(async (session) => {
      await session.run({ text: 'create temporary table mine () on commit drop', values: [] })
      const next = run(`select to_regclass('pg_temp.mine') is null`, quick('read'))
      await sleep(50)
      return { next }
    })
    expect(await seen.next).toEqual([['t']])
  })
})

describe('statements that share a connection', () => {
  test('each get their own answer', async () => {
    const numbers = Array.from({ length: 300 }, (_, i) => i)
    const answers = await Promise.all(
      numbers.map((i) => run('select $1::int', quick('read'), { values: [i], name: `own-${i % 3}` })),
    )
    expect(answers).toEqual(numbers.map((i) => [[String(i)]]))
  })

  test('fail each on their own', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `select 10 / ${i % 4}`)
    const answers = await Promise.all(texts.map((text) => outcome(run(text, quick('read')))))
    expect(answers.map((answer) => (answer.includes('division by zero') ? 'failed' : answer))).toEqual(
      texts.map((_, i) => ['failed', '10', '5', '3'][i % 4]),
    )
  })

  test('are transactions of their own', async () => {
    await run('create table public.counted (id int primary key)')
    const ids = Array.from({ length: 60 }, (_, i) => i % 20)
    await Promise.all(ids.map((id) => outcome(run(`insert into public.counted values (${id})`, quick('read')))))
    expect(await run('select count(*) from public.counted')).toEqual([['20']])
  })

  test('let whoever waits have the connection', async () => {
    const phase = { waiting: true }
    const stream = async () => {
      while (phase.waiting) await run('select 1', quick('read'))
    }
    const streams = Array.from({ length: 10 }, stream)
    await sleep(20)
    expect(await run(`select 'my turn'`)).toEqual([['my turn']])
    phase.waiting = false
    await Promise.all(streams)
  })

  test('are asked again where the answer ahead of them is too large', async () => {
    const large = outcome(run(`select repeat('x', 3000000)`, quick('read'), { maxBytes: 1_000_000 }))
    const behind = [1, 2, 3].map((i) => outcome(run(`select ${i}`, quick('read'), { maxBytes: 1_000_000 })))
    expect(await large).toBe('answerTooLarge')
    expect(await Promise.all(behind)).toEqual(['1', '2', '3'])
  })

  test('may each answer as much as they are allowed', async () => {
    const sizes = [900_000, 900_000, 900_000, 900_000]
    const answers = await Promise.all(
      sizes.map((size) => run(`select repeat('x', ${size})`, quick('read'), { maxBytes: 1_000_000 })),
    )
    expect(answers.map((rows) => rows[0]?.[0]?.length)).toEqual(sizes)
  })

  test('run again when their table changed shape since they were prepared', async () => {
    await run('create table public.shapes (a int)')
    await run('insert into public.shapes values (1)')
    await run('select * from public.shapes', quick('read'), { name: 'shape' })
    await run('alter table public.shapes add column b int default 2')
    const again = [1, 2, 3].map(() => run('select * from public.shapes', quick('read'), { name: 'shape' }))
    expect(await Promise.all(again)).toEqual([[['1', '2']], [['1', '2']], [['1', '2']]])
  })

  test('have their pace measured', async () => {
    const pace: Pace = { kind: 'read', ms: null }
    await run('select pg_sleep(0.05)', pace)
    expect(pace.ms).toBeGreaterThanOrEqual(49)
    const before = pace.ms ?? 0
    await run('select 1', pace)
    expect(pace.ms).toBeLessThan(before)
  })
})
