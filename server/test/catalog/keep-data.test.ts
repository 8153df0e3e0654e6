import type { Field, Rename } from '@plinth/schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collections, type Fixture, openFixture, stepOf, table } from './catalog-fixture.ts'
import { databaseStructure } from './database-structure.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const id = '00000000-0000-7000-8000-000000000001'
const other = '00000000-0000-7000-8000-000000000002'

const structure = () => databaseStructure(fixture.database)
const values = async () =>
  (await fixture.rows('select f::text from public.posts where id = $1', id)).map(([value]) => value)

const withField = (field: Field): Collections => ({ posts: table({ f: field }) })

describe('a change of type and back keeps the value', () => {
  test.each<[string, Field, string, Field, string]>([
    ['text, integer', { type: 'text' }, "'42'", { type: 'integer' }, '42'],
    ['text, decimal', { type: 'text' }, "'4.20'", { type: 'decimal' }, '4.20'],
    ['text, date', { type: 'text' }, "'2026-01-31'", { type: 'date' }, '2026-01-31'],
    ['text, email', { type: 'text' }, "'ada@example.com'", { type: 'email', unique: true }, 'ada@example.com'],
    ['text, select', { type: 'text', default: 'b' }, "'a'", { type: 'select', options: ['a'], default: 'a' }, 'a'],
    ['integer, decimal', { type: 'integer' }, '42', { type: 'decimal', precision: 5, scale: 0 }, '42'],
    ['integer, autonumber', { type: 'integer' }, '42', { type: 'autonumber' }, '42'],
    ['boolean, text', { type: 'boolean', default: true }, 'true', { type: 'text' }, 'true'],
    ['link, uuid', { type: 'relation', to: 'posts', onDelete: 'setNull' }, `'${id}'`, { type: 'uuid' }, id],
    ['json, text', { type: 'json' }, `'[1]'`, { type: 'text' }, '[1]'],
  ])('%s', async (_, before, value, after, shown) => {
    await fixture.become({})
    await fixture.become(withField(before))
    const first = await structure()
    await fixture.rows(`insert into public.posts (id, f) values ($1, ${value})`, id)
    const original = await values()
    await fixture.become(withField(after))
    expect(await values()).toEqual([shown])
    await fixture.become(withField(before))
    expect(await values()).toEqual(original)
    expect(await structure()).toEqual(first)
  })

  test('one link, many links', async () => {
    const one: Field = { type: 'relation', to: 'posts' }
    await fixture.become({})
    await fixture.become(withField(one))
    await fixture.rows('insert into public.posts (id) values ($1)', id)
    await fixture.rows('insert into public.posts (id, f) values ($1, $2)', other, id)
    await fixture.become(withField({ ...one, many: true }))
    expect(await fixture.rows('select source, target from public."posts.f"')).toEqual([[other, id]])
    await fixture.become(withField(one))
    expect(await fixture.rows('select f from public.posts order by id')).toEqual([[null], [id]])
  })

  test('a running number goes on after the highest', async () => {
    await fixture.become({})
    await fixture.become(withField({ type: 'integer' }))
    await fixture.rows('insert into public.posts (f) values (41)')
    await fixture.become(withField({ type: 'autonumber' }))
    expect(await fixture.rows('insert into public.posts default values returning f')).toEqual([['42']])
  })
})

describe('calculated fields', () => {
  const parts = (type: string): Record<string, Field> => ({ a: { type }, b: { type: 'integer' } })
  const sum = (expression: string, result = 'integer'): Field => ({ type: 'computed', expression, result })
  const calculated = async () => (await fixture.rows('select f from public.posts')).flat()

  test('follow what they are calculated from, through renames, changes of type, and back', async () => {
    await fixture.become({})
    await fixture.become({ posts: table({ ...parts('integer'), f: sum('a + b') }) })
    await fixture.rows('insert into public.posts (a, b) values (1, 2)')
    expect(await calculated()).toEqual(['3'])
    await fixture.become({ posts: table({ ...parts('integer'), f: sum('a + b + 1') }) })
    expect(await calculated()).toEqual(['4'])
    const steps = await fixture.become({ posts: table({ ...parts('decimal'), f: sum('a + b', 'decimal') }) })
    expect(steps.map((step) => step.id)).toEqual([
      'suspendComputed:posts.f',
      'changeType:posts.a',
      'changeType:posts.f',
    ])
    const renamed = table({ b: { type: 'integer' }, c: { type: 'decimal' }, f: sum('c + b', 'decimal') })
    await fixture.become({ posts: renamed }, { collection: 'posts', from: 'a', to: 'c' })
    await fixture.rows('update public.posts set c = 10')
    expect(await calculated()).toEqual(['12'])
  })

  test('keep their values when they become plain fields', async () => {
    await fixture.become({})
    await fixture.become({ posts: table({ ...parts('integer'), f: sum('a + b') }) })
    await fixture.rows('insert into public.posts (a, b) values (1, 2)')
    await fixture.become({ posts: table({ f: { type: 'integer' } }) })
    expect(await calculated()).toEqual(['3'])
  })

  test('are destructive to the values of a plain field', async () => {
    const before = { posts: table({ ...parts('integer'), f: { type: 'integer' } }) }
    await fixture.become({})
    await fixture.become(before)
    await fixture.rows('insert into public.posts (a, b, f) values (1, 2, 77)')
    const { steps } = await fixture.plan({ posts: table({ ...parts('integer'), f: sum('a + b') }) })
    expect(stepOf(steps, 'changeType:posts.f')).toMatchObject({
      risk: 'destructive',
      rows: 1,
      samples: [{ value: 77 }],
    })
  })
})

describe('a rename keeps data, links and the names of everything', () => {
  const tags = { name: { type: 'slug', unique: true } } satisfies Record<string, Field>
  const renames: readonly Rename[] = [
    { from: 'posts', to: 'articles' },
    { collection: 'articles', from: 'tags', to: 'labels' },
    { collection: 'articles', from: 'author', to: 'writer' },
  ]
  const before: Collections = {
    tags: table(tags),
    posts: table(
      { tags: { type: 'relation', to: 'tags', many: true }, author: { type: 'relation', to: 'users', unique: true } },
      { indexes: [{ fields: ['author', '-created'] }] },
    ),
    comments: table({ post: { type: 'relation', to: 'posts', onDelete: 'cascade' } }),
  }
  const after: Collections = {
    tags: table(tags),
    articles: table(
      { labels: { type: 'relation', to: 'tags', many: true }, writer: { type: 'relation', to: 'users', unique: true } },
      { indexes: [{ fields: ['writer', '-created'] }] },
    ),
    comments: table({ post: { type: 'relation', to: 'articles', onDelete: 'cascade' } }),
  }

  test('of a collection with its fields, and back', async () => {
    await fixture.become({})
    await fixture.become(before)
    const first = await structure()
    await fixture.rows(`insert into public.users (id, email) values ($1, 'a@example.com')`, id)
    await fixture.rows(`insert into public.tags (id, name) values ($1, 'x')`, id)
    await fixture.rows('insert into public.posts (id, author) values ($1, $1)', id)
    await fixture.rows('insert into public."posts.tags" values ($1, $1)', id)
    await fixture.rows('insert into public.comments (post) values ($1)', id)
    const steps = await fixture.become(after, ...renames)
    expect(steps.every((step) => step.risk === 'safe')).toBe(true)
    expect(await fixture.rows('select writer from public.articles')).toEqual([[id]])
    expect(await fixture.rows('select * from public."articles.labels"')).toEqual([[id, id]])
    expect(await fixture.rows('select post from public.comments')).toEqual([[id]])
    const back = renames.map((rename) => ({
      ...rename,
      ...(rename.collection === undefined ? {} : { collection: 'posts' }),
      from: rename.to,
      to: rename.from,
    }))
    await fixture.become(before, ...back)
    expect(await structure()).toEqual(first)
    expect(await fixture.rows('select author from public.posts')).toEqual([[id]])
  })

  test('of two fields and two collections that swap their names', async () => {
    const left = table({ a: { type: 'slug', unique: true }, b: { type: 'integer', unique: true } })
    const right = table({ links: { type: 'relation', to: 'left', many: true } })
    await fixture.become({})
    await fixture.become({ left, right })
    await fixture.rows(`insert into public."left" (id, a, b) values ($1, 'x', 1)`, id)
    await fixture.rows('insert into public."right" (id) values ($1)', other)
    await fixture.rows('insert into public."right.links" values ($1, $2)', other, id)
    const swapped: Collections = {
      right: table({ b: { type: 'slug', unique: true }, a: { type: 'integer', unique: true } }),
      left: table({ links: { type: 'relation', to: 'right', many: true } }),
    }
    await fixture.become(
      swapped,
      { from: 'left', to: 'right' },
      { from: 'right', to: 'left' },
      { collection: 'right', from: 'a', to: 'b' },
      { collection: 'right', from: 'b', to: 'a' },
    )
    expect(await fixture.rows('select id, a, b from public."right"')).toEqual([[id, '1', 'x']])
    expect(await fixture.rows('select * from public."left.links"')).toEqual([[other, id]])
    const migrated = await structure()
    await fixture.become({})
    await fixture.become(swapped)
    expect(await structure()).toEqual(migrated)
  })
})

describe('a collection that goes', () => {
  test('takes only itself, when a link to it leads elsewhere from now on', async () => {
    await fixture.become({})
    await fixture.become({ old: table({}), posts: table({ f: { type: 'relation', to: 'old' } }) })
    await fixture.rows('insert into public.posts (id) values ($1)', id)
    const steps = await fixture.become(
      { posts: table({ g: { type: 'relation', to: 'users' } }) },
      { collection: 'posts', from: 'f', to: 'g' },
    )
    expect(steps.map((step) => step.id)).toEqual([
      'dropCollection:old',
      'renameField:posts.f->g',
      'changeTarget:posts.g',
    ])
    expect(await fixture.rows('select id, g from public.posts')).toEqual([[id, null]])
  })
})

test('what a schema change moves is not logged as the work of somebody', async () => {
  await fixture.become({})
  await fixture.become(withField({ type: 'relation', to: 'posts' }))
  await fixture.rows('insert into public.posts (id, f) values ($1, $1)', id)
  const count = async () => Number((await fixture.rows('select count(*) from plinth.changes'))[0]?.[0])
  const before = await count()
  await fixture.become(withField({ type: 'relation', to: 'posts', many: true }))
  expect(await count()).toBe(before)
  await fixture.rows('delete from public."posts.f"')
  expect(await count()).toBe(before + 1)
})
