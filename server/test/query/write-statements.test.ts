import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { checkFilter } from '../../src/query/check-filter.ts'
import { compileDelete, compileDeleteMany } from '../../src/query/delete.ts'
import { compileInsert } from '../../src/query/insert.ts'
import { parseSelect } from '../../src/query/parse-select.ts'
import { resolveShape } from '../../src/query/shape.ts'
import { compileLock, compileUpdate, compileUpdateMany } from '../../src/query/update.ts'
import { type Fixture, user } from '../records/fixture.ts'
import { accessOf, blog, resultOf, textOf } from './statements.ts'

let f: Fixture
const [id, other] = ['0190f000-0000-7000-8000-000000000001', '0190f000-0000-7000-8000-000000000002']
const annId = '0190f000-0000-7000-8000-0000000000a1'
const ann = user(annId)
const bob = user('0190f000-0000-7000-8000-0000000000b1')
const rev = expect.stringMatching(/^\d+$/)
beforeAll(async () => {
  f = await blog()
  await f.create('users', { id: annId, email: 'ann@example.org' })
})
afterAll(() => f?.close())
beforeEach(async () => {
  await f.database.run({ text: 'truncate public.posts cascade', values: [] })
  await f.create('posts', { id, title: 'Mine', author: annId })
})

function blogOf(actor: typeof ann, select: string) {
  const access = accessOf(f, actor)
  const collection = access.model.collections.get('posts')
  if (!collection) throw new Error('no posts')
  const version = String(access.model.version)
  return { access, collection, version, shape: resolveShape(access, 'posts', parseSelect(select)) }
}

it('a create checks, inserts and answers in one statement', async () => {
  const { access, collection, shape, version } = blogOf(ann, 'title,author')
  const statement = compileInsert(access, { collection, given: ['title'], many: [], shape, bulk: false })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "insert into "public"."posts" as t ("id", "title", "author", "created", "updated") select "i"."id", "i"."title", ($1::uuid)::uuid, $2::timestamptz, $2::timestamptz
    from (select $3::uuid as "id", $4::text as "title") as i
    where (plinth.schema_version() = VERSION) and (((true and ($1::uuid)::uuid is not distinct
    from ($1::uuid)::uuid)))
    returning 2, "t"."id", (select (select row_to_json("T2")
    from (select "r"."title" as "title", "r"."author" as "author") as "T2")
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $5::bigint or "T1"."author" = $1::uuid) and "T1"."author" = $1::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $6::bigint or "T1"."author" = $1::uuid) and "T1"."author" = $1::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1"."rev" as "rev"
    from (select t.*, "t".xmin::text as rev) as "T1"
    where ("T1"."views" > $7::bigint or "T1"."author" = $1::uuid)) as "r"
    where "r"."id" = "t"."id"), "t".xmin::text, set_config('plinth.context', $8::text, true)"
  `)
  const row = await resultOf(f, ann, statement, { id: other, values: { title: 'New' } })
  expect(row).toEqual([[version, other, `{"title":"New","author":"${annId}"}`, rev, expect.any(String)]])
})

it('an update asks its rule of the old record and, where it writes what the rule looks at, of the new one', async () => {
  const { access, collection, shape, version } = blogOf(ann, 'views')
  const statement = compileUpdate(access, {
    collection,
    assignments: [{ field: 'views', kind: 'increase' }],
    many: [],
    shape,
    expectsRev: true,
  })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "update "public"."posts" as t
    set "views" = (coalesce("t"."views", 0) + $1::bigint), "updated" = $2::timestamptz
    where t.id = $3::uuid and (plinth.schema_version() = VERSION) and (("t"."views" > $4::bigint or "t"."author" = $5::uuid)) and ("t".xmin::text = $6::text) and ((("t"."author" = $5::uuid)))
    returning 2, "t"."id", (select (select row_to_json("T2")
    from (select "r"."views" as "views") as "T2")
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $7::bigint or "T1"."author" = $5::uuid) and "T1"."author" = $5::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $8::bigint or "T1"."author" = $5::uuid) and "T1"."author" = $5::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1"."rev" as "rev"
    from (select t.*, "t".xmin::text as rev) as "T1"
    where ("T1"."views" > $9::bigint or "T1"."author" = $5::uuid)) as "r"
    where "r"."id" = "t"."id"), "t".xmin::text, set_config('plinth.context', $10::text, true)"
  `)
  const { rev: current } = await f.get('posts', id, 'rev')
  const run = { id, rev: String(current), values: { 'views+': 3 } }
  expect(await resultOf(f, bob, statement, run)).toEqual([])
  expect(await resultOf(f, ann, statement, run)).toEqual([[version, id, '{"views":3}', rev, expect.any(String)]])
  expect(await resultOf(f, ann, statement, run)).toEqual([])
  const giving = compileUpdate(access, {
    collection,
    assignments: [{ field: 'author', kind: 'set' }],
    many: [],
    shape: null,
    expectsRev: false,
  })
  expect(textOf(giving)).toMatch(/\("t"\."author" = \$\d+::uuid\) and \(\$\d+::uuid = \$\d+::uuid\)/)
})

it('links are brought to what an update says, in the same statement', async () => {
  const { access, collection, shape } = blogOf(ann, 'tags')
  const tag = String((await f.create('tags', { name: 'x' }))['id'])
  const statement = compileUpdate(access, {
    collection,
    assignments: [],
    many: [{ field: 'tags', kind: 'change' }],
    shape,
    expectsRev: false,
  })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "with written as (
    update "public"."posts" as t
    set "updated" = $1::timestamptz
    where t.id = $2::uuid and (plinth.schema_version() = VERSION) and (("t"."views" > $3::bigint or "t"."author" = $4::uuid)) and (not exists (select 1
    from (select unnest($5::uuid[]) as id) as "T3"
    where "T3"."id" is not null and (exists (select 1
    from (select "T2"."id", "T2"."name", "T2"."created", "T2"."updated", "T2".xmin::text as "rev"
    from "public"."tags" as "T2") as "T1"
    where "T1"."id" = "T3"."id")) is not true)) and ((("t"."author" = $4::uuid)))
    returning t.*, "t".xmin::text as rev), "unlink 0" as (delete
    from "public"."posts.tags"
    where source in (select id
    from "written") and target = any($6::uuid[]) and target <> all($7::uuid[])), "link 0" as (insert into "public"."posts.tags" (source, target) select w.id, a.target
    from "written" as w, unnest($7::uuid[]) as a(target)
    on conflict do nothing) select 2, "w"."id", (select (select row_to_json("T6")
    from (select (select coalesce(json_agg(distinct "T5"."id"
    order by "T5"."id"), '[]')
    from unnest(array(select target
    from "public"."posts.tags"
    where source = "r"."id" and target <> all($8::uuid[]) union select unnest($9::uuid[]))) as "T5"(id)) as "tags") as "T6")
    from (select "T4"."id", "T4"."title", "T4"."views", case when (("T4"."views" > $10::bigint or "T4"."author" = $4::uuid) and "T4"."author" = $4::uuid) then "T4"."notes" end as "notes", ((("T4"."views" > $11::bigint or "T4"."author" = $4::uuid) and "T4"."author" = $4::uuid)) is true as "notes?", "T4"."author", "T4"."created", "T4"."updated", "T4"."rev" as "rev"
    from written as "T4"
    where ("T4"."views" > $12::bigint or "T4"."author" = $4::uuid)) as "r"
    where "r"."id" = "w"."id"), "w"."rev", set_config('plinth.context', $13::text, true)
    from written as w"
  `)
  const [row] = await resultOf(f, ann, statement, { id, values: { '+tags': [tag], '-tags': [] } })
  expect(row?.[2]).toBe(`{"tags":["${tag}"]}`)
  expect(await f.get('posts', id, 'tags')).toEqual({ tags: [tag] })
})

it('a lock waits for one record', async () => {
  const { collection, version } = blogOf(ann, 'id')
  const statement = compileLock(collection)
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "select v.version, f.id
    from (select plinth.schema_version() as version) as v
    left join lateral (select t.id
    from "public"."posts" as t
    where t.id = $1::uuid for no key update) as f on true"
  `)
  expect(await resultOf(f, ann, statement, { id })).toEqual([[version, id]])
  expect(await resultOf(f, ann, statement, { id: other })).toEqual([[version, null]])
})

it('an update of many locks what matches, and counts what it may write of it', async () => {
  const { access, collection, version } = blogOf(ann, 'id')
  await f.create('posts', { title: 'Not mine', views: 5 })
  const query = {
    collection,
    assignments: [{ field: 'title', kind: 'set' }],
    many: [],
    shape: null,
    expectsRev: false,
  } as const
  const statement = compileUpdateMany(access, query, checkFilter(access, 'posts', 'views < 9'))
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "with matched as materialized ( select "r"."id" as id
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $1::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $3::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $4::bigint or "T1"."author" = $2::uuid)) as "r"
    where "r"."views" < $5::bigint
    order by "r"."id" for
    update of r), written as (
    update "public"."posts" as t
    set "title" = $6::text, "updated" = $7::timestamptz
    from matched as m
    where t.id = m.id and (plinth.schema_version() = VERSION) and (("t"."views" > $8::bigint or "t"."author" = $2::uuid)) and ((("t"."author" = $2::uuid)))
    returning t.id) select v.version, (select count(*)
    from matched), (select count(*)
    from written), set_config('plinth.context', $9::text, true)
    from (select plinth.schema_version() as version) as v"
  `)
  const [row] = await resultOf(f, ann, statement, { values: { title: 'x' } })
  expect(row?.slice(0, 3)).toEqual([version, '2', '1'])
})

it('a delete asks its rule', async () => {
  const { access, collection, version } = blogOf(ann, 'id')
  const statement = compileDelete(access, { collection, expectsRev: false })
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "delete
    from "public"."posts" as t
    where t.id = $1::uuid and (plinth.schema_version() = VERSION) and (("t"."views" > $2::bigint or "t"."author" = $3::uuid)) and (((("t"."author" = $3::uuid and "t"."views" < $4::bigint))))
    returning 2, "t"."id", null, "t".xmin::text, set_config('plinth.context', $5::text, true)"
  `)
  expect(await resultOf(f, bob, statement, { id })).toEqual([])
  expect((await resultOf(f, ann, statement, { id }))[0]?.slice(0, 2)).toEqual([version, id])
})

it('a delete of many counts what matches and what it deleted', async () => {
  const { access, collection, version } = blogOf(ann, 'id')
  const statement = compileDeleteMany(
    access,
    { collection, expectsRev: false },
    checkFilter(access, 'posts', "title = 'Mine'"),
  )
  expect(textOf(statement)).toMatchInlineSnapshot(`
    "with matched as materialized ( select "r"."id" as id
    from (select "T1"."id", "T1"."title", "T1"."views", case when (("T1"."views" > $1::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid) then "T1"."notes" end as "notes", ((("T1"."views" > $3::bigint or "T1"."author" = $2::uuid) and "T1"."author" = $2::uuid)) is true as "notes?", "T1"."author", "T1"."created", "T1"."updated", "T1".xmin::text as "rev"
    from "public"."posts" as "T1"
    where ("T1"."views" > $4::bigint or "T1"."author" = $2::uuid)) as "r"
    where "r"."title" = $5::text
    order by "r"."id" for
    update of r), written as (
    delete from "public"."posts" as t using matched as m
    where t.id = m.id and (plinth.schema_version() = VERSION) and (("t"."views" > $6::bigint or "t"."author" = $2::uuid)) and (((("t"."author" = $2::uuid and "t"."views" < $7::bigint))))
    returning t.id) select v.version, (select count(*)
    from matched), (select count(*)
    from written), set_config('plinth.context', $8::text, true)
    from (select plinth.schema_version() as version) as v"
  `)
  expect((await resultOf(f, ann, statement))[0]?.slice(0, 3)).toEqual([version, '1', '1'])
})
