import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportRecords } from '../../src/records/transfer/export-records.ts'
import { TransferSlots } from '../../src/records/transfer/transfer-slots.ts'
import { admin, apiKey, type Fixture, guest, problemOf, recordsFixture, user } from './fixture.ts'
import { exported } from './transfer.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    collections: { notes: { kind: 'table', fields: { n: { type: 'integer' }, text: { type: 'richtext' } } } },
  })
  await f.database.run({
    text: `insert into public.notes (id, n, text, created, updated)
      select plinth.uuid_v7(), n, repeat('x', case when n % 500 = 0 then 500000 else 10 end), now(), now()
      from generate_series(1, 2000) as n`,
    values: [],
  })
})
afterAll(() => f?.close())

const numbers = Array.from({ length: 2000 }, (_, i) => i + 1)
const csv = { format: 'csv', bom: false } as const

describe('an export', () => {
  it('has every record once, in order, small ones and large ones', async () => {
    const text = await exported(f.as(admin), 'notes', 'ndjson', { sort: 'n' })
    const items = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(items.map(({ n }) => n)).toEqual(numbers)
    expect(JSON.parse(await exported(f.as(admin), 'notes', 'json', { sort: '-n', select: 'n' }))).toEqual(
      numbers.toReversed().map((n) => ({ n })),
    )
  })

  it('is of one moment, whatever is written meanwhile', async () => {
    let text = ''
    const sink = {
      start: () => {},
      write: async (more: string) => {
        text += more
        await f.create('notes', { n: 9_999 })
        return true
      },
    }
    await exportRecords(
      f.as(admin),
      'notes',
      new Map([
        ['select', 'n'],
        ['filter', 'n > 0 && n < 400 || n = 9999'],
      ]),
      csv,
      sink,
    )
    expect(
      text
        .trim()
        .split('\r\n')
        .slice(1)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(numbers.slice(0, 399))
  })

  it('ends when nobody reads on, and gives its connection and its place back', async () => {
    for (let i = 0; i < 5; i += 1) {
      let pieces = 0
      const sink = { start: () => {}, write: async () => (pieces += 1) < 3 }
      await exportRecords(f.as(admin), 'notes', new Map(), csv, sink)
      expect(pieces).toBe(3)
    }
    const [row] = await f.database.run({
      text: "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
      values: [],
    })
    expect(row).toEqual(['0'])
  })

  it.each([
    [{ filter: 'nothing = 1' }, 'invalidExpression'],
    [{ sort: 'nothing' }, 'invalidParameter'],
    [{ select: 'nothing' }, 'invalidParameter'],
  ])('with %j is refused before anything is sent', async (query, code) => {
    const sink = { start: () => expect.unreachable(), write: async () => true }
    const work = exportRecords(f.as(admin), 'notes', new Map(Object.entries(query)), csv, sink)
    expect(await problemOf(work)).toMatchObject({ code })
  })
})

describe('of exports and imports', () => {
  it('some run at once, one caller has at most half of the places, and others wait', async () => {
    const slots = new TransferSlots(12, 50)
    const [ann, bob] = [user('ann'), user('bob')]
    const first = await slots.take(ann)
    await slots.take(ann)
    expect(await problemOf(slots.take(ann))).toMatchObject({ code: 'tooManyTransfers', extra: { retryAfter: 1 } })
    await slots.take(bob)
    const waiting = slots.take(ann)
    first()
    first()
    await waiting
    await slots.take(bob)
    expect(await problemOf(slots.take(guest))).toMatchObject({ status: 429 })
    expect(await problemOf(slots.take(apiKey()))).toMatchObject({ status: 429 })
  })
})
