import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { aggregateRecords } from '../../src/records/read-records.ts'
import { updateRecord } from '../../src/records/update-records.ts'
import { admin, type Fixture, guest, parameters, problemOf, recordsFixture } from './fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    collections: {
      // Fields with the names that statements use for their own parts.
      r: {
        kind: 'table',
        fields: Object.fromEntries(
          [
            'x',
            'g',
            't1',
            't2',
            't3',
            's',
            'i',
            'w',
            'v',
            'f',
            'm',
            'n',
            'a',
            'item',
            'source',
            'target',
            'matched',
            'written',
            'given',
            'value',
            'version',
            'order',
            'count',
          ].map((name) => [name, { type: 'text' }]),
        ),
        permissions: {
          anonymous: {
            read: "x != 'hidden'",
            create: true,
            update: "t1 = 'mine' || any(t, x.x = 'y')",
            readIf: { g: "t1 = 'mine'" },
          },
        },
      },
      links: {
        kind: 'table',
        fields: {
          x: { type: 'relation', to: 'r', inverse: 't' },
          ids: { type: 'relation', to: 'r', many: true, inverse: 'xs' },
        },
        permissions: { anonymous: { read: true, create: true, update: true } },
      },
      values: {
        kind: 'table',
        fields: {
          text: { type: 'text' },
          exact: { type: 'decimal' },
          fixed: { type: 'decimal', precision: 6, scale: 2 },
          float: { type: 'float' },
          whole: { type: 'integer' },
          yes: { type: 'boolean' },
          day: { type: 'date' },
          at: { type: 'datetime' },
          choice: { type: 'select', options: ['a', "it's", '"'] },
          list: { type: 'multiselect', options: ['a', "it's", '"', '{}', 'a,b', 'null', '\\'] },
          data: { type: 'json' },
          place: { type: 'geopoint' },
          ref: { type: 'uuid' },
        },
      },
      busy: {
        kind: 'view',
        sql: 'select id, text as name, length(text)::bigint as size from public.values where text is not null',
        fields: { name: { type: 'text' }, size: { type: 'integer' } },
        permissions: { anonymous: { read: 'size > 3', hide: ['name'] } },
      },
    },
  })
})
afterAll(() => f?.close())

describe('a value comes back as it went in', () => {
  it.each([
    [
      'text',
      [
        '',
        ' ',
        "it's",
        '"',
        '\\',
        '$1',
        '€𝒶\u{10ffff}',
        '\n\t\r',
        '%_',
        '<b>',
        'null',
        'x'.repeat(10_000),
        '\u200f\u0301',
      ],
    ],
    ['exact', ['0', '-0.10', '1.50', '9007199254740993.000000000001', '9'.repeat(1000), `0.${'1'.repeat(999)}`]],
    ['fixed', ['0.00', '-9999.99', '1.50']],
    ['float', [0, 0.1, -1e300, 1e300, 5e-324, 2.2250738585072014e-308, 123456789.123]],
    ['whole', [0, -1, 9007199254740991, -9007199254740991]],
    ['yes', [true, false]],
    ['day', ['0001-01-01', '2024-02-29', '9999-12-31']],
    ['choice', ['a', "it's", '"']],
    ['list', [[], ['a'], ["it's", '"', '{}', 'a,b', 'null', '\\']]],
    [
      'data',
      [
        {},
        [],
        '',
        'text',
        0,
        1.5,
        false,
        [null],
        { a: { b: [1, 'ü', null] } },
        { '': 1, $ref: 'x' },
        9007199254740991,
        '"',
        JSON.parse('{"__proto__":{"a":1}}'),
      ],
    ],
    [
      'place',
      [
        { lat: 0, lon: 0 },
        { lat: -90, lon: 180 },
        { lat: 52.5200066, lon: 13.404954 },
      ],
    ],
    ['ref', ['0190d000-0000-7000-8000-0000000000ff']],
  ])('%s', async (field, values) => {
    for (const value of values) {
      const created = await f.create('values', { [field]: value })
      expect(created[field]).toEqual(value)
      expect((await f.get('values', String(created['id']), field))[field]).toEqual(value)
      const [many] = JSON.parse(await createRecords(f.as(admin), 'values', [{ [field]: value }], field)).items
      expect(many[field]).toEqual(value)
      const empty = await f.create('values', {})
      const { json } = await updateRecord(f.as(admin), 'values', String(empty['id']), { [field]: value }, {})
      expect(JSON.parse(json)[field]).toEqual(value)
    }
  })

  it('times, as UTC to the millisecond', async () => {
    const cases = [
      ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00+00:00'],
      ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123+00:00'],
      ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00+00:00'],
      ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999+00:00'],
    ]
    for (const [at, answered] of cases) expect(await f.create('values', { at })).toMatchObject({ at: answered })
  })

  it('minus zero, which JSON text keeps and numbers of JavaScript equal to zero', async () => {
    expect(await f.create('values', { float: -0 })).toMatchObject({ float: 0 })
  })
})

describe('a hostile value is refused and leaves no trace', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a NUL in a text', { text: 'a\0b' }],
    ['a NUL in a document', { data: { a: '\0' } }],
    ['a lone surrogate in a document', { data: '\ud800' }],
    ['infinity', { float: Number.POSITIVE_INFINITY }],
    ['a number that is too large for a double field', { float: 1e301 }],
    ['a number as decimal', { exact: 1 }],
    ['too many digits', { exact: '9'.repeat(1001) }],
    ['NaN', { exact: 'NaN' }],
    ['a fraction too fine', { fixed: '0.001' }],
    ['a whole number too large', { whole: 9007199254740992 }],
    ['a day that is none', { day: '2026-02-30' }],
    ['a leap second', { at: '2026-06-30T23:59:60Z' }],
    ['a year of five digits', { at: '10000-01-01T00:00:00Z' }],
    ['the year nought', { day: '0000-01-01' }],
    ['a place off the globe', { place: { lat: 91, lon: 0 } }],
    ['a place with more to it', { place: { lat: 1, lon: 0, alt: 5 } }],
    ['a choice that is none', { choice: 'b' }],
    ['a list with one that is none', { list: ['a', 'b'] }],
    ['an id that is none', { ref: "'; drop table values" }],
    ['a text that is an object', { text: { toString: 'x' } }],
  ])('%s', async (_, body) => {
    const before = (await f.list('values', { count: 'exact', limit: 1 })).count
    expect(await problemOf(createRecord(f.as(admin), 'values', body, undefined))).toMatchObject({
      status: 400,
      code: 'invalidBody',
    })
    expect(await problemOf(createRecords(f.as(admin), 'values', [{}, body], undefined))).toMatchObject({
      status: 400,
      code: 'invalidBody',
    })
    expect((await f.list('values', { count: 'exact', limit: 1 })).count).toBe(before)
  })

  it.each([
    "text = 'a\\u0000b'",
    'text = "\0"',
    "text = '\\ud800'",
    "text ~ '\ud800'",
    'whole = 1e999',
    "day = '0000-00-00'",
    'exact = 1e1000',
    "ref = 'x'",
    '@now - 999999999d < at',
    "search('\0', text)",
  ])('in the filter %j', async (filter) => {
    const outcome = await f.list('values', { filter }).catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome).toMatchObject({ status: 400, code: 'invalidExpression' })
  })

  it.each(['x', '', "' or 1=1", '0190d000-0000-7000-8000-0000000000f', '\0', '../values'])(
    'as the id %j',
    async (id) => {
      expect(await problemOf(f.get('values', id))).toMatchObject({ status: 404, code: 'recordNotFound' })
    },
  )
})

describe('fields may have any name', () => {
  it('and be read, written, filtered, sorted and grouped by', async () => {
    const fields = { x: 'y', g: 'g', t1: 'mine', t2: 'b', s: 'c', item: 'd', count: '5' }
    const { id } = await f.create('r', fields, guest)
    expect(await f.get('r', String(id), undefined, guest)).toMatchObject({ ...fields, id })
    const link = await f.create(
      'links',
      { x: id, ids: [id] },
      guest,
      'x(x,g,t1),ids(x;sort=t1;filter=x = t1 || g != null)',
    )
    expect(link).toEqual({ x: { x: 'y', g: 'g', t1: 'mine' }, ids: [{ x: 'y' }] })
    const { json } = await updateRecord(
      f.as(guest),
      'r',
      String(id),
      { g: 'h', t3: 'z' },
      { select: 'g,t3,t(x(t1)),xs(ids(t2))' },
    )
    expect(JSON.parse(json)).toEqual({ g: 'h', t3: 'z', t: [{ x: { t1: 'mine' } }], xs: [{ ids: [{ t2: 'b' }] }] })
    const list = await f.list(
      'r',
      { filter: "g = 'h' && any(t, x.x = 'y')", sort: '-g,x,t1,item', count: 'exact', select: 't1,g' },
      guest,
    )
    expect(list).toMatchObject({ items: [{ t1: 'mine', g: 'h' }], count: 1 })
  })

  it('and links be checked against the records that are there', async () => {
    const hidden = (await f.create('r', { x: 'hidden' }))['id']
    for (const body of [{ x: hidden }, { ids: [hidden] }]) {
      expect(await problemOf(createRecord(f.as(guest), 'links', body, undefined))).toMatchObject({
        code: 'invalidBody',
      })
    }
  })

  it('and aggregates be taken of them', async () => {
    const query = new Map([
      ['group', 'g,item'],
      ['max', 'x,t1'],
      ['count', '*'],
      ['filter', "g = 'h'"],
    ])
    expect(JSON.parse(await aggregateRecords(f.as(guest), 'r', query, 10, 'UTC')).items).toEqual([
      { g: 'h', item: 'd', count: 1, max: { x: 'y', t1: 'mine' } },
    ])
    // An item cannot have two members of one name.
    const twofold = aggregateRecords(f.as(guest), 'r', parameters({ count: '*', group: 'count' }), 10, 'UTC')
    expect(await problemOf(twofold)).toMatchObject({ status: 400, code: 'invalidParameter' })
  })
})

describe('a view', () => {
  it('is read by the same rules', async () => {
    await f.create('values', { text: 'long enough' })
    await f.create('values', { text: 'no' })
    const { items } = await f.list('busy', { sort: '-size', limit: 1, select: '*', filter: 'size < 100' }, guest)
    expect(items).toEqual([{ id: expect.any(String), size: 11 }])
    expect(await f.get('busy', String(items[0]?.['id']), 'size', guest)).toEqual({ size: 11 })
    expect(await problemOf(f.list('busy', { filter: "name = 'no'" }, guest))).toMatchObject({
      code: 'invalidExpression',
    })
    expect((await f.list('busy', { filter: "name = 'no'" })).items).toHaveLength(1)
  })

  it('is never written to', async () => {
    const id = '0190d000-0000-7000-8000-0000000000ff'
    expect(await problemOf(createRecord(f.as(admin), 'busy', { name: 'x' }, undefined))).toMatchObject({
      status: 405,
      code: 'readOnlyCollection',
    })
    expect(await problemOf(updateRecord(f.as(admin), 'busy', id, { name: 'x' }, {}))).toMatchObject({ status: 405 })
    expect(await problemOf(updateRecord(f.as(guest), 'busy', id, { name: 'x' }, {}))).toMatchObject({ status: 405 })
  })
})
