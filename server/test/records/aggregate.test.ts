import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aggregateRecords } from '../../src/records/read-records.ts'
import { admin, type Fixture, parameters, problemOf, recordsFixture } from './fixture.ts'
import { shop } from './shop.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture(shop)
  const maker = async (name: string, country: string) => (await f.create('makers', { name, country }))['id']
  const [bolt, nut] = [await maker('Bolt', 'de'), await maker('Nut', 'it')]
  const products = [
    { name: 'a', maker: bolt, views: 1, price: '0.1', weight: 1e300, sold_at: '2026-03-28T23:30:00Z', status: 'sold' },
    { name: 'b', maker: bolt, views: 2, price: '0.2', weight: -1e300, sold_at: '2026-03-29T22:30:00Z', status: 'sold' },
    {
      name: 'c',
      maker: nut,
      views: 2,
      price: '9007199254740993.000000000001',
      weight: 0.5,
      sold_at: '2026-10-25T22:59:59.999Z',
    },
    { name: 'd', maker: null, views: null, price: null, weight: null, sold_at: null, status: null },
    { name: 'e', maker: nut, views: 4, price: '-0.30', weight: 0.25, sold_at: '2026-10-25T23:00:00Z' },
  ]
  for (const product of products) await f.create('products', product)
})
afterAll(() => f?.close())

const ask = async (query: Record<string, string>, timeZone = 'UTC', limit = 1000) =>
  JSON.parse(await aggregateRecords(f.as(admin), 'products', parameters(query), limit, timeZone)).items

it('counts records, values and different values', async () => {
  expect(await ask({ count: '*' })).toEqual([{ count: 5 }])
  expect(await ask({ count: 'views', countDistinct: 'views,status,maker' })).toEqual([
    { count: { views: 4 }, countDistinct: { views: 3, status: 2, maker: 2 } },
  ])
  expect(await ask({ count: '*,views' })).toEqual([{ count: 5, countOf: { views: 4 } }])
  expect(await ask({ count: '*', filter: 'views > 100' })).toEqual([{ count: 0 }])
})

it('sums and averages decimals exactly, as text', async () => {
  expect(await ask({ sum: 'price,views', avg: 'views', min: 'price', max: 'price,name,sold_at' })).toEqual([
    {
      sum: { price: '9007199254740993.000000000001', views: 9 },
      avg: { views: 2.25 },
      min: { price: '-0.30' },
      max: { price: '9007199254740993.000000000001', name: 'e', sold_at: '2026-10-25T23:00:00+00:00' },
    },
  ])
  expect(await ask({ avg: 'price', filter: "name in ['a', 'b']" })).toEqual([
    { avg: { price: expect.stringMatching(/^0\.150+$/) } },
  ])
})

it('a time zone that Node knows and PostgreSQL does not is refused', async () => {
  const problem = await problemOf(ask({ count: '*', group: 'sold_at:day' }, 'Mars/Olympus'))
  expect(problem).toMatchObject({ status: 400, code: 'invalidParameter' })
})

it('of nothing there is a count, but no sum', async () => {
  expect(await ask({ count: '*', sum: 'price', avg: 'weight', min: 'name', filter: 'false' })).toEqual([
    { count: 0, sum: { price: null }, avg: { weight: null }, min: { name: null } },
  ])
  expect(await ask({ count: '*', group: 'status', filter: 'false' })).toEqual([])
})

it('never fails on stored doubles, however large', async () => {
  expect(await ask({ avg: 'weight', sum: 'weight' })).toEqual([
    { sum: { weight: expect.any(Number) }, avg: { weight: expect.any(Number) } },
  ])
})

it('groups by fields and by paths of relations, nothing last', async () => {
  expect(await ask({ count: '*', sum: 'views', group: 'maker.country,status' })).toEqual([
    { 'maker.country': 'de', status: 'sold', count: 2, sum: { views: 3 } },
    { 'maker.country': 'it', status: 'new', count: 2, sum: { views: 6 } },
    { 'maker.country': null, status: null, count: 1, sum: { views: null } },
  ])
})

describe('periods', () => {
  it('of days begin and end at midnight of the time zone, also when clocks change', async () => {
    // Berlin is an hour ahead of UTC until 29 March 2026 at 01:00 UTC, then two, and one again from 25 October.
    const group = 'sold_at:day'
    expect(await ask({ count: '*', group, filter: 'sold_at != null' }, 'Europe/Berlin')).toEqual([
      { 'sold_at:day': '2026-03-29', count: 1 },
      { 'sold_at:day': '2026-03-30', count: 1 },
      { 'sold_at:day': '2026-10-25', count: 1 },
      { 'sold_at:day': '2026-10-26', count: 1 },
    ])
    expect(await ask({ count: '*', group, filter: 'sold_at != null' })).toEqual([
      { 'sold_at:day': '2026-03-28', count: 1 },
      { 'sold_at:day': '2026-03-29', count: 1 },
      { 'sold_at:day': '2026-10-25', count: 2 },
    ])
  })

  it('of weeks begin on Monday', async () => {
    expect(await ask({ count: '*', group: 'sold_at:week', filter: 'sold_at != null' }, 'Europe/Berlin')).toEqual([
      { 'sold_at:week': '2026-03-23', count: 1 },
      { 'sold_at:week': '2026-03-30', count: 1 },
      { 'sold_at:week': '2026-10-19', count: 1 },
      { 'sold_at:week': '2026-10-26', count: 1 },
    ])
  })

  it('of months are those of the time zone', async () => {
    expect(await ask({ count: '*', group: 'sold_at:month', filter: 'sold_at != null' }, 'Pacific/Kiritimati')).toEqual([
      { 'sold_at:month': '2026-03-01', count: 2 },
      { 'sold_at:month': '2026-10-01', count: 2 },
    ])
  })
})

it('takes at most as many groups as asked for', async () => {
  expect(await ask({ count: '*', group: 'name' }, 'UTC', 2)).toEqual([
    { name: 'a', count: 1 },
    { name: 'b', count: 1 },
  ])
})

it('takes what is asked twice as asked once', async () => {
  const text = await aggregateRecords(
    f.as(admin),
    'products',
    parameters({ count: '*,*', sum: 'views,views', group: 'status,status' }),
    1,
    'UTC',
  )
  expect(text.match(/"status"/g)).toHaveLength(1)
  expect(text.match(/"views"/g)).toHaveLength(1)
})

it.each([
  [{}, 'Say what to work out'],
  [{ group: 'status' }, 'Say what to work out'],
  [{ sum: 'name' }, 'cannot be taken of'],
  [{ sum: '*' }, 'has no field "*"'],
  [{ min: 'popular' }, 'cannot be taken of'],
  [{ count: 'data' }, 'cannot be taken of'],
  [{ count: 'tags' }, 'cannot be taken of'],
  [{ count: 'nothing' }, 'has no field "nothing"'],
  [{ count: '' }, 'has no field ""'],
  [{ count: '*', group: 'labels' }, 'cannot be grouped by'],
  [{ count: '*', group: 'name:day' }, 'not a time'],
  [{ count: '*', group: 'sold_at:hour' }, 'a period is day, week or month'],
  [{ count: '*', group: 'sold_at:day:day' }, 'a period is day, week or month'],
  [{ count: '*', group: 'tags.name' }, 'does not lead to one record'],
  [{ count: '*', group: 'maker.nothing' }, 'has no field "nothing"'],
  [{ count: '*', group: 'parent.parent.parent.parent.parent.name' }, 'leads too far'],
])('%j is refused with the reason', async (query, reason) => {
  const problem = await problemOf(ask(query))
  expect(problem.status).toBe(400)
  expect(problem.message).toContain(reason)
})

it('refuses more values than PostgreSQL could work out at once', async () => {
  const hops = ['', 'parent.', 'parent.parent.', 'partner.', 'partner.parent.']
  const paths = hops.flatMap((hop) => ['views', 'price', 'weight', 'number'].map((field) => `${hop}${field}`))
  expect(await ask({ sum: paths.join(','), avg: paths.join(',') })).toHaveLength(1)
  expect(await problemOf(ask({ sum: paths.join(','), avg: paths.join(','), count: '*' }))).toMatchObject({
    code: 'badRequest',
  })
})
