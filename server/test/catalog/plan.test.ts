import type { Field, Rename } from '@plinth/schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Collections,
  type Fields,
  type Fixture,
  openFixture,
  problemOf,
  stepOf,
  table,
} from './catalog-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const ids = Array.from({ length: 3 }, (_, i) => `00000000-0000-7000-8000-00000000000${i + 1}`)

/** `posts` with a field `f` that holds these values (as SQL), in order. */
async function given(field: Field, values: readonly string[], more: Collections = {}): Promise<void> {
  await fixture.become({})
  await fixture.become({ posts: table({ f: field }), tags: table({}), ...more })
  for (const [i, value] of values.entries())
    await fixture.rows(`insert into public.posts (id, f) values ($1, ${value})`, ids[i])
}

const planned = (field: Field) => fixture.plan({ posts: table({ f: field }), tags: table({}) })

interface Blocked {
  readonly name: string
  readonly before: Field
  readonly values: readonly string[]
  readonly after: Field
  readonly step: string
  readonly inTheWay: readonly (readonly [number, unknown])[]
}

const blocked: readonly Blocked[] = [
  {
    name: 'a value is missing',
    before: { type: 'text' },
    values: ["'a'", 'null'],
    after: { type: 'text', required: true },
    step: 'changeRequired',
    inTheWay: [[1, null]],
  },
  {
    name: 'a text is too long',
    before: { type: 'text' },
    values: ["'long'", "'a'", 'null'],
    after: { type: 'text', maxLength: 3 },
    step: 'changeOptions',
    inTheWay: [[0, 'long']],
  },
  {
    name: 'a text does not match a pattern',
    before: { type: 'text' },
    values: ["'EUR'", "'Euro'", 'null'],
    after: { type: 'text', pattern: '^\\p{Lu}{3}$' },
    step: 'changeOptions',
    inTheWay: [[1, 'Euro']],
  },
  {
    name: 'a number is too small',
    before: { type: 'integer' },
    values: ['1', '2'],
    after: { type: 'integer', min: 2 },
    step: 'changeOptions',
    inTheWay: [[0, 1]],
  },
  {
    name: 'a choice that goes is in use',
    before: { type: 'select', options: ["it's", 'b'] },
    values: ["'it''s'", "'b'"],
    after: { type: 'select', options: ['b'] },
    step: 'changeOptions',
    inTheWay: [[0, "it's"]],
  },
  {
    name: 'a value occurs twice',
    before: { type: 'text', maxLength: 100 },
    values: ["'a'", "'b'", "'a'"],
    after: { type: 'text', maxLength: 100, unique: true },
    step: 'changeUnique',
    inTheWay: [
      [0, 'a'],
      [2, 'a'],
    ],
  },
  {
    name: 'addresses differ only in case',
    before: { type: 'text' },
    values: ["'a@example.com'", "'A@example.com'"],
    after: { type: 'email', unique: true },
    step: 'changeType',
    inTheWay: [
      [0, 'a@example.com'],
      [1, 'A@example.com'],
    ],
  },
  {
    name: 'a text is no number',
    before: { type: 'text' },
    values: ["'12'", "'twelve'", "''"],
    after: { type: 'integer' },
    step: 'changeType',
    inTheWay: [
      [1, 'twelve'],
      [2, ''],
    ],
  },
  {
    name: 'a text is no day',
    before: { type: 'text' },
    values: ["'2026-02-28'", "'2026-02-30'"],
    after: { type: 'date' },
    step: 'changeType',
    inTheWay: [[1, '2026-02-30']],
  },
  {
    name: 'a converted number is too large',
    before: { type: 'text' },
    values: ["'5'", "'12'"],
    after: { type: 'integer', max: 10 },
    step: 'changeType',
    inTheWay: [[1, 12]],
  },
  {
    name: 'a text is no e-mail address',
    before: { type: 'text' },
    values: ["'ada@example.com'", "'ada'"],
    after: { type: 'email' },
    step: 'changeType',
    inTheWay: [[1, 'ada']],
  },
  {
    name: 'digits would be lost',
    before: { type: 'decimal' },
    values: ["'1.50'", "'1.555'"],
    after: { type: 'decimal', precision: 5, scale: 2 },
    step: 'changeType',
    inTheWay: [[1, 1.555]],
  },
  {
    name: 'a text is the id of no record',
    before: { type: 'text' },
    values: [`'${ids[2]}'`],
    after: { type: 'relation', to: 'tags' },
    step: 'changeType',
    inTheWay: [[0, ids[2]]],
  },
]

describe('a plan lists the rows that are in the way', () => {
  test.each(blocked)('$name', async ({ before, values, after, step, inTheWay }) => {
    await given(before, values)
    const { steps } = await planned(after)
    const { blockers } = stepOf(steps, `${step}:posts.f`)
    expect(blockers?.rows).toEqual(inTheWay.map(([i, value]) => ({ id: ids[i], value })))
    expect(blockers?.count).toBe(inTheWay.length)
    const problem = await problemOf(fixture.become({ posts: table({ f: after }), tags: table({}) }))
    expect(problem).toMatchObject({ status: 409, code: 'planBlocked', extra: { steps: [{ id: `${step}:posts.f` }] } })
  })

  test('links to what is not there, when a relation leads elsewhere', async () => {
    await given({ type: 'relation', to: 'posts' }, [`'${ids[0]}'`])
    const { steps } = await planned({ type: 'relation', to: 'tags' })
    expect(stepOf(steps, 'changeTarget:posts.f').blockers?.rows).toEqual([{ id: ids[0], value: ids[0] }])
  })

  test('records with several links, when there may be only one', async () => {
    const many: Field = { type: 'relation', to: 'posts', many: true }
    await fixture.become({})
    await fixture.become({ posts: table({ f: many }), tags: table({}) })
    for (const id of ids) await fixture.rows('insert into public.posts (id) values ($1)', id)
    for (const id of ids.slice(1))
      await fixture.rows('insert into public."posts.f" (source, target) values ($1, $2)', ids[0], id)
    const { steps } = await planned({ type: 'relation', to: 'posts' })
    expect(stepOf(steps, 'changeType:posts.f').blockers).toMatchObject({ count: 1, rows: [{ id: ids[0] }] })
  })

  test('records without a value for a new required field, but at most twenty of them', async () => {
    await given({ type: 'text' }, [])
    await fixture.rows('insert into public.posts (f) select n::text from generate_series(1, 30) as n')
    const fields: Fields = { f: { type: 'text' }, g: { type: 'integer', required: true } }
    const plan = () => fixture.plan({ posts: table(fields), tags: table({}) })
    const { blockers } = stepOf((await plan()).steps, 'addField:posts.g')
    expect([blockers?.count, blockers?.rows.length]).toEqual([30, 20])
  })

  test('records that are alike in all fields of a new unique index', async () => {
    const fields: Fields = { f: { type: 'slug' }, g: { type: 'integer' } }
    await fixture.become({})
    await fixture.become({ posts: table(fields) })
    for (const [i, [f, g]] of [
      ['a', 1],
      ['a', 1],
      ['a', null],
    ].entries())
      await fixture.rows('insert into public.posts (id, f, g) values ($1, $2, $3)', ids[i], f, g)
    const { steps } = await fixture.plan({ posts: table(fields, { indexes: [{ fields: ['f', 'g'], unique: true }] }) })
    expect(stepOf(steps, 'addIndex:posts.unique(f,g)').blockers?.rows).toEqual([
      { id: ids[0], value: ['a', 1] },
      { id: ids[1], value: ['a', 1] },
    ])
  })
})

describe('a plan says what it loses', () => {
  test('with the values of a field that goes', async () => {
    await given({ type: 'text' }, ["'kept for years'", 'null'])
    const { steps } = await fixture.plan({ posts: table({}), tags: table({}) })
    expect(steps).toMatchObject([
      {
        id: 'dropField:posts.f',
        risk: 'destructive',
        rows: 1,
        samples: [{ id: ids[0], value: 'kept for years' }],
        blockers: null,
      },
    ])
  })

  test('with the records of a collection that goes', async () => {
    await given({ type: 'text' }, ["'a'", "'b'"])
    const { steps } = await fixture.plan({ tags: table({}) })
    expect(steps).toMatchObject([{ id: 'dropCollection:posts', risk: 'destructive', rows: 2 }])
  })

  test('with the values that a change of type cuts short', async () => {
    await given({ type: 'datetime' }, ["'2026-01-31T12:00:00Z'", "'2026-01-31T00:00:00Z'"])
    const { steps } = await planned({ type: 'date' })
    expect(steps).toMatchObject([
      { risk: 'destructive', rows: 1, samples: [{ id: ids[0], value: { to: '2026-01-31' } }] },
    ])
  })

  test.each<[string, Field, readonly string[], Field]>([
    ['whole numbers to exact ones', { type: 'integer' }, ['5'], { type: 'decimal', precision: 5, scale: 2 }],
    ['exact numbers to whole ones', { type: 'decimal' }, ["'5.00'"], { type: 'integer' }],
    ['texts to numbers', { type: 'text' }, ["'5.50'"], { type: 'decimal' }],
    ['a link to several', { type: 'relation', to: 'posts' }, [`null`], { type: 'relation', to: 'posts', many: true }],
    ['days to texts', { type: 'date' }, ["'2026-01-31'"], { type: 'text' }],
  ])('and that nothing is lost from %s', async (_, before, values, after) => {
    await given(before, values)
    const { steps } = await planned(after)
    expect(steps).toMatchObject([{ id: 'changeType:posts.f', risk: 'safe', blockers: null }])
  })

  test('and what is slow, with a warning', async () => {
    await given({ type: 'integer' }, [])
    await fixture.rows('insert into public.posts (f) select n from generate_series(1, 10000) as n')
    const [step] = (await planned({ type: 'decimal' })).steps
    expect(step).toMatchObject({ risk: 'slow', rows: 10_000 })
    expect(step?.warning).toMatch(/written anew/)
  })
})

describe('a request that makes no sense is refused', () => {
  const good = { schema: { collections: {} }, base: 1 }
  test.each<[string, unknown, object]>([
    ['no object', 7, { code: 'invalidBody', errors: [{ path: '' }] }],
    ['no schema', { base: 1 }, { code: 'invalidBody', errors: [{ path: '/schema' }] }],
    ['no base', { schema: {} }, { code: 'invalidBody', errors: [{ path: '/base' }] }],
    ['a base that is no version', { ...good, base: '1' }, { code: 'invalidBody', errors: [{ path: '/base' }] }],
    [
      'renames that are none',
      { ...good, renames: [{ from: 1 }] },
      { code: 'invalidBody', errors: [{ path: '/renames/0' }] },
    ],
    ['something unknown', { ...good, force: true }, { code: 'invalidBody', errors: [{ path: '/force' }] }],
    [
      'a faulty schema',
      { ...good, schema: { collections: { posts: { fields: { a: { type: 'txt' } } } } } },
      { code: 'invalidSchema', errors: [{ path: '/schema/collections/posts/fields/a/type' }] },
    ],
    [
      'a faulty rule',
      { ...good, schema: { collections: { posts: { permissions: { anonymous: { read: 'nope = 1' } } } } } },
      { code: 'invalidSchema', errors: [{ path: '/schema/collections/posts/permissions/anonymous/read' }] },
    ],
    ['an old base', { ...good, base: 0 }, { status: 409, code: 'schemaChanged' }],
  ])('%s', async (_, request, problem) => {
    expect(await problemOf(fixture.catalog.plan(request))).toMatchObject(problem)
  })

  test('a rename of what is not there', async () => {
    const renames: readonly Rename[] = [{ from: 'nope', to: 'posts' }]
    const problem = await problemOf(fixture.plan({ posts: table({}) }, ...renames))
    expect(problem).toMatchObject({ code: 'invalidBody', errors: [{ path: '/renames/0', code: 'invalidRename' }] })
  })
})
