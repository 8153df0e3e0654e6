import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { admin, apiKey, type Fixture, guest, problemOf, recordsFixture, user } from './fixture.ts'
import { exported, imported } from './transfer.ts'

const id = (n: number): string => `0190c000-0000-7000-8000-${String(n).padStart(12, '0')}`

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    collections: {
      users: {
        kind: 'table',
        fields: { name: { type: 'text' } },
        permissions: { authenticated: { read: true, create: true, update: true, hide: ['roles'] } },
      },
      tags: {
        kind: 'table',
        fields: { name: { type: 'text', required: true } },
        permissions: { anonymous: { read: true } },
      },
      things: {
        kind: 'table',
        fields: {
          title: { type: 'text', maxLength: 100 },
          code: { type: 'text', unique: true, maxLength: 40 },
          contact: { type: 'email', unique: true },
          kind: { type: 'select', options: ['a', 'b'], required: true, default: 'a' },
          views: { type: 'integer' },
          price: { type: 'decimal' },
          score: { type: 'float' },
          open: { type: 'boolean' },
          day: { type: 'date' },
          at: { type: 'datetime' },
          labels: { type: 'multiselect', options: ['red', 'green, dark'] },
          data: { type: 'json' },
          place: { type: 'geopoint' },
          number: { type: 'autonumber' },
          twice: { type: 'computed', expression: 'views + views', result: 'integer' },
          tag: { type: 'relation', to: 'tags' },
          tags: { type: 'relation', to: 'tags', many: true },
          secret: { type: 'text' },
        },
        permissions: {
          authenticated: { read: true, create: true, update: true, hide: ['secret'] },
          anonymous: { create: true, hide: ['secret'] },
        },
      },
    },
  })
  await f.create('tags', { id: id(1), name: 'one' })
  await f.create('tags', { id: id(2), name: 'two' })
})
beforeEach(() => f.database.run({ text: 'truncate public.things cascade', values: [] }))
afterAll(() => f?.close())

const things = async (select = '*') => (await f.list('things', { select, sort: 'code' })).items
const header = 'title,code,views\n'

describe('what is exported can be imported again', () => {
  const record = fc.record({
    title: fc.option(fc.string({ maxLength: 30, unit: 'grapheme' }).filter((text) => !text.includes('\0'))),
    kind: fc.constantFrom('a', 'b'),
    views: fc.option(fc.integer()),
    price: fc.option(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((n) => `${n}.50`)),
    score: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }).map((n) => n + 0)),
    open: fc.option(fc.boolean()),
    at: fc.option(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((d) => d.toISOString()),
    ),
    labels: fc.option(fc.subarray(['red', 'green, dark'])),
    data: fc.option(fc.constantFrom<unknown>({ a: [1, null, '=x'] }, 'text', -5, '', [], '=1+1', false)),
    place: fc.option(fc.constantFrom({ lat: 1.5, lon: -2 })),
    tag: fc.option(fc.constantFrom(id(1), id(2))),
    tags: fc.subarray([id(1), id(2)]),
  })
  const formulas = [
    '=1+1',
    "'=1",
    "''=1",
    "'",
    '+1',
    '-1',
    '@a',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '"',
    '""',
    '',
    ' ',
    ',',
    'a\r\nb',
    "'x",
    'null',
    'ü,"\n',
  ]

  const filled = ['created', 'updated', 'number']

  it.each(['csv', 'json', 'ndjson'] as const)('as %s, with every value as it was', async (format) => {
    const random = fc.sample(record, { numRuns: 60, seed: 7 })
    const awkward = formulas.map((title) => ({ title, kind: 'a', tags: [] }))
    for (const body of [...random, ...awkward]) await f.create('things', body)
    const before = await things('*')
    const text = await exported(f.as(admin), 'things', format)
    await f.database.run({ text: 'truncate public.things cascade', values: [] })
    const summary = await imported(f.as(admin), 'things', text, { format, maxRow: 100_000 })
    expect(summary).toMatchObject({ rows: before.length, created: before.length, failed: 0 })
    expect(summary.ignored.toSorted()).toEqual(['created', 'number', 'twice', 'updated'])
    const plain = (items: readonly Record<string, unknown>[]) =>
      items
        .map((item) => Object.fromEntries(Object.entries(item).filter(([name]) => !filled.includes(name))))
        .toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
    expect(plain(await things('*'))).toEqual(plain(before))
    // And changes nothing when it comes once more.
    expect(await imported(f.as(admin), 'things', text, { format, onConflict: 'skip', maxRow: 100_000 })).toMatchObject({
      created: 0,
      skipped: before.length,
    })
  })

  it('and holds no cell that a spreadsheet takes for a formula', async () => {
    for (const title of formulas) await f.create('things', { title, data: title })
    const text = await exported(f.as(admin), 'things', 'csv', { select: 'title,data' })
    const cells = text
      .split(/\r\n(?=\S)/)
      .flatMap((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)])
    const dangerous = cells.map((match) => match[1] ?? match[2] ?? '').filter((cell) => /^[=+@\t\r\n＝-]/.test(cell))
    expect(dangerous).toEqual([])
  })

  it('and tells null from empty text', async () => {
    await f.create('things', { title: null, code: 'a' })
    await f.create('things', { title: '', code: 'b' })
    expect(await exported(f.as(admin), 'things', 'csv', { select: 'code,title', sort: 'code' })).toBe(
      'code,title\r\na,\r\nb,""\r\n',
    )
    expect(await exported(f.as(admin), 'things', 'csv', { select: 'title', filter: "code = 'c'" })).toBe('title\r\n')
    expect(await exported(f.as(admin), 'things', 'json', { filter: "code = 'c'" })).toBe('[]\n')
    expect(await exported(f.as(admin), 'things', 'ndjson', { filter: "code = 'c'" })).toBe('')
  })
})

describe('a file is refused as a whole', () => {
  type Case = readonly [what: string, content: string | Buffer, code: string, said: RegExp, options?: object]
  const cases: readonly Case[] = [
    ['without a header', '', 'importMalformed', /line 1.*header/],
    ['with an unknown column', 'titel\nx\n', 'invalidBody', /Did you mean "title"/],
    ['with a hidden column', 'secret\nx\n', 'invalidBody', /no field "secret"/],
    ['with __proto__ as a column', '__proto__,title\nx,y\n', 'invalidBody', /__proto__/],
    ['with constructor as a column', 'constructor\nx\n', 'invalidBody', /constructor/],
    ['with a column twice', 'title,title\nx,y\n', 'invalidBody', /Another column/],
    [
      'with two columns for a field',
      'title,name\nx,y\n',
      'invalidBody',
      /Another column/,
      { map: new Map([['name', 'title']]) },
    ],
    ['with a column without a name', 'title,\nx,y\n', 'invalidBody', /no field ""/],
    [
      'with a column mapped to what only the server fills',
      'a\nx\n',
      'invalidBody',
      /no field "created"/,
      { map: new Map([['a', 'created']]) },
    ],
    ['with a quote that is not closed', 'title\n"x\n', 'importMalformed', /line 2.*never closed/],
    ['with a quote within a cell', 'title\nab"c\n', 'importMalformed', /line 2.*quote/],
    ['with text after a quote', 'title\n\n"ab"c\n', 'importMalformed', /line 3.*quote/],
    ['with a cell that is too large', `title\nx\n"${'x'.repeat(20_000)}"\n`, 'rowTooLarge', /line 3 .*10000 bytes/],
    ['that is not UTF-8', Buffer.from('title\nx\n\xff\n', 'latin1'), 'importMalformed', /line 3.*UTF-8/],
    ['that is UTF-16', Buffer.from('title\nx\n', 'utf16le'), 'invalidBody', /no field/],
    ['that ends within a character', Buffer.from([0x74, 0xc3]), 'importMalformed', /UTF-8/],
    ['that is no array', '{"title":"x"}', 'importMalformed', /not one array/, { format: 'json' }],
    ['with an array that does not end', '[{"title":"x"}', 'importMalformed', /does not end/, { format: 'json' }],
    ['with two arrays', '[]\n[]', 'importMalformed', /not one array/, { format: 'json' }],
    ['with something after the array', '[] x', 'importMalformed', /not one array/, { format: 'json' }],
    ['with a comma too many', '[{"title":"x"},]', 'importMalformed', /missing/, { format: 'json' }],
    [
      'with a record that is too large',
      `[{"title":"${'x'.repeat(20_000)}"}]`,
      'rowTooLarge',
      /line 1/,
      { format: 'json' },
    ],
    [
      'with a line that is too large',
      `{}\n{"title":"${'x'.repeat(20_000)}"}`,
      'rowTooLarge',
      /line 2/,
      { format: 'ndjson' },
    ],
    ['with many brackets', '['.repeat(30_000), 'rowTooLarge', /line 1/, { format: 'json' }],
  ]
  it.each(cases.map(([what, ...rest]) => ({ what, rest })))(
    '$what',
    async ({ rest: [content, code, said, options = {}] }) => {
      const problem = await problemOf(imported(f.as(user(id(9))), 'things', content, options))
      expect([problem.code, `${problem.message} ${problem.errors[0]?.message}`]).toEqual([
        code,
        expect.stringMatching(said),
      ])
      expect(await things()).toEqual([])
    },
  )
})

describe('a row is refused with its line', () => {
  type Case = readonly [what: string, content: string, fault: object, options?: object]
  const ndjson = { format: 'ndjson' } as const
  const cases: readonly Case[] = [
    ['of another length', `${header}a,b\n`, { line: 2, code: 'columns' }],
    ['with a word for a number', `${header}a,b,c\n`, { line: 2, column: 'views', code: 'type' }],
    ['with too large a number', `${header}a,b,9007199254740993\n`, { line: 2, column: 'views' }],
    [
      'with text that is too long',
      `${header}"x\ny",b,1\n${'x'.repeat(101)},c,1\n`,
      { line: 4, column: 'title', code: 'maxLength' },
    ],
    ['with a NUL character', `${header}"a\0b",c,1\n`, { line: 2, column: 'title', code: 'nulCharacter' }],
    ['with broken JSON', 'data\n{\n', { line: 2, column: 'data', code: 'invalidJson' }],
    ['with a NUL in JSON', 'data\n"""\\u0000"""\n', { line: 2, column: 'data', code: 'nulCharacter' }],
    ['with half a character in JSON', 'data\n"""\\ud800"""\n', { line: 2, column: 'data', code: 'loneSurrogate' }],
    ['with __proto__ in JSON', 'data\n"{""__proto__"":1}"\n', { line: 2, column: 'data', code: 'refusedKey' }],
    [
      'with no choice of the field',
      'Art\nc\n',
      { line: 2, column: 'Art', code: 'enum' },
      { map: new Map([['Art', 'kind']]) },
    ],
    ['with a link to nothing', `tag\n${id(99)}\n`, { line: 2, column: 'tag', code: 'recordNotFound' }],
    [
      'with a list of links to nothing',
      `tags\n"[""${id(99)}""]"\n`,
      { line: 2, column: 'tags', code: 'recordNotFound' },
    ],
    ['that is there twice', `${header}a,b,1\na,c,1\na,b,1\n`, { line: 4, code: 'notUnique' }],
    ['that is no object', '1', { line: 1, code: 'type' }, ndjson],
    ['that is no JSON', '\n{"title":}', { line: 2, code: 'invalidJson' }, ndjson],
    ['with an unknown field', '{"titel":1}', { line: 1, column: 'titel', code: 'unknownField' }, ndjson],
    ['with __proto__', '{"__proto__":{"title":"x"}}', { line: 1, code: 'refusedKey' }, ndjson],
    ['with a lone surrogate', '{"title":"\\ud800"}', { line: 1, column: 'title', code: 'loneSurrogate' }, ndjson],
    [
      'with a field twice',
      '{"title":"x","t":"y"}',
      { line: 1, code: 'repeatedField' },
      { ...ndjson, map: new Map([['t', 'title']]) },
    ],
  ]
  it.each(cases.map(([what, ...rest]) => ({ what, rest })))(
    '$what',
    async ({ rest: [content, fault, options = {}] }) => {
      const as = user(id(9))
      const tried = await imported(f.as(as), 'things', content, { ...options, dryRun: true })
      expect(tried).toMatchObject({ dryRun: true, failed: 1, errors: [fault] })
      const problem = await problemOf(imported(f.as(as), 'things', content, options))
      expect(problem).toMatchObject({ status: 422, code: 'importFailed', errors: [fault], extra: { failed: 1 } })
      expect(await things()).toEqual([])
    },
  )

  it('and of many that are wrong the first hundred are listed, in order, and all are counted', async () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => `t${i},c${i % 1_500},${i % 2 === 0 ? 1 : 'x'}`)
    const tried = await imported(f.as(admin), 'things', `${header}${rows.join('\n')}`, { dryRun: true }, 5_000)
    // 1,250 have no number, and 500 of the others have a code again.
    expect(tried).toMatchObject({ rows: 2_500, created: 750, failed: 1_750 })
    expect(tried.errors).toHaveLength(100)
    expect(tried.errors.map(({ line }) => line)).toEqual(tried.errors.map(({ line }) => line).toSorted((a, b) => a - b))
    expect(await things()).toEqual([])
  })
})

describe('a record that is there already', () => {
  beforeEach(() => f.create('things', { id: id(5), title: 'old', code: 'a', contact: 'Ann@Example.org', views: 1 }))
  const run = (content: string, options: object) => imported(f.as(user(id(9))), 'things', content, options)

  it('fails, unless one says otherwise', async () => {
    expect(await problemOf(run(`${header}new,a,2\n`, {}))).toMatchObject({ code: 'importFailed' })
    expect(await things('title')).toEqual([{ title: 'old' }])
  })

  it('is skipped', async () => {
    expect(await run(`${header}new,a,2\nother,b,3\n`, { onConflict: 'skip', key: 'code' })).toMatchObject({
      created: 1,
      skipped: 1,
    })
    expect(await things('title,code')).toEqual([
      { title: 'old', code: 'a' },
      { title: 'other', code: 'b' },
    ])
  })

  it('is updated with what the file has, and nothing else', async () => {
    const options = { onConflict: 'update', key: 'code' }
    expect(await run('code,views,tags\na,7,"[]"\nb,8,[]\n', options)).toMatchObject({ created: 1, updated: 1 })
    expect(await run(`id,code,price\n${id(5)},a,1.5\n,b,\n`, options)).toMatchObject({ updated: 2 })
    expect(await things('title,code,views,price')).toEqual([
      { title: 'old', code: 'a', views: 7, price: '1.5' },
      { title: null, code: 'b', views: 8, price: null },
    ])
  })

  it('is found by what is unique about it, and is found again within the file', async () => {
    const text =
      'contact,title\nann@example.org,one\nANN@example.org,two\nnew@example.org,three\nNew@Example.org,four\n'
    expect(await run(text, { onConflict: 'update', key: 'contact' })).toMatchObject({ created: 1, updated: 3 })
    expect((await things('title,contact')).map(({ title }) => title).toSorted()).toEqual(['four', 'two'])
  })

  it.each([
    ['an unknown key', 'nothing'],
    ['a key that is not unique', 'title'],
    ['a hidden key', 'secret'],
  ])('cannot be found by %s', async (_what, key) => {
    expect(await problemOf(run(`${header}x,y,1\n`, { onConflict: 'skip', key }))).toMatchObject({
      code: 'invalidParameter',
    })
  })

  it('keeps its id', async () => {
    const problem = await problemOf(run(`id,code\n${id(6)},a\n`, { onConflict: 'update', key: 'code' }))
    expect(problem).toMatchObject({ code: 'importFailed', errors: [{ line: 2, column: 'id' }] })
  })

  it('is no key for who may not read', async () => {
    expect(await problemOf(imported(f.as(guest), 'things', `${header}x,a,1\n`, { onConflict: 'skip' }))).toMatchObject({
      code: 'invalidParameter',
    })
  })
})

describe('users', () => {
  it('cannot be given roles, a password or a verified address by who could not give them', async () => {
    for (const column of ['roles', 'password', 'verified', 'password_hash']) {
      const problem = await problemOf(
        imported(f.as(user(id(9))), 'users', `email,${column}\nx@example.org,"[""admin""]"\n`),
      )
      expect(problem).toMatchObject({ code: 'invalidBody', errors: [{ column }] })
      const json = await problemOf(
        imported(f.as(user(id(9))), 'users', `{"email":"x@example.org","${column}":["admin"]}`, { format: 'ndjson' }),
      )
      expect(json).toMatchObject({ code: 'importFailed', errors: [{ column, code: 'unknownField' }] })
    }
    expect((await f.list('users')).items).toEqual([])
  })
})

describe('who may do nothing', () => {
  it('learns nothing', async () => {
    expect(await problemOf(imported(f.as(apiKey()), 'things', header))).toMatchObject({ code: 'collectionNotFound' })
    expect(await problemOf(exported(f.as(guest), 'things', 'csv'))).toMatchObject({ code: 'collectionNotFound' })
    expect(await problemOf(imported(f.as(guest), 'tags', 'name\nx\n'))).toMatchObject({ code: 'forbidden' })
  })
})

it('more rows than one statement takes are all there, once', async () => {
  const rows = Array.from({ length: 1_234 }, (_, i) => `t,${i},${i}`)
  expect(await imported(f.as(user(id(9))), 'things', `${header}${rows.join('\r\n')}`, {}, 1_000)).toMatchObject({
    created: 1_234,
  })
  expect((await f.list('things', { count: 'exact', limit: 1 })).count).toBe(1_234)
  const text = await exported(f.as(user(id(9))), 'things', 'csv', { select: 'views', sort: 'views' })
  expect(text.trim().split('\r\n').slice(1).map(Number)).toEqual(rows.map((_, i) => i))
  // Each changes in its own way, by a few statements.
  const changes = rows.map((_, i) => `${i},${i + 1}`)
  const options = { onConflict: 'update', key: 'code' } as const
  expect(
    await imported(f.as(user(id(9))), 'things', `code,views\n${changes.join('\n')}`, options, 1_000),
  ).toMatchObject({ updated: 1_234 })
  expect((await f.list('things', { filter: 'views = 0', select: 'id' })).items).toEqual([])
})
