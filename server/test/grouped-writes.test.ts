import { Problem } from '@plinth/schema'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../src/database/connect.ts'
import type { Database, Pace, Rows, Statement } from '../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

let subject: TestDatabase
/** Somebody else, who may hold locks. */
let other: Database

beforeAll(async () => {
  subject = await createTestDatabase({ max: 4 })
  other = await connect({ url: subject.url })
  const setUp = [
    `create table public.posts (id int primary key, title text unique, author int)`,
    `create table public.authors (id int primary key)`,
    `alter table public.posts add foreign key (author) references public.authors deferrable initially deferred`,
  ]
  for (const text of setUp) await subject.database.run({ text, values: [] })
})
afterAll(async () => {
  await other.close()
  await subject.drop()
})

beforeEach(async () => {
  await other.run({ text: 'truncate public.posts, public.authors', values: [] })
  await other.run({ text: `insert into public.posts select i, 'post ' || i from generate_series(1, 40) i`, values: [] })
})

const quick = (): Pace => ({ kind: 'write', ms: 1 })

interface Update {
  readonly id: number
  readonly title?: string
  readonly author?: number
  readonly pace?: Pace
}

/** Answers the transaction that did it. */
const update = ({ id, title = `changed ${id}`, author, pace = quick() }: Update, more: Partial<Statement> = {}) =>
  subject.database.run({
    name: 'update-post',
    text: `
      update public.posts set title = $2, author = coalesce($3::int, author) where id = $1
      returning pg_current_xact_id()::text, id::text`,
    values: [id, title, author ?? null],
    pace,
    record: `posts ${id}`,
    ...more,
  })

const outcome = (work: Promise<Rows>): Promise<string> =>
  work.then(
    (rows) => `done ${rows[0]?.[1]}`,
    (error: unknown) =>
      error instanceof Problem ? error.code : String(error instanceof Error && 'code' in error ? error.code : error),
  )

const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1)

const titles = async (): Promise<Readonly<Record<string, string>>> => {
  const rows = await other.run({ text: 'select id::text, title from public.posts', values: [] })
  return Object.fromEntries(rows)
}

describe('writes that come at the same time', () => {
  test('share transactions, and each gets its own answer', async () => {
    const answers = await Promise.all(ids(40).map((id) => update({ id })))
    expect(answers.map(([row]) => row?.[1])).toEqual(ids(40).map(String))
    expect(new Set(answers.map(([row]) => row?.[0])).size).toBeLessThan(20)
    expect(await titles()).toEqual(Object.fromEntries(ids(40).map((id) => [id, `changed ${id}`])))
  })

  test('never share one when they are about the same record', async () => {
    const answers = await Promise.all(ids(60).map((i) => update({ id: (i % 3) + 1, title: `${i % 3}: ${i}` })))
    const seen = answers.map(([row]) => `${row?.[1]} in ${row?.[0]}`)
    expect(new Set(seen).size).toBe(60)
  })

  test('are done in the order in which they came when they are about the same record', async () => {
    await Promise.all(ids(30).map((i) => update({ id: 1, title: `title ${i}` })))
    expect((await titles())['1']).toBe('title 30')
  })

  test('are not shared by what is slow, unknown, or about no one record', async () => {
    for (const more of [
      { pace: { kind: 'write', ms: 100 } },
      { pace: { kind: 'write', ms: null } },
      { pace: quick(), record: undefined },
    ] as const) {
      const answers = await Promise.all(
        ids(20).map((id) => update({ id }, 'record' in more ? more : { pace: { ...more.pace } })),
      )
      expect(new Set(answers.map(([row]) => row?.[0])).size).toBe(20)
    }
  })
})

describe('of writes that share a transaction', () => {
  test('those that fail leave the others done', async () => {
    const changes = ids(20).map((id) => ({ id, title: id % 5 === 0 ? 'post 40' : `new ${id}` }))
    expect(await Promise.all(changes.map((each) => outcome(update(each))))).toEqual(
      changes.map(({ id }) => (id % 5 === 0 ? '23505' : `done ${id}`)),
    )
    const after = await titles()
    expect(changes.map(({ id }) => after[id])).toEqual(
      changes.map(({ id, title }) => (id % 5 === 0 ? `post ${id}` : title)),
    )
  })

  test('those that fail at the commit leave the others done', async () => {
    const changes = ids(20).map((id) => (id === 7 ? { id, author: 1 } : { id }))
    expect(await Promise.all(changes.map((each) => outcome(update(each))))).toEqual(
      changes.map(({ id }) => (id === 7 ? '23503' : `done ${id}`)),
    )
  })

  test('whoever failed goes alone for a while', async () => {
    const failing = quick()
    await Promise.all(ids(10).map((id) => outcome(update(id === 4 ? { id, title: 'post 40', pace: failing } : { id }))))
    expect(failing.alone).toBeGreaterThan(performance.now())
    const next = await Promise.all(ids(10).map((id) => update({ id, pace: failing })))
    expect(new Set(next.map(([row]) => row?.[0])).size).toBe(10)
  })

  test('one that waits for a lock holds up no other', async () => {
    const release = await lock(5)
    const locked = outcome(update({ id: 5 }))
    const others = ids(20).filter((id) => id !== 5)
    expect(await Promise.all(others.map((id) => outcome(update({ id }))))).toEqual(others.map((id) => `done ${id}`))
    // Nor does a second, for which both writers wait, …
    const releaseNext = await lock(6)
    const alsoLocked = outcome(update({ id: 6 }))
    expect(await Promise.all([7, 8, 9].map((id) => outcome(update({ id }))))).toEqual(['done 7', 'done 8', 'done 9'])
    expect((await titles())['5']).toBe('post 5')
    await Promise.all([release(), releaseNext()])
    expect(await Promise.all([locked, alsoLocked])).toEqual(['done 5', 'done 6'])
  })

  test('all are lost with their connection, and nobody is told that they were done', async () => {
    const slow = `update public.posts set title = 'slept', author = (select null::int from pg_sleep(60)) where id = $1`
    const lost = Promise.all([
      outcome(update({ id: 1 })),
      outcome(update({ id: 2 }, { name: 'slow', text: slow, values: [2] })),
      outcome(update({ id: 3 })),
    ])
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
    while ((await other.run({ text: terminate, values: [] })).length === 0) await sleep(5)
    expect(await lost).toEqual(['unavailable', 'unavailable', 'unavailable'])
    expect(await titles()).toMatchObject({ 1: 'post 1', 2: 'post 2', 3: 'post 3' })
  })

  test('all run again when their table changed its shape since they were prepared', async () => {
    const text = `update public.posts set title = $2 where id = $1 returning *`
    const changed = (id: number) => update({ id }, { name: 'whole-post', text, values: [id, `whole ${id}`] })
    await Promise.all(ids(20).map(changed))
    await other.run({ text: 'alter table public.posts add column views int default 7', values: [] })
    const answers = await Promise.all(ids(20).map(changed))
    expect(answers).toEqual(ids(20).map((id) => [[String(id), `whole ${id}`, null, '7']]))
    await other.run({ text: 'alter table public.posts drop column views', values: [] })
  })
})

/** Holds the lock of a post until told otherwise. */
async function lock(id: number): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const wanted = Promise.withResolvers<void>()
  const transaction = other.transaction(async (session) => {
    await session.run({ text: 'select from public.posts where id = $1 for update', values: [id] })
    held.resolve()
    await wanted.promise
  })
  await held.promise
  return () => {
    wanted.resolve()
    return transaction
  }
}
