import { type Column, type FieldType, fieldTypes } from '@plinth/schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

async function one(text: string, ...values: readonly unknown[]): Promise<string | null> {
  const rows = await db.database.run({ text, values })
  return rows[0]?.[0] ?? null
}

/** A wire value as the column's type, the way records are written. */
const read = (column: Column): string => `(select v from json_to_record($1::json) as wire(v ${column.sqlType}))`

const holds = (column: Column, name: string): string =>
  column
    .checks(name)
    .map((check) => `(${check}) is not false`)
    .join(' and ') || 'true'

const passes = (column: Column, value: unknown) =>
  one(`select ${holds(column, 'v')} from (select ${read(column)} as v) as row`, JSON.stringify({ v: value }))

const passesSql = (column: Column, expression: string) =>
  one(`select ${holds(column, 'v')} from (select ${expression} as v) as row`)

function columnOf(name: keyof typeof fieldTypes, options: object = {}): Column {
  const type: FieldType = fieldTypes[name]
  const column = type.column(options)
  if (column === null) throw new Error(`${name} has no column`)
  return column
}

describe.each(Object.entries<FieldType>(fieldTypes))('a column of type %s', (_, type) => {
  for (const { options, valid } of type.examples) {
    const column = type.column(options)
    if (column === null) continue

    it(`takes every valid example with ${JSON.stringify(options).slice(0, 60)}`, async () => {
      for (const value of valid) expect([value, await passes(column, value)]).toEqual([value, 't'])
    })

    it(`takes no value at all with ${JSON.stringify(options).slice(0, 60)}`, async () => {
      expect(await passes(column, null)).toBe('t')
    })

    it(`is made by PostgreSQL with its checks, with ${JSON.stringify(options).slice(0, 60)}`, async () => {
      const checks = column.checks('"v"').map((check) => `, check (${check})`)
      await one(`create temporary table probe ("v" ${column.sqlType}${checks.join('')}) on commit drop`)
    })
  }
})

describe('values on the wire and in the database', () => {
  const ajv = new Ajv2020({ allErrors: true })
  addFormats.default(ajv)

  it.each<[keyof typeof fieldTypes, readonly unknown[]]>([
    ['decimal', ['1.50', '-0.000', '9007199254740993.000000000000000001', '9'.repeat(1_000)]],
    ['integer', [9007199254740991, -9007199254740991]],
    ['float', [0.1, 5e-324, 1e300, 2 ** 53 + 2]],
    ['text', ['\\', "'", '😀', 'a\nb']],
    ['geopoint', [{ lat: 52.52, lon: 13.405 }]],
    ['date', ['0001-01-01', '9999-12-31']],
  ])('are the same for %s', async (name, values) => {
    const column = columnOf(name)
    const shown = column.wire === 'text' ? 'to_json(v::text)' : 'to_json(v)'
    for (const value of values) {
      const answer = await one(
        `select ${shown} from (select ${read(column)} as v) as row`,
        JSON.stringify({ v: value }),
      )
      // A decimal has no negative zero.
      expect(JSON.parse(answer ?? 'null')).toEqual(value === '-0.000' ? '0.000' : value)
    }
  })

  const pad = (digits: number, max: number) => fc.nat(max).map((n) => String(n).padStart(digits, '0'))
  const year = fc.oneof(pad(4, 9_999), fc.constantFrom('0000', '0001', '9999', '1900', '2000', '2024'))
  const day = fc.tuple(year, pad(2, 13), pad(2, 32)).map((parts) => parts.join('-'))
  const edge = fc.constantFrom('0001-01-01', '0001-01-02', '9999-12-30', '9999-12-31')
  const time = fc.tuple(pad(2, 24), pad(2, 60), pad(2, 60)).map((parts) => parts.join(':'))
  const places = fc.oneof(fc.constant(''), fc.constant('.9999999'), fc.stringMatching(/^[.][0-9]{1,10}$/))
  const zone = fc.oneof(
    fc.constantFrom('Z', '+00:00', '-00:00', '+14:59', '-14:59', '+15:00', ''),
    fc.tuple(fc.constantFrom('+', '-'), pad(2, 15), pad(2, 59)).map(([sign, h, m]) => `${sign}${h}:${m}`),
  )
  const moment = fc.tuple(fc.oneof(day, edge), time, places, zone).map(([d, t, f, z]) => `${d}T${t}${f}${z}`)
  const number = fc.stringMatching(/^-?[0-9]{1,4}([.][0-9]{0,4})?(e[0-9])?$/)

  it.each<[keyof typeof fieldTypes, object, fc.Arbitrary<string>]>([
    ['date', {}, fc.oneof(day, edge)],
    ['datetime', {}, moment],
    ['decimal', { precision: 5, scale: 2 }, number],
    ['decimal', { min: '-12.5', max: '1000.05' }, number],
  ])('agree on whatever looks like a %s (%j)', async (name, options, texts) => {
    const column = columnOf(name, options)
    const type: FieldType = fieldTypes[name]
    const accepts = ajv.compile(type.value(options))
    const accepted = fc.sample(texts, 20_000).filter((text) => accepts(text))
    expect(accepted.length).toBeGreaterThan(500)
    const refused = `select v::text from json_to_recordset($1::json) as wire(v ${column.sqlType}) where not (${holds(column, 'v')})`
    const rows = await db.database.run({ text: refused, values: [JSON.stringify(accepted.map((v) => ({ v })))] })
    expect(rows).toEqual([])
  })
})

describe('checks of columns', () => {
  it.each<[what: string, column: Column, expression: string]>([
    ['a text that is too long', columnOf('text', { maxLength: 2 }), "'abc'"],
    ['a text that is too short', columnOf('text', { minLength: 2 }), "'😀'"],
    ['an integer beyond 2^53', columnOf('integer'), '9007199254740992'],
    ['an integer below its minimum', columnOf('integer', { min: 0 }), '-1::bigint'],
    ['a decimal that is no number', columnOf('decimal'), "'NaN'::numeric"],
    ['an infinite decimal', columnOf('decimal'), "'Infinity'::numeric"],
    ['a decimal of 1,001 digits', columnOf('decimal'), "'1e1000'::numeric"],
    ['a decimal of 1,001 places', columnOf('decimal'), "'1e-1001'::numeric"],
    ['a fixed decimal that is no number', columnOf('decimal', { precision: 5, scale: 2 }), "'NaN'::numeric(5,2)"],
    ['a decimal above its maximum', columnOf('decimal', { max: '0.5' }), '0.51'],
    ['a float that is no number', columnOf('float'), "'NaN'::double precision"],
    ['an infinite float', columnOf('float'), "'-Infinity'::double precision"],
    ['an infinite day', columnOf('date'), "'infinity'::date"],
    ['a day before Christ', columnOf('date'), "'0001-01-01 BC'::date"],
    ['a day in the year 10000', columnOf('date'), "'10000-01-01'::date"],
    ['an infinite moment', columnOf('datetime'), "'infinity'::timestamptz"],
    ['a moment in the year 10000', columnOf('datetime'), "'10000-01-01 00:00:00Z'::timestamptz"],
    ['an unknown choice', columnOf('select', { options: ['a'] }), "'b'"],
    ['an unknown choice among several', columnOf('multiselect', { options: ['a'] }), "array['b']"],
    ['a choice made twice', columnOf('multiselect', { options: ['a'] }), "array['a', 'a']"],
    ['a choice that is null', columnOf('multiselect', { options: ['a'] }), "array['a', null]"],
    ['choices in two dimensions', columnOf('multiselect', { options: ['a'] }), "array[array['a']]"],
    ['a JSON null', columnOf('json'), "'null'::jsonb"],
    ...[
      '{}',
      '[]',
      '1',
      'null',
      '"x"',
      '{"lat": 1}',
      '{"lat": "1", "lon": "2"}',
      '{"lat": 91, "lon": 0}',
      '{"lat": 0, "lon": -180.1}',
      '{"lat": 1, "lon": 2, "alt": 3}',
      '{"lat": null, "lon": null}',
    ].map((value): [string, Column, string] => [`the place ${value}`, columnOf('geopoint'), `'${value}'::jsonb`]),
  ])('refuse %s and do not raise', async (_, column, expression) => {
    expect(await passesSql(column, expression)).toBe('f')
  })
})

describe('type changes', () => {
  const convert = (column: Column, text: string | null) =>
    one(`select ${column.fromText?.('$1::text') ?? `$1::text::${column.sqlType}`}`, text)

  const hostile = [
    '',
    ' ',
    'x',
    '-',
    '.',
    '1e',
    'NaN',
    'infinity',
    '٣',
    '1\u00a0',
    '9'.repeat(400),
    '{',
    '{a',
    '"',
    "'",
    '\\',
    '{"a":1}',
    'ﬁ',
  ]

  it.each(Object.entries<FieldType>(fieldTypes))(
    'from any text to %s never raise, where the type has its own way',
    async (_, type) => {
      for (const { options } of type.examples) {
        const column = type.column(options)
        if (column?.fromText)
          for (const text of hostile) await expect(convert(column, text)).resolves.not.toBe(undefined)
      }
    },
  )

  it.each<[Column, string | null, string | null]>([
    [columnOf('integer'), '5.00', '5'],
    [columnOf('integer'), ' -42 ', '-42'],
    [columnOf('integer'), '1.5', null],
    [columnOf('integer'), '1e3', null],
    [columnOf('integer'), '12345678901234567', null],
    [columnOf('decimal', { precision: 5, scale: 2 }), '1.5', '1.50'],
    [columnOf('decimal', { precision: 5, scale: 2 }), '1.5000', '1.50'],
    [columnOf('decimal', { precision: 5, scale: 2 }), '1.555', null],
    [columnOf('decimal', { precision: 5, scale: 2 }), '1000', null],
    [columnOf('decimal', { precision: 5, scale: 2 }), '.', null],
    [columnOf('boolean'), 'Yes', 't'],
    [columnOf('boolean'), '0', 'f'],
    [columnOf('boolean'), 'maybe', null],
    [columnOf('date'), '2026-01-31 23:59:59.999+00', '2026-01-31'],
    [columnOf('multiselect', { options: ['a'] }), 'a', '{a}'],
    [columnOf('multiselect', { options: ['a'] }), '', '{}'],
    [columnOf('multiselect', { options: ['a'] }), 'a,b', '{"a,b"}'],
    [columnOf('integer'), null, null],
  ])('%# read a text as the type asks', async (column, text, expected) => {
    expect(await convert(column, text)).toBe(expected)
  })

  it('write several choices as one text, and JSON texts without quotes', async () => {
    const choices = columnOf('multiselect', { options: ['a'] })
    const json = columnOf('json')
    expect(await one(`select ${choices.toText?.("array['a', 'b']") ?? ''}`)).toBe('a, b')
    expect(await one(`select ${json.toText?.(`'"a\\"b"'::jsonb`) ?? ''}`)).toBe('a"b')
  })
})
