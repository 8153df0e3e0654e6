import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { etagOf, revisionOfEtag } from '../../src/records/answer.ts'
import { operationOf } from '../../src/records/operation.ts'
import { deleteRecord, deleteRecords } from '../../src/records/delete-records.ts'
import { getRecord } from '../../src/records/read-records.ts'
import { replaceRecord } from '../../src/records/replace-record.ts'
import { updateRecord, updateRecords } from '../../src/records/update-records.ts'
import { admin, type Fixture, guest, problemOf, recordsFixture, said, user } from './fixture.ts'
import { shop } from './shop.ts'

let f: Fixture
let id: string
let tags: string[]
beforeAll(async () => {
  f = await recordsFixture({
    ...shop,
    collections: {
      ...shop.collections,
      jobs: {
        kind: 'table',
        fields: { state: { type: 'text' }, worker: { type: 'text' }, owner: { type: 'relation', to: 'users' } },
        permissions: {
          anonymous: { read: true, update: true, delete: true },
          authenticated: { update: 'owner = @user.id && !changed(owner)' },
        },
      },
      clubs: {
        kind: 'table',
        fields: { name: { type: 'text' }, members: { type: 'relation', to: 'users', many: true, inverse: 'clubs' } },
        permissions: { authenticated: { read: '@user.id in members', create: true, update: '@user.id in members' } },
      },
    },
  })
})
afterAll(() => f?.close())
beforeEach(async () => {
  await f.database.run({
    text: 'truncate public.products, public.tags, public.makers, public.jobs cascade',
    values: [],
  })
  tags = []
  for (const name of ['a', 'b', 'c']) tags.push(String((await f.create('tags', { name }))['id']))
  id = String(
    (await f.create('products', { name: 'bike', tags: [tags[0]], views: 1, price: '1.10', weight: 0.5 }))['id'],
  )
})

const update = async (body: unknown, select?: string, rev?: string) =>
  JSON.parse((await updateRecord(f.as(admin), 'products', id, body, { select, rev })).json)
const get = (select?: string) => f.get('products', id, select)

const whoIs = (i: number): string => (i % 2 === 0 ? 'key:admin-key' : 'anonymous:')

/** Waits until so many statements of this database wait for a lock. */
async function waiting(count: number): Promise<void> {
  const text = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
  const [row] = await f.database.run({ text, values: [] })
  if (Number(row?.[0]) < count) await waiting(count)
}

describe('an update', () => {
  it('changes what is given and nothing else, and answers the record as it is then', async () => {
    const before = await get()
    const after = await update({ name: 'Tandem', views: 200 })
    expect(after).toEqual({
      ...before,
      name: 'Tandem',
      title: 'tandem',
      views: 200,
      popular: true,
      updated: expect.any(String),
    })
    expect(await get()).toEqual(after)
  })

  it('adds to numbers of each kind exactly, from nothing too', async () => {
    expect(await update({ 'views+': 5, 'price+': '0.20', 'weight+': -0.25 }, 'views,price,weight')).toEqual({
      views: 6,
      price: '1.30',
      weight: 0.25,
    })
    await update({ views: null })
    expect(await update({ 'views+': 2 }, 'views')).toEqual({ views: 2 })
  })

  it('adds and takes away links', async () => {
    expect(await update({ '+tags': [tags[1], tags[0]] }, 'tags')).toEqual({ tags: [tags[0], tags[1]].toSorted() })
    expect(await update({ '-tags': [tags[0], tags[2]] }, 'tags')).toEqual({ tags: [tags[1]] })
    expect(await update({ '-tags': [tags[1]], '+tags': [tags[1], tags[2]] }, 'tags')).toEqual({
      tags: [tags[1], tags[2]].toSorted(),
    })
    expect(await get('tags')).toEqual({ tags: [tags[1], tags[2]].toSorted() })
    expect(await update({ tags: [tags[0]] }, 'tags(name)')).toEqual({ tags: [{ name: 'a' }] })
    expect(await get('tags(name)')).toEqual({ tags: [{ name: 'a' }] })
    expect(await update({ tags: [] }, 'tags')).toEqual({ tags: [] })
  })

  it.each([
    ['nothing', {}, 'badRequest'],
    ['an id', { id: '0190d000-0000-7000-8000-0000000000ff' }, 'invalidBody'],
    ['one field twice', { views: 1, 'views+': 1 }, 'invalidBody'],
    ['one relation twice', { tags: [], '+tags': [] }, 'invalidBody'],
    ['an addition to a text', { 'name+': 'x' }, 'invalidBody'],
    ['an addition of a text', { 'views+': '1' }, 'invalidBody'],
    ['an addition of null', { 'views+': null }, 'invalidBody'],
    ['an addition of a fraction', { 'views+': 0.5 }, 'invalidBody'],
    ['a link to a field that is none', { '+name': ['x'] }, 'invalidBody'],
    ['links that are no list', { '+tags': 'x' }, 'invalidBody'],
    ['a link to what is not there', { '+tags': ['0190d000-0000-7000-8000-0000000000ff'] }, 'invalidBody'],
    ['a sum out of range', { 'views+': 1000 }, 'invalidBody'],
    ['a sum below the range', { 'views+': -5 }, 'invalidBody'],
    ['a sum that fits no column', { 'views+': 9007199254740991 }, 'invalidBody'],
    ['null for what is required', { name: null }, 'invalidBody'],
    ['a prototype', JSON.parse('{"__proto__":1}'), 'invalidBody'],
  ])('with %s is refused and changes nothing', async (_, body, code) => {
    const before = await get('*,rev')
    expect(await problemOf(update(body))).toMatchObject({ status: 400, code })
    expect(await get('*,rev')).toEqual(before)
  })

  it('with wrong links names each of them as it is written', async () => {
    const problem = await problemOf(update({ '+tags': [tags[0], 'x'], '-tags': [5] }))
    expect(problem.errors).toMatchObject([{ path: '/+tags/1' }, { path: '/-tags/0' }])
  })

  it('says which field a sum leaves the range of', async () => {
    expect((await problemOf(update({ 'views+': 1000 }))).errors).toMatchObject([{ path: '/views', code: 'outOfRange' }])
  })

  it('names every relation that leads nowhere', async () => {
    const nowhere = '0190d000-0000-7000-8000-0000000000ff'
    const open = await f.create('jobs', { state: 'x' })
    const problem = await problemOf(updateRecord(f.as(guest), 'jobs', String(open['id']), { owner: nowhere }, {}))
    expect(problem.errors).toMatchObject([{ path: '/owner', code: 'recordNotFound' }])
  })
})

describe('updates at the same time', () => {
  it('lose no increment', async () => {
    await Promise.all(Array.from({ length: 40 }, () => update({ 'views+': 2 })))
    expect(await get('views')).toEqual({ views: 81 })
  })

  it('lose no link', async () => {
    await update({ tags: [] })
    await Promise.all(tags.flatMap((tag) => [update({ '+tags': [tag] }), update({ 'views+': 1 })]))
    expect(await get('tags')).toEqual({ tags: tags.toSorted() })
  })

  it('of all links leave those of one of them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [first, second] = [[tags[0]], [tags[1], tags[2]].toSorted()]
      await Promise.all([
        update({ tags: first }),
        update({ tags: second }),
        update({ tags: first }),
        update({ tags: second }),
      ])
      expect([[...first], [...second]]).toContainEqual((await get('tags'))['tags'])
    }
  })

  it('of all links of many records leave those of one of them', async () => {
    // Both wait for the same record, so that each has begun before the other is done.
    let both: readonly Promise<number>[] = []
    await updateRecords(f.as(admin), 'products', 'true', { tags: [tags[1]] })
    await f.database.transaction(async (session) => {
      await session.run({ text: 'select id from public.products for update', values: [] })
      both = [[tags[0]], [tags[1]]].map((each) => updateRecords(f.as(admin), 'products', 'true', { tags: each }))
      await waiting(2)
    })
    await Promise.all(both)
    expect((await get('tags'))['tags']).toHaveLength(1)
  })

  it('with the same revision: one wins, the other is told what changed', async () => {
    const { rev } = await get('rev')
    const outcomes = await Promise.allSettled([
      update({ name: 'one' }, undefined, rev),
      update({ views: 9 }, undefined, rev),
    ])
    const refused = outcomes.filter((each) => each.status === 'rejected')
    expect(refused).toHaveLength(1)
    const winner = outcomes[0]?.status === 'fulfilled' ? 'name' : 'views'
    // What is calculated from a changed field has changed as well.
    const changed = winner === 'name' ? ['name', 'title'] : ['views']
    expect(refused[0]?.reason).toMatchObject({
      status: 412,
      code: 'revisionMismatch',
      extra: { changed, current: (await get('rev'))['rev'] },
    })
  })

  it('that share a commit each have their own answer, refusal, entry in the log, and revision of their record', async () => {
    const jobs = await Promise.all(['a', 'b', 'c', 'd'].map(() => f.create('jobs', { state: 'open' })))
    const write = async (i: number) => {
      const wrong = i % 6 === 5
      const operation = operationOf(f.deps, i % 2 === 0 ? admin : guest, `request-${i}`)
      const job = String(jobs[i % 4]?.['id'])
      return updateRecord(operation, 'jobs', wrong ? crypto.randomUUID() : job, { worker: `worker ${i}` }, {})
    }
    // The first few show how long it takes.
    for (let i = 0; i < 4; i += 1) await write(i)
    const rounds = Array.from({ length: 60 }, (_, i) => i)
    const outcomes = await Promise.allSettled(rounds.map(write))
    const answers = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const refused = outcomes.flatMap((each, i) => (each.status === 'rejected' ? [[i % 6, each.reason.code]] : []))
    expect(refused).toEqual(Array.from({ length: 10 }, () => [5, 'recordNotFound']))
    expect(new Set(answers.map(({ id: job, rev }) => `${job} ${rev}`)).size).toBe(50)
    const logged = await f.database.run({
      text: `
        select after ->> 'worker', request, actor from plinth.changes
        where collection = 'jobs' and op = 'update' order by seq desc limit 50`,
      values: [],
    })
    const told = rounds.filter((i) => i % 6 !== 5).map((i) => [`worker ${i}`, `request-${i}`, whoIs(i)].join(' '))
    expect(logged.map((row) => row.join(' ')).toSorted()).toEqual(told.toSorted())
    // On a machine that is too busy right now, no write is known to be quick.
    const commits = async () => {
      const revs = await Promise.all(jobs.map(async (_, i) => (await write(i)).rev))
      return new Set(revs).size
    }
    await expect.poll(commits).toBeLessThan(jobs.length)
  })

  it('that claim the same records by a filter: one gets each', async () => {
    for (let i = 0; i < 5; i += 1) await f.create('jobs', { state: 'open' })
    const claim = (worker: string) => updateRecords(f.as(guest), 'jobs', "state = 'open'", { state: 'taken', worker })
    const counts = await Promise.all(['a', 'b', 'c', 'd'].map(claim))
    expect(counts.toSorted()).toEqual([0, 0, 0, 5])
    const winner = ['a', 'b', 'c', 'd'][counts.indexOf(5)]
    expect((await f.list('jobs', { filter: `worker = '${winner}'` })).items).toHaveLength(5)
  })
})

describe('revisions', () => {
  it('are those of the answer, of a later get, and of its ETag', async () => {
    const written = await updateRecord(f.as(admin), 'products', id, { name: 'x' }, { select: 'name,rev' })
    const read = await getRecord(f.as(admin), 'products', id, new Map([['select', 'name,rev']]))
    expect(JSON.parse(written.json).rev).toBe(written.rev)
    expect(read.rev).toBe(written.rev)
    expect(etagOf(read)).toBe(etagOf(written))
    expect(revisionOfEtag(etagOf(read))).toBe(read.rev)
  })

  it('name all fields that changed since, over several updates', async () => {
    const { rev } = await get('rev')
    await update({ name: 'y' })
    await update({ price: '5' })
    await update({ name: 'z' })
    expect((await problemOf(update({ views: 3 }, undefined, rev))).extra).toMatchObject({
      changed: ['name', 'price', 'title'],
    })
  })

  it('that never were are refused without saying what changed', async () => {
    const problem = await problemOf(update({ views: 3 }, undefined, '1'))
    expect(said(problem)).toMatchObject({ status: 412, code: 'revisionMismatch' })
    expect(problem.extra).not.toHaveProperty('changed')
  })

  it('hold for deletes and replacements as well', async () => {
    const { rev } = await get('rev')
    await update({ name: 'y' })
    expect(await problemOf(deleteRecord(f.as(admin), 'products', id, rev))).toMatchObject({
      status: 412,
      extra: { changed: ['name', 'title'] },
    })
    expect(await problemOf(replaceRecord(f.as(admin), 'products', id, { name: 'z' }, { rev }))).toMatchObject({
      status: 412,
    })
    const { rev: current } = await get('rev')
    await replaceRecord(f.as(admin), 'products', id, { name: 'z' }, { rev: current })
    const { rev: last } = await get('rev')
    await deleteRecord(f.as(admin), 'products', id, last)
    expect(await problemOf(deleteRecord(f.as(admin), 'products', id, last))).toMatchObject({ status: 404 })
  })
})

describe('rules', () => {
  it('about a change compare the old record with the new', async () => {
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map((each) => f.create('users', { email: `${each}@example.org` })),
    )
    const mine = await f.create('jobs', { owner: ann?.['id'], state: 'open' })
    // A guest may update everything, and so may whoever is signed in: that is what inheriting means.
    const guests = await updateRecord(f.as(guest), 'jobs', String(mine['id']), { owner: null }, {})
    expect(JSON.parse(guests.json)).toMatchObject({ owner: null })
    expect(bob).toBeDefined()
  })

  it('about links see them as they will be', async () => {
    const { id: ann } = await f.create('users', { email: 'ann2@example.org' })
    const club = await f.create('clubs', { name: 'chess', members: [ann] }, user(String(ann)))
    // Its creator is a member, so may read it: the rule knows the links before the table does.
    expect(club).toMatchObject({ name: 'chess' })
    const leave = updateRecord(f.as(user(String(ann))), 'clubs', String(club['id']), { '-members': [ann] }, {})
    expect(await problemOf(leave)).toMatchObject({ code: 'forbidden' })
    expect(await problemOf(f.get('clubs', String(club['id']), undefined, guest))).toMatchObject({ status: 404 })
  })
})

describe('a replacement', () => {
  const replace = async (body: unknown, of = id) => {
    const { json, created } = await replaceRecord(f.as(admin), 'products', of, body, {})
    return { created, record: JSON.parse(json) }
  }

  it('gives what is left out its default', async () => {
    await update({ status: 'sold', code: 'c' })
    const { created, record } = await replace({ name: 'new' })
    expect(created).toBe(false)
    expect(record).toMatchObject({
      id,
      name: 'new',
      status: 'new',
      views: 0,
      price: null,
      code: null,
      tags: [],
      weight: null,
    })
    expect(await get()).toEqual(record)
  })

  it('creates what is not there', async () => {
    const other = '0190d000-0000-7000-8000-0000000000b1'
    expect(await replace({ id: other.toUpperCase(), name: 'x', tags }, other)).toMatchObject({
      created: true,
      record: { id: other, tags: tags.toSorted() },
    })
  })

  it('needs what a new record needs, and no other id', async () => {
    expect((await problemOf(replace({ views: 1 }))).errors).toMatchObject([{ path: '/name', code: 'required' }])
    expect((await problemOf(replace({ id: '0190d000-0000-7000-8000-0000000000b1', name: 'x' }))).errors).toMatchObject([
      { path: '/id' },
    ])
    expect(await problemOf(replace({ name: 'x' }, 'no-id'))).toMatchObject({ status: 404 })
  })

  it('by many at once of a record that is not there creates it once', async () => {
    const other = '0190d000-0000-7000-8000-0000000000b2'
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => replace({ name: `n${i}` }, other)))
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1)
    expect((await f.list('products', { filter: `id = '${other}'` })).items).toHaveLength(1)
  })

  it('while the record is deleted again and again never fails', async () => {
    const other = '0190d000-0000-7000-8000-0000000000b3'
    const deletes = Array.from({ length: 15 }, () => deleteRecords(f.as(admin), 'products', `id = '${other}'`))
    const replacements = Array.from({ length: 15 }, () =>
      replace({ name: 'x' }, other).catch((error: unknown) => {
        // Three times in a row somebody was quicker.
        expect(error).toMatchObject({ code: expect.stringMatching(/notUnique|recordNotFound|conflict/) })
      }),
    )
    await Promise.all([...deletes, ...replacements])
  })
})

describe('a deletion', () => {
  it('is refused while others still need the record', async () => {
    const maker = String((await f.create('makers', { name: 'm' }))['id'])
    await update({ maker })
    expect(said(await problemOf(deleteRecord(f.as(admin), 'makers', maker, null)))).toMatchObject({
      status: 409,
      code: 'stillReferenced',
    })
    expect(said(await problemOf(deleteRecords(f.as(admin), 'makers', 'true')))).toMatchObject({
      status: 409,
      code: 'stillReferenced',
    })
    expect(await f.get('makers', maker, 'name')).toEqual({ name: 'm' })
  })

  it('takes with it what depends on the record, and frees what points to it', async () => {
    const part = await f.create('products', { name: 'part', parent: id })
    const partner = await f.create('products', { name: 'partner', partner: id })
    await deleteRecord(f.as(admin), 'products', id, null)
    expect(await problemOf(f.get('products', String(part['id'])))).toMatchObject({ status: 404 })
    expect(await f.get('products', String(partner['id']), 'partner')).toEqual({ partner: null })
    expect(await f.get('tags', tags[0] ?? '', 'products(name)')).toEqual({ products: [] })
  })

  it('by two at once succeeds for one', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => deleteRecord(f.as(admin), 'products', id, null)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('writes to many', () => {
  it('answer how many matched, and change those alone', async () => {
    await f.create('products', { name: 'x', views: 50 })
    await f.create('products', { name: 'y', views: 60 })
    expect(await updateRecords(f.as(admin), 'products', 'views >= 50', { 'views+': 100, '+tags': [tags[2]] })).toBe(2)
    expect((await f.list('products', { sort: 'views', select: 'views,popular,tags(name)' })).items).toEqual([
      { views: 1, popular: false, tags: [{ name: 'a' }] },
      { views: 150, popular: true, tags: [{ name: 'c' }] },
      { views: 160, popular: true, tags: [{ name: 'c' }] },
    ])
    expect(await deleteRecords(f.as(admin), 'products', 'popular')).toBe(2)
    expect(await deleteRecords(f.as(admin), 'products', 'false')).toBe(0)
  })

  it('undo all when one of them fails', async () => {
    await f.create('products', { name: 'x', views: 999 })
    expect(await problemOf(updateRecords(f.as(admin), 'products', 'true', { 'views+': 5 }))).toMatchObject({
      code: 'invalidBody',
    })
    expect(await get('views')).toEqual({ views: 1 })
  })

  it.each(['', 'nothing = 1', 'views >', 'views = null &&', "name = 'x'; drop table products"])(
    'refuse the filter %j',
    async (filter) => {
      expect(await problemOf(updateRecords(f.as(admin), 'products', filter, { views: 1 }))).toMatchObject({
        status: 400,
        code: 'invalidExpression',
      })
      expect(await problemOf(deleteRecords(f.as(admin), 'products', filter))).toMatchObject({
        status: 400,
        code: 'invalidExpression',
      })
    },
  )
})
