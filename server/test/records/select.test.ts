import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fixture, problemOf, recordsFixture } from './fixture.ts'
import { shop } from './shop.ts'

let f: Fixture
const ids: Record<string, string> = {}
beforeAll(async () => {
  f = await recordsFixture(shop)
  const make = async (collection: string, name: string, body: object = {}) => {
    ids[name] = String((await f.create(collection, { name, ...body }))['id'])
  }
  await make('makers', 'Bolt', { country: 'de' })
  await make('makers', 'Nut', { country: 'it' })
  for (const tag of ['new', 'old', 'rare']) await make('tags', tag)
  await make('products', 'bike', { maker: ids['Bolt'], views: 200, tags: [ids['new'], ids['rare']] })
  await make('products', 'wheel', { maker: ids['Bolt'], parent: ids['bike'], views: 5, tags: [ids['old']] })
  await make('products', 'saddle', { maker: ids['Nut'], parent: ids['bike'], views: 7, partner: ids['bike'] })
})
afterAll(() => f?.close())

it('shows all own fields in their order, and nothing else, without select and with *', async () => {
  const record = await f.get('products', ids['bike'] ?? '')
  expect(Object.keys(record)).toEqual([
    'id',
    ...Object.keys(shop.collections['products']?.fields ?? {}),
    'created',
    'updated',
  ])
  expect(await f.get('products', ids['bike'] ?? '', '*')).toEqual(record)
})

it('shows what is selected, in the order it is selected, once', async () => {
  const record = await f.get('products', ids['bike'] ?? '', 'views,name,views')
  expect(JSON.stringify(record)).toBe('{"views":200,"name":"bike"}')
})

it('shows a relation as it is spelled out, beside * too', async () => {
  for (const select of ['*,maker(name)', 'maker(name),*']) {
    expect(await f.get('products', ids['bike'] ?? '', select)).toMatchObject({ name: 'bike', maker: { name: 'Bolt' } })
  }
})

it('follows a relation to one, there and back again', async () => {
  expect(await f.get('products', ids['wheel'] ?? '', 'maker(name,products(name;sort=name))')).toEqual({
    maker: { name: 'Bolt', products: [{ name: 'bike' }, { name: 'wheel' }] },
  })
})

it('gives null for a relation to one that leads nowhere, and [] for one to many', async () => {
  expect(await f.get('products', ids['bike'] ?? '', 'parent(name),partner(name)')).toEqual({
    parent: null,
    partner: null,
  })
  expect(await f.get('products', ids['wheel'] ?? '', 'parts(name),partner_of(name)')).toEqual({
    parts: [],
    partner_of: null,
  })
})

it('follows relations to many both ways, and inverses to one', async () => {
  const select = 'tags(name,products(name;sort=name);sort=-name),parts(name;sort=name),partner_of(name)'
  expect(await f.get('products', ids['bike'] ?? '', select)).toEqual({
    tags: [
      { name: 'rare', products: [{ name: 'bike' }] },
      { name: 'new', products: [{ name: 'bike' }] },
    ],
    parts: [{ name: 'saddle' }, { name: 'wheel' }],
    partner_of: { name: 'saddle' },
  })
})

it('filters, sorts and limits related records, each relation by itself', async () => {
  const select = "name,products(name;filter=views < 100 || name ~ 'I(;)K';sort=-views;limit=1)"
  const { items } = await f.list('makers', { select, sort: 'name' })
  expect(items).toEqual([
    { name: 'Bolt', products: [{ name: 'wheel' }] },
    { name: 'Nut', products: [{ name: 'saddle' }] },
  ])
  const nested = await f.get(
    'makers',
    ids['Bolt'] ?? '',
    "products(parts(name;filter=name = 'wheel');filter=count(parts) > 0)",
  )
  expect(nested).toEqual({ products: [{ parts: [{ name: 'wheel' }] }] })
})

it('shows a relation to many as ids, sorted', async () => {
  const { tags } = await f.get('products', ids['bike'] ?? '', 'tags')
  expect(tags).toEqual([ids['new'], ids['rare']].toSorted())
})

it('shows the revision when asked for it', async () => {
  const { rev } = await f.get('products', ids['bike'] ?? '', 'rev')
  expect(rev).toMatch(/^\d+$/)
})

it.each([
  ['', 'expected the name of a field'],
  ['nothing', 'has no field "nothing"'],
  ['nam', 'Did you mean "name"?'],
  ['name(id)', 'not a relation'],
  ['name,', 'expected the name of a field'],
  ['maker(', 'expected the name of a field'],
  ['maker()', 'expected the name of a field'],
  ['maker(name', 'expected ")"'],
  ['maker(name))', 'unexpected ")"'],
  ['maker(name;limit=1)', 'filter, sort and limit are for many'],
  ['parts', 'say what to show of them'],
  ['parts(name;limit=0)', 'limit is a number from 1 to 1000'],
  ['parts(name;limit=1;limit=2)', '"limit" is given twice'],
  ['parts(name;order=name)', 'expected sort=, limit= or filter='],
  ['parts(name;sort=nothing)', 'has no field "nothing"'],
  ['tags(products(tags(products(tags(name)))))', 'nested 4 levels deep'],
  ['__proto__', 'expected the name of a field'],
  ['constructor', 'has no field "constructor"'],
  ['name;drop', 'unexpected ";"'],
  [`${'name,'.repeat(500)}name`, 'at most 500 names'],
])('select=%s is refused with the reason', async (select, reason) => {
  const problem = await problemOf(f.get('products', ids['bike'] ?? '', select))
  expect(problem).toMatchObject({ status: 400, code: 'invalidParameter' })
  expect(problem.message).toContain(reason)
})

it('an unknown name inside a nested filter is found with its position', async () => {
  const problem = await problemOf(f.get('makers', ids['Bolt'] ?? '', "products(name;filter=nam = 'x')"))
  expect(problem).toMatchObject({
    code: 'invalidExpression',
    extra: { position: { start: 0, end: 3 }, suggestion: 'name' },
  })
})

it('a text of a request cannot stand for another request that has been planned', async () => {
  await f.list('products', { select: 'name', filter: 'views > 0' })
  await expect(f.list('products\nname', { filter: 'views > 0' })).rejects.toMatchObject({ code: 'collectionNotFound' })
  await expect(problemOf(f.list('products', { select: 'name\nviews > 0' }))).resolves.toMatchObject({
    code: 'invalidParameter',
  })
  await f.get('products', ids['bike'] ?? '')
  await expect(f.get('products', ids['bike'] ?? '', '')).rejects.toMatchObject({ code: 'invalidParameter' })
})
