import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { admin, type Fixture, guest, problemOf, recordsFixture, said } from './fixture.ts'
import { shop } from './shop.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture(shop)
})
afterAll(() => f?.close())

const create = (body: unknown, select?: string) => createRecord(f.as(admin), 'products', body, select)
const createAll = async (bodies: readonly unknown[], select?: string) =>
  JSON.parse(await createRecords(f.as(admin), 'products', bodies, select)).items
const count = async () => (await f.list('products', { count: 'exact', limit: 1 })).count

it('fills in the id, defaults, calculated fields, numbers and times', async () => {
  const record = await f.create('products', { name: 'Bike' })
  expect(record).toMatchObject({
    name: 'Bike',
    title: 'bike',
    status: 'new',
    views: 0,
    popular: false,
    tags: [],
    price: null,
  })
  expect(record['id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  expect(record['created']).toBe(record['updated'])
  expect(record['number']).toEqual(expect.any(Number))
  expect(await f.get('products', String(record['id']))).toEqual(record)
})

it('takes null as no value, not as the default', async () => {
  expect(await f.create('products', { name: 'x', status: null, views: null })).toMatchObject({
    status: null,
    views: null,
  })
})

it('takes the id of the client, in either case of letters', async () => {
  const id = '0190D000-0000-7000-8000-00000000000A'
  expect(await f.create('products', { id, name: 'x' })).toMatchObject({ id: id.toLowerCase() })
  expect(said(await problemOf(create({ id, name: 'y' })))).toMatchObject({
    status: 409,
    code: 'notUnique',
    message: 'Another record in "products" has the same "id".',
  })
})

it('answers the shape that is asked for, with the links that were just made', async () => {
  const [first, second] = [await f.create('tags', { name: 'b' }), await f.create('tags', { name: 'a' })]
  const tags = [first['id'], second['id']]
  const { json } = await create({ name: 'x', tags }, 'name,tags,views')
  expect(JSON.parse(json)).toEqual({ name: 'x', tags: tags.toSorted(), views: 0 })
  const nested = await create({ name: 'x', tags }, 'tags(name;sort=name)')
  expect(JSON.parse(nested.json)).toEqual({ tags: [{ name: 'a' }, { name: 'b' }] })
  expect(await createAll([{ name: 'x', tags }, { name: 'y' }], 'name,tags(name;sort=name)')).toEqual([
    { name: 'x', tags: [{ name: 'a' }, { name: 'b' }] },
    { name: 'y', tags: [] },
  ])
})

it('answers many records in the order in which they came', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `item ${(i * 7919) % 300}`)
  const items = await createAll(
    names.map((name) => ({ name })),
    'name',
  )
  expect(items.map((item: { name: string }) => item.name)).toEqual(names)
})

it('of many, each has its own fields, defaults and nulls', async () => {
  const items = await createAll(
    [{ name: 'a', views: 5 }, { name: 'b' }, { name: 'c', views: null, data: { x: [1] }, labels: ['red', 'a,b'] }],
    'name,views,status,data,labels',
  )
  expect(items).toEqual([
    { name: 'a', views: 5, status: 'new', data: null, labels: null },
    { name: 'b', views: 0, status: 'new', data: null, labels: null },
    { name: 'c', views: null, status: 'new', data: { x: [1] }, labels: ['red', 'a,b'] },
  ])
})

it('of many, records may refer to each other', async () => {
  const [a, b] = ['0190d000-0000-7000-8000-0000000000a1', '0190d000-0000-7000-8000-0000000000a2']
  await createAll([
    { id: a, name: 'child', parent: b, views: 3 },
    { id: b, name: 'parent' },
  ])
  expect(await f.get('products', b, 'parts(name)')).toEqual({ parts: [{ name: 'child' }] })
})

it('creates all of many or none', async () => {
  const before = await count()
  const code = 'twice'
  expect(
    await problemOf(
      createAll([
        { name: 'a', code },
        { name: 'b', code },
      ]),
    ),
  ).toMatchObject({ code: 'notUnique' })
  const problem = await problemOf(createAll([{ name: 'a' }, { name: 'b', views: -1 }]))
  expect(problem.errors).toEqual([{ path: '/1/views', code: 'minimum', message: expect.any(String) }])
  expect(await count()).toBe(before)
})

it('takes an empty list, and 10,000 records, but no more', async () => {
  expect(await createAll([])).toEqual([])
  const bodies = Array.from({ length: 10_000 }, () => ({ name: 'x' }))
  expect(await createAll(bodies, 'id')).toHaveLength(10_000)
  expect(await problemOf(createAll([...bodies, { name: 'x' }]))).toMatchObject({ code: 'badRequest' })
})

it.each([
  ['nothing required', {}, [{ path: '/name', code: 'required' }]],
  ['null where a value is required', { name: null }, [{ path: '/name', code: 'type' }]],
  [
    'wrong types',
    { name: 1, views: '5', status: 'old', price: 1.5 },
    [{ path: '/name' }, { path: '/status' }, { path: '/views' }, { path: '/price' }],
  ],
  ['too long a text', { name: 'x'.repeat(21) }, [{ path: '/name', code: 'maxLength' }]],
  ['out of range', { name: 'x', views: 1001 }, [{ path: '/views', code: 'maximum' }]],
  ['an unknown field', { name: 'x', nam: 'y' }, [{ path: '/nam', code: 'unknownField' }]],
  ['a calculated field', { name: 'x', popular: true }, [{ path: '/popular', code: 'unknownField' }]],
  ['a field that the database fills', { name: 'x', number: 5 }, [{ path: '/number', code: 'unknownField' }]],
  ['a time of creation', { name: 'x', created: '2026-01-01T00:00:00Z' }, [{ path: '/created', code: 'unknownField' }]],
  ['an atomic change', { name: 'x', 'views+': 1 }, [{ path: '/views+', code: 'unknownField' }]],
  ['an id that is none', { name: 'x', id: '1' }, [{ path: '/id' }]],
  [
    'a relation to what is not there',
    { name: 'x', maker: '0190d000-0000-7000-8000-0000000000ff' },
    [{ path: '/maker', code: 'recordNotFound' }],
  ],
  [
    'a link to what is not there',
    { name: 'x', tags: ['0190d000-0000-7000-8000-0000000000ff'] },
    [{ path: '/tags', code: 'recordNotFound' }],
  ],
  ['a prototype', JSON.parse('{"name":"x","__proto__":{"views":5}}'), [{ path: '/__proto__', code: 'unknownField' }]],
  ['a method of objects', { name: 'x', toString: 'y' }, [{ path: '/toString', code: 'unknownField' }]],
  ['a list', [], [{ path: '', code: 'type' }]],
  ['null', null, [{ path: '', code: 'type' }]],
])('a body with %s is refused with each fault in its place', async (_, body, faults) => {
  const problem = await problemOf(create(body))
  expect(problem).toMatchObject({ status: 400, code: 'invalidBody' })
  expect(problem.errors).toMatchObject(faults)
  expect(problem.errors).toHaveLength(faults.length)
})

it('refuses a collection that does not exist, whatever its name', async () => {
  for (const name of ['nothing', 'products"', '__proto__', 'products; drop table products', '']) {
    expect(await problemOf(createRecord(f.as(admin), name, {}, undefined))).toMatchObject({
      code: 'collectionNotFound',
    })
    expect(await problemOf(createRecord(f.as(guest), name, {}, undefined))).toMatchObject({
      code: 'collectionNotFound',
    })
  }
})

it('names the fields of a unique index together', async () => {
  const maker = (await f.create('makers', { name: 'm' }))['id']
  await f.create('products', { name: 'x', maker, code: 'c1' })
  expect(await problemOf(create({ name: 'y', code: 'c1' }))).toMatchObject({
    message: 'Another record in "products" has the same "code".',
  })
})
