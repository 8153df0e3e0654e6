import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collections, type Fixture, openFixture, problemOf, table } from './catalog-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const texts = [
  "'",
  "''; drop table public.users; --",
  '"',
  '$$; drop table public.users; $$',
  '\\',
  "\\'",
  '?',
  '\\?',
  '$1',
  ':name',
  '/*',
  '%s',
  'ä😀',
  '{a,b}',
]

describe('texts in a schema stay texts', () => {
  test.each(texts)('%s', async (text) => {
    const collections = {
      posts: table(
        {
          plain: { type: 'text', default: text, description: text, label: text },
          choice: { type: 'select', options: [text, 'other'], default: text },
          choices: { type: 'multiselect', options: [text, 'other'], default: [text] },
          data: { type: 'json', default: { [text]: [text] } },
        },
        { description: text, permissions: { anonymous: { read: `plain = ${JSON.stringify(text)}` } } },
      ),
    } satisfies Collections
    const schema = { collections, roles: { editor: { description: text } } }
    await fixture.become({})
    await fixture.catalog.apply({ schema, base: fixture.catalog.model.version }, { kind: 'key', id: text })
    const [row] = await fixture.rows(
      'insert into public.posts default values returning plain, choice, to_json(choices), data::json',
    )
    expect(row?.slice(0, 2)).toEqual([text, text])
    expect(row?.slice(2).map((json) => JSON.parse(json ?? ''))).toEqual([[text], { [text]: [text] }])
    const newest = await fixture.catalog.version(fixture.catalog.model.version)
    expect(newest).toMatchObject({ createdBy: text, schema: { collections, roles: schema.roles } })
    expect(await fixture.rows("select to_regclass('public.users')::text")).toEqual([['public.users']])
    const narrower = { posts: table({ ...collections.posts.fields, choice: { type: 'select', options: ['other'] } }) }
    const { steps } = await fixture.plan(narrower)
    expect(steps.find((step) => step.blockers !== null)?.blockers?.rows).toMatchObject([{ value: text }])
  })
})

test('a pattern is a regular expression and nothing else', async () => {
  await fixture.become({})
  await fixture.become({ posts: table({ f: { type: 'text' } }) })
  await fixture.rows(`insert into public.posts (f) values ('a''; --')`)
  await fixture.become({ posts: table({ f: { type: 'text', pattern: "^a'; --$" } }) })
  const { steps } = await fixture.plan({ posts: table({ f: { type: 'text', pattern: "^a''; --$" } }) })
  expect(steps[0]?.blockers?.count).toBe(1)
})

test('words of SQL are names like any other', async () => {
  const collections = Object.fromEntries(
    ['order', 'select', 'user', 'table'].map((name, i, all) => [
      name,
      table(
        {
          from: { type: 'slug', unique: true, required: true },
          where: { type: 'relation', to: all[(i + 1) % all.length] },
          group: { type: 'relation', to: name, many: true },
          limit: { type: 'integer', default: 1 },
          offset: { type: 'computed', expression: 'limit + 1', result: 'integer' },
        },
        { indexes: [{ fields: ['-limit', 'from'], unique: true }] },
      ),
    ]),
  )
  await fixture.become({})
  await fixture.become(collections)
  expect(await fixture.rows(`insert into public."order" ("from") values ('a') returning "offset"`)).toEqual([['2']])
})

test('names as long as PostgreSQL takes, that differ only at the end, stay apart', async () => {
  const long = (end: string) => 'x'.repeat(62) + end
  const fields = {
    [long('a')]: { type: 'integer', unique: true, min: 1 },
    [long('b')]: { type: 'integer', unique: true, min: 1 },
  }
  const indexes = [{ fields: [long('a'), long('b')] }, { fields: [long('b'), long('a')] }]
  await fixture.become({})
  await fixture.become({ [long('c')]: table(fields, { indexes }), [long('d')]: table(fields, { indexes }) })
  const names = await fixture.rows(
    `select c.relname from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind = 'i'`,
  )
  expect(new Set(names.flat()).size).toBe(2 * 5 + 2)
  await fixture.become({ [long('c')]: table({}) })
})

test.each(['Posts', 'posts"', 'posts;', '', 'pg_class', '1st', 'x'.repeat(64)])('%j is no name', async (name) => {
  expect(await problemOf(fixture.plan({ [name]: table({}) }))).toMatchObject({ status: 400, code: 'invalidSchema' })
})
