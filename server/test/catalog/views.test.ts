import { afterAll, beforeEach, beforeAll, describe, expect, test } from 'vitest'
import { type Collections, type Fixture, openFixture, problemOf, stepOf, table, view } from './catalog-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
  await fixture.rows('create function public.volatile_one() returns int language sql as $$ select 1 $$')
  await fixture.rows('create function public.stable_one() returns int language sql stable as $$ select 1 $$')
  await fixture.rows('create function plinth.secret_one() returns int language sql immutable as $$ select 1 $$')
  await fixture.rows('create schema elsewhere')
  await fixture.rows('create table elsewhere.secrets (id uuid)')
})
afterAll(() => fixture.close())

const posts = table({ title: { type: 'text' }, views: { type: 'integer' } })
const base: Collections = { posts }
beforeEach(async () => {
  await fixture.become({})
  await fixture.become(base)
})

const popular = (sql: string): Collections => ({
  ...base,
  popular: view(sql, { name: { type: 'text' }, total: { type: 'integer' } }),
})
const good = 'select id, title as name, views as total from public.posts'

describe('a view is made of what is allowed', () => {
  test.each([
    good,
    `${good}\n-- and that is all`,
    `select id, upper(title) || '; drop' as name, views + 1 as total from public.posts where created < now() order by 1`,
    'with p as (select * from public.posts) select id, min(title) as name, count(*) as total from p group by id',
    `select u.id, u.email as name, 1::smallint as total from public.users as u join public.posts as p on p.id = u.id`,
    `select id, to_char(date_trunc('month', created), 'YYYY') as name, public.stable_one() as total from public.posts`,
    `select gen.id, string_agg(p.title, ', ') as name, row_number() over (order by gen.id) as total
     from (select id from public.posts) as gen cross join lateral (select title from public.posts limit 1) as p group by gen.id`,
  ])('%s', async (sql) => {
    expect((await fixture.plan(popular(sql))).steps).toMatchObject([
      { id: 'addView:popular', risk: 'safe', blockers: null },
    ])
    await fixture.become(popular(sql))
    await fixture.rows('select * from public.popular')
  })
})

describe('a view that could do harm, or does not fit, is refused', () => {
  const from = 'from public.posts'
  test.each<[string, string, RegExp]>([
    ['two statements', `${good}; drop table public.posts`, /one single query/],
    ['a trailing semicolon', `${good};`, /one single query/],
    ['no query', 'drop table public.posts', /one single query/],
    ['a change', "insert into public.posts (title) values ('x') returning id, title as name, views as total", /./],
    [
      'a change in a with',
      `with d as (delete ${from} returning *) select id, title as name, views as total from d`,
      /./,
    ],
    ['a bracket that closes too early', `select 1) as q; drop table public.posts; select (1`, /one single query/],
    ['a comment that swallows the rest', `${good} /*`, /./],
    ['a parameter', `select id, title as name, $1::int as total ${from}`, /./],
    [
      'a system table',
      'select id, document::text as name, 1 as total from plinth.schema_versions, public.posts',
      /schema_versions/,
    ],
    [
      'a system table in a subquery',
      `select id, (select text 'x' from plinth.changes limit 1) as name, 1 as total ${from}`,
      /changes/,
    ],
    ['a catalog', `select id, rolname::text as name, 1 as total ${from}, pg_catalog.pg_roles`, /pg_roles/],
    [
      'a password',
      `select id, (select passwd from pg_catalog.pg_shadow limit 1) as name, 1 as total ${from}`,
      /pg_shadow/,
    ],
    [
      'a whole catalog row',
      `select id, (select a::text from pg_catalog.pg_authid as a limit 1) as name, 1 as total ${from}`,
      /pg_authid/,
    ],
    ['another schema', `select s.id, 'x' as name, 1 as total from elsewhere.secrets as s`, /elsewhere/],
    ['a file', `select id, pg_read_file('/etc/passwd') as name, 1 as total ${from}`, /pg_read_file/],
    ['a folder', `select id, pg_ls_dir('.') as name, 1 as total ${from}`, /pg_ls_dir/],
    [
      'a query in a text',
      `select id, query_to_xml('select 1', true, true, '')::text as name, 1 as total ${from}`,
      /query_to_xml/,
    ],
    [
      'a table in a text',
      `select id, table_to_xml('plinth.changes', true, true, '')::text as name, 1 as total ${from}`,
      /table_to_xml/,
    ],
    ['a setting', `select id, set_config('role', 'postgres', false) as name, 1 as total ${from}`, /set_config/],
    ['a setting read', `select id, current_setting('data_directory') as name, 1 as total ${from}`, /current_setting/],
    ['a lock', `select id, title as name, pg_advisory_lock(1)::text::int as total ${from}`, /pg_advisory_lock/],
    ['a nap', `select id, pg_sleep(1)::text as name, 1 as total ${from}`, /pg_sleep/],
    ['a function of ours', `select id, title as name, plinth.secret_one() as total ${from}`, /secret_one/],
    ['a volatile function', `select id, title as name, public.volatile_one() as total ${from}`, /volatile_one/],
    ['a function in a filter', `${good} where pg_cancel_backend(1)`, /pg_cancel_backend/],
    ['a function as a table', `select id, f as name, 1 as total ${from}, pg_ls_dir('.') as f`, /pg_ls_dir/],
    ['a function in an order', `${good} order by pg_read_file('x')`, /pg_read_file/],
    [
      'an aggregate over a secret',
      `select id, (select string_agg(usename::text, '') from pg_stat_activity) as name, 1 as total ${from}`,
      /pg_stat_activity/,
    ],
    ['a missing column', `select id, title as name ${from}`, /no column "total"/],
    ['no id', `select title as name, views as total ${from}`, /no column "id"/],
    ['an id that is none', `select 1 as id, title as name, views as total ${from}`, /"id" .* is integer/],
    ['a wrong type', `select id, title as name, title as total ${from}`, /"total" .* is text/],
    ['a missing table', 'select id, title as name, 1 as total from public.nope', /nope/],
    ['a name without its schema', 'select id, title as name, 1 as total from posts', /posts/],
  ])('%s', async (_, sql, reason) => {
    const { steps } = await fixture.plan(popular(sql))
    expect(stepOf(steps, 'addView:popular').blockers?.reason).toMatch(reason)
    expect(await problemOf(fixture.become(popular(sql)))).toMatchObject({ status: 409, code: 'planFailed' })
    expect(await fixture.rows("select to_regclass('public.popular'), to_regclass('public.posts')::text")).toEqual([
      [null, 'public.posts'],
    ])
  })
})

describe('views and the tables below them', () => {
  test('a view over a view is made, changed and dropped, whichever comes first', async () => {
    const top = view('select id, name from public.popular', { name: { type: 'text' } })
    const both = (sql: string) => ({ atop: top, ...popular(sql) })
    const { steps } = await fixture.plan(both(good))
    expect(steps.map((step) => step.id)).toEqual(['addView:popular', 'addView:atop'])
    await fixture.become(both(good))
    await fixture.become(both(`${good} where views > 1`))
    await fixture.become(base)
    expect(await fixture.rows("select to_regclass('public.popular'), to_regclass('public.atop')")).toEqual([
      [null, null],
    ])
  })

  test('a change below a view works, where the view still fits', async () => {
    await fixture.become(popular(good))
    const views = { ...posts.fields, views: { type: 'decimal' } }
    const wanted: Collections = {
      posts: table(views),
      popular: view(good, { name: { type: 'text' }, total: { type: 'decimal' } }),
    }
    expect((await fixture.become(wanted)).map((step) => step.id)).toEqual([
      'suspendView:popular',
      'changeType:posts.views',
      'replaceView:popular',
    ])
  })

  test('and names the view, where it does not', async () => {
    await fixture.become(popular(good))
    const wanted = { ...popular(good), posts: table({ title: { type: 'text' } }) }
    const { steps } = await fixture.plan(wanted)
    expect(stepOf(steps, 'restoreView:popular').blockers?.reason).toMatch(/"?views"? does not exist/)
    const problem = await problemOf(fixture.become(wanted))
    expect(problem).toMatchObject({ code: 'planFailed', extra: { step: 'restoreView:popular' } })
    expect(await fixture.rows('select count(*) from public.popular')).toEqual([['0']])
  })

  test('a new field needs no view to be made anew', async () => {
    await fixture.become(popular(good))
    const { steps } = await fixture.plan({
      ...popular(good),
      posts: table({ ...posts.fields, more: { type: 'text' } }),
    })
    expect(steps.map((step) => step.id)).toEqual(['addField:posts.more'])
  })
})
