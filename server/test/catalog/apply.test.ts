import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openCatalog } from '../../src/catalog/open-catalog.ts'
import { connect } from '../../src/database/connect.ts'
import { compileComputed } from '../../src/query/compile-computed.ts'
import { admin, type Fixture, openFixture, problemOf, table } from './catalog-fixture.ts'
import { databaseStructure } from './database-structure.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

const posts = (...names: readonly string[]) => ({
  posts: table(Object.fromEntries(names.map((name) => [name, { type: 'text' }]))),
})

const version = async () => Number((await fixture.rows('select plinth.schema_version()'))[0]?.[0])

/** The database and the version must be as they were. */
async function unchangedBy(work: () => Promise<unknown>): Promise<void> {
  const before = [await databaseStructure(fixture.database), await version()]
  await work()
  expect([await databaseStructure(fixture.database), await version()]).toEqual(before)
}

describe('versions', () => {
  test('the first holds the built-in collection users', async () => {
    expect(fixture.catalog.model.version).toBe(1)
    expect([...(fixture.catalog.model.collections.get('users')?.fields.keys() ?? [])]).toEqual([
      'id',
      'email',
      'roles',
      'created',
      'updated',
    ])
    await fixture.rows("insert into public.users (email) values ('ada@example.com')")
  })

  test('two copies that open an empty database at once make one first version', async () => {
    await fixture.rows('drop table public.users')
    await fixture.rows('delete from plinth.schema_versions')
    const copies = await Promise.all([1, 2, 3].map(() => openCatalog(fixture.database, compileComputed)))
    expect(copies.map((copy) => copy.model.version)).toEqual([1, 1, 1])
    for (const copy of copies) await copy.close()
  })

  test('each is kept with who, when and what, in the words it was written in', async () => {
    await fixture.become({ posts: table({ zebra: { type: 'text' }, ant: { type: 'text' } }) })
    const [newest, first] = await fixture.catalog.versions()
    expect(newest).toMatchObject({ version: 2, createdBy: 'the-admin', summary: ['Create the collection "posts".'] })
    expect(newest).not.toHaveProperty('schema')
    const { schema, ...entry } = await fixture.catalog.version(2)
    expect(entry).toEqual(newest)
    expect(Object.keys(schema.collections['posts']?.fields ?? {})).toEqual(['zebra', 'ant'])
    expect(newest?.created).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/)
    expect(first?.version).toBe(1)
    expect(await problemOf(fixture.catalog.version(3))).toMatchObject({ status: 404, code: 'versionNotFound' })
  })

  test('going back is a plan like any other', async () => {
    await fixture.become(posts('a'))
    const structure = await databaseStructure(fixture.database)
    await fixture.become(posts('a', 'b'))
    const { schema } = await fixture.catalog.version(2)
    const request = { schema, base: 3 }
    const refused = await problemOf(fixture.catalog.apply(request, admin))
    expect(refused).toMatchObject({ status: 409, code: 'planNotAccepted' })
    expect(refused.message).toContain('dropField:posts.b')
    const applied = await fixture.catalog.apply({ ...request, accept: ['dropField:posts.b'] }, admin)
    expect(applied.version).toBe(4)
    expect(await databaseStructure(fixture.database)).toEqual(structure)
  })

  test('the same schema again makes no version', async () => {
    await fixture.become(posts('a'))
    await fixture.become(posts('a'))
    expect(await version()).toBe(2)
  })

  test('the version that a caller writes into the document means nothing', async () => {
    const schema = { version: 99, collections: posts('a') }
    expect(await fixture.catalog.apply({ schema, base: 1 }, admin)).toMatchObject({
      version: 2,
      schema: { version: 2 },
    })
  })
})

describe('all or nothing', () => {
  test('what loses data must be accepted by name', async () => {
    await fixture.become(posts('a', 'b'))
    await unchangedBy(async () => {
      const request = { schema: { collections: posts() }, base: 2, accept: ['dropField:posts.a'] }
      const problem = await problemOf(fixture.catalog.apply(request, admin))
      expect(problem).toMatchObject({ code: 'planNotAccepted', extra: { steps: [{ id: 'dropField:posts.b' }] } })
    })
  })

  test('a step that fails late undoes the earlier ones', async () => {
    await fixture.become(posts('a'))
    // Something that Plinth does not know of is in the way of the last step only.
    await fixture.rows('create table public."posts:index(b)" (id int)')
    await unchangedBy(async () => {
      const schema = { collections: { posts: table({ b: { type: 'integer' } }, { indexes: [{ fields: ['b'] }] }) } }
      const problem = await problemOf(fixture.catalog.apply({ schema, base: 2, accept: ['dropField:posts.a'] }, admin))
      expect(problem).toMatchObject({
        status: 409,
        code: 'planFailed',
        extra: { step: 'addIndex:posts.index(b)' },
      })
    })
    expect(fixture.catalog.model.version).toBe(2)
  })

  test('a connection that dies half way leaves everything as it was', async () => {
    await fixture.become(posts('a'))
    await fixture.rows(
      'create function public.stall() returns event_trigger language plpgsql as $$ begin perform pg_sleep(60); end $$',
    )
    await fixture.rows(
      "create event trigger stall on ddl_command_end when tag in ('CREATE INDEX') execute function public.stall()",
    )
    await unchangedBy(async () => {
      const schema = { collections: { posts: table({ a: { type: 'text' }, b: { type: 'integer', unique: true } }) } }
      const refused = problemOf(fixture.catalog.apply({ schema, base: 2 }, admin))
      await vi.waitUntil(async () => (await fixture.rows(killStalled)).length > 0, { timeout: 20_000 })
      expect(await refused).toMatchObject({ status: 409, code: 'planFailed', extra: { step: 'addField:posts.b' } })
    })
  })

  test('a table that stays in use is not waited for longer than five seconds', { timeout: 30_000 }, async () => {
    await fixture.become(posts('a'))
    await fixture.database.transaction(async (session) => {
      await session.run({ text: 'select * from public.posts', values: [] })
      const problem = await problemOf(fixture.become(posts('a', 'b')))
      expect(problem).toMatchObject({ code: 'planFailed' })
      expect(problem.message).toMatch(/in use/)
    })
    expect(await version()).toBe(2)
  })
})

const killStalled = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and wait_event = 'PgSleep'`

describe('at the same time', () => {
  test('of two applies one wins, and the other hears that the schema has changed', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => fixture.catalog.apply({ schema: { collections: posts(name) }, base: 1 }, admin)),
    )
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(refused).toMatchObject([{ status: 409, code: 'schemaChanged' }, { code: 'schemaChanged' }])
    expect(await version()).toBe(2)
  })

  test('a value written meanwhile is seen, and blocks', async () => {
    await fixture.become(posts('a'))
    const schema = { collections: { posts: table({ a: { type: 'text', maxLength: 3 } }) } }
    const applying = await fixture.database.transaction(async (session) => {
      await session.run({ text: "insert into public.posts (a) values ('too long')", values: [] })
      const refused = problemOf(fixture.catalog.apply({ schema, base: 2 }, admin))
      await vi.waitUntil(async () => (await fixture.rows(waiting)).length > 0, { timeout: 20_000 })
      return { refused }
    })
    expect(await applying.refused).toMatchObject({ code: 'planBlocked' })
  })

  test('writers go on while a schema changes, and lose nothing', async () => {
    await fixture.become(posts('a'))
    let written = 0
    const stop = new AbortController()
    const writers = [1, 2].map(async () => {
      while (!stop.signal.aborted) {
        await fixture.rows("insert into public.posts (a) values ('x')")
        written++
      }
    })
    for (const names of [['a', 'b'], ['a'], ['a', 'c']]) await fixture.become(posts(...names))
    stop.abort()
    await Promise.all(writers)
    expect(Number((await fixture.rows('select count(*) from public.posts'))[0]?.[0])).toBe(written)
  })
})

const waiting = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

describe('other copies', () => {
  test('take a new version up by themselves, and at once when asked', async () => {
    const database = await connect({ url: fixture.url, max: 2 })
    const copy = await openCatalog(database, compileComputed)
    const seen: number[] = []
    const off = copy.onChange((model) => seen.push(model.version))
    try {
      await fixture.become(posts('a'))
      expect((await copy.refresh()).version).toBe(2)
      await fixture.become(posts('a', 'b'))
      await vi.waitUntil(() => copy.model.version === 3, { timeout: 10_000 })
      expect(copy.model.collections.get('posts')?.fields.has('b')).toBe(true)
      off()
      await fixture.become(posts('a', 'b', 'c'))
      await copy.refresh()
      expect(seen).toEqual([2, 3])
    } finally {
      await copy.close()
      await database.close()
    }
  })

  test('stop looking when they are closed', async () => {
    await fixture.catalog.close()
    await fixture.rows(
      `insert into plinth.schema_versions select 77, document, created, created_by, summary from plinth.schema_versions`,
    )
    await sleep(700)
    expect(fixture.catalog.model.version).toBe(1)
  })
})
