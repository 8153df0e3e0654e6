import { afterAll, beforeAll, expect, it } from 'vitest'
import { compileAggregate, parseAggregate, parseGroup } from '../../src/query/aggregate.ts'
import { checkFilter } from '../../src/query/check-filter.ts'
import { parseSelect } from '../../src/query/parse-select.ts'
import { compileList } from '../../src/query/select-list.ts'
import { compileGet, compileGetMany } from '../../src/query/select-one.ts'
import { resolveShape } from '../../src/query/shape.ts'
import { parseSort } from '../../src/query/sort.ts'
import { admin, type Fixture, user } from '../records/fixture.ts'
import { accessOf, blog, resultOf, textOf } from './statements.ts'

let f: Fixture
const id = '0190f000-0000-7000-8000-000000000001'
const annId = '0190f000-0000-7000-8000-0000000000a1'
const ann = user(annId)
const bob = user('0190f000-0000-7000-8000-0000000000b1')
beforeAll(async () => {
  f = await blog()
  await f.create('users', { id: annId, email: 'ann@example.org' })
  const tag = await f.create('tags', { name: 'sql' })
  await f.create('posts', { id, title: 'Mine', author: annId, notes: 'n', tags: [tag['id']] })
  await f.create('posts', { title: 'Read', author: annId, views: 5, notes: 'n' })
})
afterAll(() => f?.close())

const shape = (access: ReturnType<typeof accessOf>, select: string) =>
  resolveShape(access, 'posts', parseSelect(select))

it('a get puts the read rule around the table, and shows a conditional field where its rule holds', async () => {
  const access = accessOf(f, ann)
  const statement = compileGet(access, 'posts', shape(access, 'title,notes'))
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select v.version, f.item, f.rev
    from (select plinth.schema_version() as version) as v
    left join lateral (select (left((select row_to_json("T2")
    from (select "r"."title" as "title") as "T2")::text, -1) || case when "r"."notes?" then ',"notes":' || coalesce(to_json("r"."notes")::text, 'null') else '' end || '}')::json as item, "r"."rev" as rev
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $1::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $3::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $4::bigint or "T1"."author" = $2::uuid)) as "r"
    where "r"."id" = $5::uuid) as f on true"
  `)
  expect(await resultOf(f, ann, statement, { id })).toEqual([
    [String(access.model.version), '{"title":"Mine","notes":"n"}', expect.stringMatching(/^\d+$/)],
  ])
  // Another actor of the same roles runs the same statement.
  expect(await resultOf(f, bob, statement, { id })).toEqual([[String(access.model.version), null, null]])
})

it('a get by an admin asks nothing but the id', async () => {
  const access = accessOf(f, admin)
  const statement = compileGet(access, 'posts', shape(access, 'title,author(email),tags(name)'))
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select v.version, f.item, f.rev
    from (select plinth.schema_version() as version) as v
    left join lateral (select (select row_to_json("T10")
    from (select "r"."title" as "title", (select row_to_json("T4") as item
    from (select "T2"."email" as "email"
    from (select "T3"."id", "T3"."email", "T3"."roles", "T3"."created", "T3"."updated", "T3".xmin::text as "rev"
    from "public"."users" as "T3") as "T2"
    where "T2"."id" = "r"."author") as "T4") as "author", (select coalesce(json_agg("T9".item), '[]')
    from (select row_to_json("T8") as item
    from (select "T5"."name" as "name"
    from (select "T6"."id", "T6"."name", "T6"."created", "T6"."updated", "T6".xmin::text as "rev"
    from "public"."tags" as "T6") as "T5"
    where "T5"."id" in (select "T7"."target"
    from "public"."posts.tags" as "T7"
    where "T7"."source" = "r"."id")
    order by "T5"."id" asc
    limit 100) as "T8") as "T9") as "tags") as "T10") as item, "r"."rev" as rev
    from (select "T1"."id", "T1"."title", "T1"."views", "T1"."notes", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1") as "r"
    where "r"."id" = $1::uuid) as f on true"
  `)
  expect((await resultOf(f, admin, statement, { id }))[0]?.[1]).toBe(
    '{"title":"Mine","author":{"email":"ann@example.org"},"tags":[{"name":"sql"}]}',
  )
})

it('a list of many related records adds up how long it gets, and is given up where it gets too long', async () => {
  const access = accessOf(f, admin)
  const compiled = (select: string) => compileGet(access, 'posts', shape(access, select))
  const isWatched = (select: string) => textOf(compiled(select)).includes('answer_too_large')
  expect(isWatched('tags(name,posts(title;limit=3);limit=100)')).toBe(true)
  expect(isWatched('tags(name,posts(title;limit=3);limit=25)')).toBe(false)
  expect(isWatched('author(posts(title;limit=101))')).toBe(true)
  expect(await resultOf(f, admin, compiled('tags(name;limit=1000)'), { id })).toEqual([
    [String(access.model.version), '{"tags":[{"name":"sql"}]}', expect.any(String)],
  ])
  const limited = compiled('tags(posts(title;limit=1000))')
  const large = { ...limited, text: limited.text.replaceAll('67108864', '20') }
  await expect(resultOf(f, admin, large, { id })).rejects.toMatchObject({ code: 'answerTooLarge' })
})

it('a get of many finds all that may be read', async () => {
  const access = accessOf(f, bob)
  const statement = compileGetMany(access, 'posts', shape(access, 'title'))
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select v.version, f.id, f.item
    from (select plinth.schema_version() as version) as v
    left join lateral (select "r"."id" as id, (select row_to_json("T2")
    from (select "r"."title" as "title") as "T2") as item
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $1::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $3::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $4::bigint or "T1"."author" = $2::uuid)) as "r"
    where "r"."id" = any($5::uuid[])) as f on true"
  `)
  const ids = (await f.list('posts')).items.map((item) => item['id'])
  expect((await resultOf(f, bob, statement, { values: { ids } })).map((row) => row[2])).toEqual(['{"title":"Read"}'])
})

it('a list filters and sorts what may be read, and asks for one record more than its page holds', async () => {
  const access = accessOf(f, ann)
  const { statement, keysAreShown } = compileList(access, {
    collection: 'posts',
    shape: shape(access, 'title,tags'),
    filter: checkFilter(access, 'posts', "notes != null && any(tags, name = 'sql')"),
    sort: parseSort(access, 'posts', '-views,title'),
    limit: 1,
    paged: false,
    after: null,
    count: 'exact',
  })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select null, f.*, (select count(*)
    from (select "c"."id"
    from (select "CT1"."id", "CT1"."title", "CT1"."views", case when (("CT1"."views" > $1::bigint or "CT1"."author" = $2::uuid) and "CT1"."author" = $2::uuid) then "CT1"."notes" end as "notes", ((("CT1"."views" > $3::bigint or "CT1"."author" = $2::uuid) and "CT1"."author" = $2::uuid)) is true as "notes?", "CT1"."author", "CT1"."created", "CT1"."updated", "CT1".xmin::text as "rev"
    from "public"."posts" as "CT1"
    where ("CT1"."views" > $4::bigint or "CT1"."author" = $2::uuid)) as "c"
    where ((("c"."notes" is null) is not true) and exists (select 1
    from (select "CT3"."id", "CT3"."name", "CT3"."created", "CT3"."updated", "CT3".xmin::text as "rev"
    from "public"."tags" as "CT3") as "CT2"
    where "CT2"."id" in (select "CT4"."target"
    from "public"."posts.tags" as "CT4"
    where "CT4"."source" = "c"."id") and "CT2"."name" = $5::text))) as n)
    from (select
    where plinth.schema_version() = VERSION) as v
    left join lateral ( select (select row_to_json("T6")
    from (select "s"."title" as "title", (select coalesce(json_agg("T5"."target"
    order by "T5"."target"), '[]')
    from "public"."posts.tags" as "T5"
    where "T5"."source" = "s"."id") as "tags") as "T6") as item, "s"."key 0"::text, "s"."key 1"::text, "s"."key 2"::text
    from ( select r.*, "r"."views" as "key 0", "r"."title" as "key 1", "r"."id" as "key 2"
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $6::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $7::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $8::bigint or "T1"."author" = $2::uuid)) as "r"
    where ((("r"."notes" is null) is not true) and exists (select 1
    from (select "T3"."id", "T3"."name", "T3"."created", "T3"."updated", "T3".xmin::text as "rev"
    from "public"."tags" as "T3") as "T2"
    where "T2"."id" in (select "T4"."target"
    from "public"."posts.tags" as "T4"
    where "T4"."source" = "r"."id") and "T2"."name" = $9::text))
    order by "r"."views" desc, "r"."title" asc, "r"."id" asc
    limit 2 ) as s ) as f on true"
  `)
  expect(keysAreShown).toBe(false)
  expect(await resultOf(f, ann, statement)).toEqual([
    [null, expect.stringContaining('"title":"Mine"'), '0', 'Mine', id, '1'],
  ])
})

it('a later page begins after the cursor’s values, by a row comparison where none can be null', async () => {
  const access = accessOf(f, admin)
  const list = (sort: string, after: readonly boolean[]) =>
    compileList(access, {
      collection: 'posts',
      shape: shape(access, 'title'),
      filter: null,
      sort: parseSort(access, 'posts', sort),
      limit: 5,
      paged: false,
      after,
      count: null,
    }).statement
  const itemsAfter = async (statement: ReturnType<typeof list>, ...after: string[]) =>
    (await resultOf(f, admin, statement, { after })).map((row) => row[1])
  const simple = list('title', [false, false])
  expect(textOf(simple)).toContain('("r"."title", "r"."id") > ($1::text, $2::uuid)')
  expect(await itemsAfter(simple, 'Mine', id)).toEqual(['{"title":"Read"}'])
  const nullable = list('-views', [false, false])
  expect(textOf(nullable)).toContain(
    '(("r"."views" < $1::bigint) or ("r"."views" = $1::bigint and "r"."id" < $2::uuid))',
  )
  expect(await itemsAfter(nullable, '5', 'ffffffff-ffff-7fff-8fff-ffffffffffff')).toEqual([
    '{"title":"Read"}',
    '{"title":"Mine"}',
  ])
})

it('an aggregate works on what may be read', async () => {
  const access = accessOf(f, bob)
  const statement = compileAggregate(access, {
    collection: 'posts',
    filter: null,
    aggregates: [parseAggregate(access, 'posts', 'count', '*'), parseAggregate(access, 'posts', 'sum', 'views')],
    groups: [parseGroup(access, 'posts', 'created:month')],
    timeZone: 'Europe/Berlin',
  })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select v.version, f.items
    from (select plinth.schema_version() as version) as v
    left join lateral ( select (select coalesce(json_agg("T2".item), '[]')
    from ( select row_to_json("one group") as item
    from ( select "group 0" as "created:month", count(*) as "count", json_build_object('views', sum("value 1")) as "sum"
    from (select date_trunc('month', ("r"."created" at time zone $1::text))::date as "group 0", 1 as "value 0", "r"."views" as "value 1"
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $2::bigint or "T1"."author" = $3::uuid) and "T1"."author" = $3::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $4::bigint or "T1"."author" = $3::uuid) and "T1"."author" = $3::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $5::bigint or "T1"."author" = $3::uuid)) as "r"
    where true) as i group by "group 0"
    order by "group 0"
    limit $6::bigint ) as "one group") as "T2") as items ) as f on true"
  `)
  const [row] = await resultOf(f, bob, statement, { limit: 5 })
  expect(JSON.parse(row?.[1] ?? '')).toEqual([{ 'created:month': expect.any(String), count: 1, sum: { views: 5 } }])
})
