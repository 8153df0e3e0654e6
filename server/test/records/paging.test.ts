import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, type Fixture, type Members, problemOf, recordsFixture } from './fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    collections: {
      shelves: { kind: 'table', fields: { label: { type: 'text' }, spare: { type: 'text' } } },
      items: {
        kind: 'table',
        fields: {
          name: { type: 'text' },
          size: { type: 'select', options: ['s', 'm', 'l'] },
          number: { type: 'integer' },
          price: { type: 'decimal' },
          weight: { type: 'float' },
          done: { type: 'boolean' },
          day: { type: 'date' },
          at: { type: 'datetime' },
          rank: { type: 'integer', required: true },
          shelf: { type: 'relation', to: 'shelves', inverse: 'items' },
        },
        permissions: { anonymous: { read: true, readIf: { number: 'rank > 1' } } },
      },
    },
  })
  for (const label of ['b', 'ä', null]) await f.create('shelves', { label })
})
afterAll(() => f?.close())

const keys = [
  'name',
  'size',
  'number',
  'price',
  'weight',
  'done',
  'day',
  'at',
  'rank',
  'shelf',
  'shelf.label',
  'created',
]

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 })
// Few values, so that many are equal; upper and lower case and accents, which collations sort in their own way.
const record = fc.record({
  name: maybe(fc.constantFrom('a', 'A', 'ä', 'b', 'B', '', 'a b', 'ab', '€', '𝒶')),
  size: maybe(fc.constantFrom('s', 'm', 'l')),
  number: maybe(fc.constantFrom(-1, 0, 1, 9007199254740991, -9007199254740991)),
  price: maybe(fc.constantFrom('0', '0.00', '1.5', '1.50', '-2', '9007199254740993.000000000001')),
  weight: maybe(fc.constantFrom(0, -0, 0.1, 1e300, -1e300, 1e-300)),
  done: maybe(fc.boolean()),
  day: maybe(fc.constantFrom('0001-01-01', '2026-02-28', '9999-12-31')),
  at: maybe(fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', '0001-01-01T00:00:00Z')),
  rank: fc.constantFrom(1, 2, 3),
  shelf: maybe(fc.constantFrom(0, 1, 2)),
})
const sort = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.boolean()), { maxLength: 4, selector: ([key]) => key })
  .map((parts) => parts.map(([key, descending]) => `${descending ? '-' : ''}${key}`).join(','))

it('paging forward gives each record once, in the order of the whole list', async () => {
  const { items: shelves } = await f.list('shelves')
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 12 }),
      fc.array(fc.tuple(sort, fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.constantFrom('id', '*', '*,number')), {
        minLength: 4,
        maxLength: 6,
      }),
      async (records, walks) => {
        await f.database.run({ text: 'delete from public.items', values: [] })
        for (const each of records) {
          await f.create('items', { ...each, shelf: each.shelf === null ? null : shelves[each.shelf]?.['id'] })
        }
        for (const [by, limit, asAdmin, select] of walks) {
          const actor = asAdmin ? admin : { ...admin, roles: ['anonymous'] }
          // A guest may not read shelves, so no path leads through them.
          const sorted = asAdmin ? by : by.replaceAll('.label', '')
          const whole = await f.list('items', { sort: sorted, select: 'id' }, actor)
          const walked = await walk(sorted, limit, actor, select)
          expect(walked).toEqual(whole.items.map((item) => item['id']))
          expect(new Set(walked).size).toBe(records.length)
        }
      },
    ),
    { numRuns: 60 },
  )
})

async function walk(by: string, limit: number, actor: typeof admin, select: string): Promise<readonly unknown[]> {
  const ids: unknown[] = []
  for (let after: string | null = null; ; ) {
    const page: { items: readonly Members[]; next: string | null } = await f.list(
      'items',
      { sort: by, limit, after, select },
      actor,
    )
    expect(page.items.length).toBeLessThanOrEqual(limit)
    // A page that says there is more is full, and more does come.
    if (page.next !== null) expect(page.items).toHaveLength(limit)
    if (after !== null) expect(page.items).not.toHaveLength(0)
    ids.push(...page.items.map((item) => item['id']))
    if (page.next === null) return ids
    after = page.next
  }
}

it('says that there is no next page when a page ends exactly at the end', async () => {
  await f.database.run({ text: 'delete from public.items', values: [] })
  for (const rank of [1, 2, 3, 4]) await f.create('items', { rank })
  const first = await f.list('items', { sort: 'rank', limit: 2 })
  expect(first.next).not.toBeNull()
  const second = await f.list('items', { sort: 'rank', limit: 2, after: first.next })
  expect(second).toMatchObject({ items: [{ rank: 3 }, { rank: 4 }], next: null })
  expect((await f.list('items', { sort: 'rank', limit: 4 })).next).toBeNull()
  expect((await f.list('items', { sort: 'rank', limit: 3 })).next).not.toBeNull()
})

it('pages by number give the same pages', async () => {
  const pages = await Promise.all([1, 2, 3].map((page) => f.list('items', { sort: '-rank', limit: 3, page })))
  expect(pages.map(({ items }) => items.map((item) => item['rank']))).toEqual([[4, 3, 2], [1], []])
  expect(pages.map(({ next }) => next !== null)).toEqual([true, false, false])
})

it('a record written behind the cursor is not shown, one before it is', async () => {
  const first = await f.list('items', { sort: 'rank', limit: 2 })
  await f.create('items', { rank: 0 })
  await f.create('items', { rank: 9 })
  const second = await f.list('items', { sort: 'rank', after: first.next })
  expect(second.items.map((item) => item['rank'])).toEqual([3, 4, 9])
})

const cursor = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString('base64url')

it.each([
  ['nonsense', 'x', 'name'],
  ['another sort', cursor(['a', 'b']), 'rank,name'],
  ['too few values', cursor([]), 'name'],
  ['an object', cursor({ a: 1 }), 'name'],
  ['a number where there is a text', cursor([1, null]), 'name'],
  ['a NUL', cursor(['\0', null]), 'name'],
  ['a lone surrogate', cursor(['\ud800', null]), 'name'],
  ['a text where there is a number', cursor(['x', null]), 'number'],
  ['a number too large', cursor(['9999999999999999999', null]), 'number'],
  ['a float too large', cursor(['9e999', null]), 'weight'],
  ['a float too small', cursor(['1e-999', null]), 'weight'],
  ['a day that is none', cursor(['2026-13-45', null]), 'day'],
  ['a moment that is none', cursor(['2026-99-99 99:99:99+00', null]), 'at'],
  ['an id that is none', cursor(['1', 'x']), 'name'],
])('a cursor with %s is refused, not a fault', async (_, after, by) => {
  const problem = await problemOf(f.list('items', { sort: by, after }))
  expect(problem).toMatchObject({ status: 400, code: 'invalidParameter' })
  expect(problem.message).toContain('"after"')
})

it.each([
  'nothing',
  'name.x',
  'shelf.nothing',
  'shelf.label.x',
  '',
  ',',
  'name,,rank',
  '-',
  '--name',
  'id,name,shelf.items',
])('sort=%s is refused or understood, and never a fault', async (by) => {
  const outcome = await f.list('items', { sort: by }).catch((error: unknown) => error)
  if (outcome instanceof Error) expect(outcome).toMatchObject({ status: 400, code: 'invalidParameter' })
})

it('counts what matches, on every page alike', async () => {
  const filter = 'rank >= 3'
  expect(await f.list('items', { filter, count: 'exact', limit: 1, sort: 'rank' })).toMatchObject({ count: 3 })
  const { next } = await f.list('items', { filter, limit: 2, sort: 'rank' })
  expect(await f.list('items', { filter, count: 'exact', sort: 'rank', after: next })).toMatchObject({
    count: 3,
    items: [{ rank: 9 }],
  })
  expect(await f.list('items', { filter: 'rank > 100', count: 'exact' })).toEqual({ items: [], next: null, count: 0 })
  expect(await f.list('items', { filter, count: 'estimated' })).toMatchObject({ count: 3 })
  expect(Object.keys(await f.list('items', { filter }))).toEqual(['items', 'next'])
})
