import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest'
import { parseChangeRecord, type Change } from '../../src/changes/change.ts'
import type { ChangeCursor } from '../../src/changes/cursor.ts'
import { currentCursor, readChanges } from '../../src/changes/reader.ts'
import { createTriggersSql, dropTriggersSql } from '../../src/changes/triggers.ts'
import type { Database } from '../../src/database/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createLoggedLinks, createLoggedTable, execute, id } from './tables.ts'

let test: TestDatabase
let database: Database
let start: ChangeCursor

beforeAll(async () => {
  test = await createTestDatabase()
  database = test.database
})
afterAll(() => test.drop())

beforeEach(async () => {
  await execute(database, 'drop table if exists public."posts.tags", public.posts, public.tags, public.articles')
  await createLoggedTable(
    database,
    'posts',
    'title text, price numeric, score double precision, published timestamptz(3)',
  )
  await createLoggedTable(database, 'tags', 'name text, parent uuid references public.tags on delete set null')
  await createLoggedLinks(database, 'posts', 'tags', 'tags')
  start = await currentCursor(database)
})

async function changesSinceStart(): Promise<readonly Change[]> {
  const batch = await readChanges(database, start)
  if (batch === 'resync') throw new Error('resync')
  return batch.changes
}

const summary = async (): Promise<readonly string[]> =>
  (await changesSinceStart()).map(({ collection, op, record }) => `${op} ${collection} ${Number(record.slice(-12))}`)

const insertPosts = (...numbers: number[]): string =>
  `insert into public.posts (id, title) values ${numbers.map((n) => `('${id(n)}', 'post ${n}')`).join(', ')}`

describe('the triggers of a collection', () => {
  it('log each row that a statement creates, changes or deletes', async () => {
    await execute(
      database,
      insertPosts(1, 2, 3),
      `update public.posts set title = upper(title) where id <> '${id(2)}'`,
      `delete from public.posts where id = '${id(3)}'`,
    )
    expect(await summary()).toEqual([
      'create posts 1',
      'create posts 2',
      'create posts 3',
      'update posts 1',
      'update posts 3',
      'delete posts 3',
    ])
  })

  it('log the whole row before and after', async () => {
    await execute(database, insertPosts(1), `update public.posts set title = 'new'`, 'delete from public.posts')
    const [create, update, remove] = await changesSinceStart()
    expect(create?.before).toBeNull()
    expect(JSON.parse(create?.after ?? '')).toEqual({
      id: id(1),
      title: 'post 1',
      price: null,
      score: null,
      published: null,
    })
    expect(update?.before).toBe(create?.after)
    expect(JSON.parse(update?.after ?? '')).toMatchObject({ title: 'new' })
    expect(remove?.before).toBe(update?.after)
    expect(remove?.after).toBeNull()
  })

  it('log nothing for a row that an update leaves as it was', async () => {
    await execute(database, insertPosts(1, 2))
    start = await currentCursor(database)
    await execute(database, `update public.posts set title = 'post 1'`, 'delete from public.posts where false')
    expect(await summary()).toEqual(['update posts 2'])
  })

  it('count a number with other digits as changed, though it is equal', async () => {
    await execute(database, `insert into public.posts (price) values (1.0)`, 'update public.posts set price = 1.00')
    expect((await changesSinceStart()).map(({ after }) => parseChangeRecord(after ?? '')['price'])).toEqual([
      '1.0',
      '1.00',
    ])
  })

  it('log a change of the id by hand as one record deleted and another created', async () => {
    await execute(database, insertPosts(1), `update public.posts set id = '${id(9)}'`)
    expect((await summary()).slice(1).toSorted()).toEqual(['create posts 9', 'delete posts 1'])
  })

  it('log both halves of an upsert, and each row of two writes in one statement once', async () => {
    await execute(
      database,
      insertPosts(1),
      `${insertPosts(1, 2)} on conflict (id) do update set title = 'again'`,
      `with first as (${insertPosts(3)} returning id), second as (delete from public.posts where id = '${id(1)}')
        ${insertPosts(4)}`,
    )
    expect((await summary()).toSorted()).toEqual([
      'create posts 1',
      'create posts 2',
      'create posts 3',
      'create posts 4',
      'delete posts 1',
      'update posts 1',
    ])
  })

  it('log 20,000 rows updated at once after the plan was made for one', async () => {
    await execute(database, insertPosts(1))
    await database.transaction(async (session) => {
      for (let i = 0; i < 8; i++) await execute(session, `update public.posts set title = 'try ${i}'`)
      await execute(
        session,
        `insert into public.posts (title) select 'post' from generate_series(1, 20000)`,
        `update public.posts set title = 'all'`,
      )
    })
    const rows = await database.run({ text: `select count(*) from plinth.changes where op = 'update'`, values: [] })
    expect(Number(rows[0]?.[0])).toBeGreaterThanOrEqual(20_009)
  })

  it('log nothing of what is rolled back', async () => {
    const failing = database.transaction(async (session) => {
      await execute(session, insertPosts(1))
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    await database.transaction((session) =>
      execute(session, insertPosts(2), 'savepoint s', insertPosts(3), 'rollback to savepoint s', insertPosts(4)),
    )
    expect(await summary()).toEqual(['create posts 2', 'create posts 4'])
  })

  it('log the same JSON whatever the session has set', async () => {
    const row = `'${id(1)}', '2026-01-31 12:00:00.5+00', 0.1::float8 + 0.2::float8`
    await database.transaction((session) =>
      execute(
        session,
        `set local timezone = 'Asia/Kolkata'`,
        'set local extra_float_digits = 0',
        `set local search_path = public`,
        `insert into posts (id, published, score) values (${row})`,
      ),
    )
    const [change] = await changesSinceStart()
    expect(change?.after).toContain('"published": "2026-01-31T12:00:00.5+00:00"')
    expect(change?.after).toContain('"score": 0.30000000000000004')
  })

  it('follow a rename of the collection and a new column', async () => {
    await database.transaction((session) =>
      execute(
        session,
        insertPosts(1),
        'alter table public.posts rename to articles',
        'alter table public.articles add column subtitle text',
        `insert into public.articles (id, subtitle) values ('${id(2)}', 'sub')`,
      ),
    )
    const [, change] = await changesSinceStart()
    expect(change).toMatchObject({ collection: 'articles', record: id(2) })
    expect(JSON.parse(change?.after ?? '')).toMatchObject({ subtitle: 'sub' })
  })

  it('cope with fields that are named as what the functions use', async () => {
    const names = 'n o new old context tg_table_name tg_op collection record op before after actor request seq txid at'
    const columns = names.split(' ').map((name) => `"${name}"`)
    await createLoggedTable(database, 'articles', columns.map((column) => `${column} text`).join(', '))
    await execute(
      database,
      `insert into public.articles (${columns.join(', ')}) values (${names.replaceAll(/(\w+) ?/g, "'$1 1', ").slice(0, -2)})`,
      `update public.articles set n = 'n 2', context = 'context 2'`,
      'delete from public.articles',
    )
    const changes = await changesSinceStart()
    expect(changes.map(({ op, collection }) => [op, collection])).toEqual([
      ['create', 'articles'],
      ['update', 'articles'],
      ['delete', 'articles'],
    ])
    expect(JSON.parse(changes[1]?.after ?? '')).toMatchObject({ n: 'n 2', context: 'context 2', tg_op: 'tg_op 1' })
  })

  it('are taken off and put on again', async () => {
    await execute(database, ...dropTriggersSql('posts'), insertPosts(1), ...createTriggersSql('posts'), insertPosts(2))
    expect(await summary()).toEqual(['create posts 2'])
  })
})

describe('the triggers of a join table', () => {
  it('log links under the record that has the relation, and those that a delete takes along', async () => {
    await execute(
      database,
      insertPosts(1),
      `insert into public.tags (id) values ('${id(7)}'), ('${id(8)}')`,
      `insert into public."posts.tags" values ('${id(1)}', '${id(7)}'), ('${id(1)}', '${id(8)}')`,
      `delete from public."posts.tags" where target = '${id(8)}'`,
      'delete from public.posts',
    )
    const links = (await changesSinceStart()).filter(({ collection }) => collection === 'posts.tags')
    expect(links.map(({ op, record, before, after }) => [op, record, JSON.parse(after ?? before ?? '')])).toEqual([
      ['create', id(1), { source: id(1), target: id(7) }],
      ['create', id(1), { source: id(1), target: id(8) }],
      ['delete', id(1), { source: id(1), target: id(8) }],
      ['delete', id(1), { source: id(1), target: id(7) }],
    ])
  })

  it('log a link that is changed by hand as deleted and created', async () => {
    await execute(
      database,
      insertPosts(1),
      `insert into public.tags (id) values ('${id(7)}'), ('${id(8)}')`,
      `insert into public."posts.tags" values ('${id(1)}', '${id(7)}')`,
      `update public."posts.tags" set target = '${id(8)}'`,
    )
    expect((await summary()).slice(4).toSorted()).toEqual(['create posts.tags 1', 'delete posts.tags 1'])
  })

  it('log the records that a foreign key sets to null', async () => {
    await execute(
      database,
      `insert into public.tags (id, parent) values ('${id(7)}', null), ('${id(8)}', '${id(7)}')`,
      `delete from public.tags where id = '${id(7)}'`,
    )
    expect((await summary()).toSorted()).toEqual(['create tags 7', 'create tags 8', 'delete tags 7', 'update tags 8'])
  })
})

describe('who wrote it', () => {
  it('is what the writer says in its transaction, and nobody by hand', async () => {
    await database.transaction((session) =>
      execute(session, `select set_config('plinth.context', '01J9 user:${id(5)}', true)`, insertPosts(1)),
    )
    await execute(database, insertPosts(2))
    expect((await changesSinceStart()).map(({ request, actor }) => [request, actor])).toEqual([
      ['01J9', `user:${id(5)}`],
      [null, null],
    ])
  })

  it('may be said by the writing statement itself', async () => {
    await execute(
      database,
      `with context as materialized (select set_config('plinth.context', '01J9 key:k', true) as set),
        written as (insert into public.posts (id) select '${id(1)}' from context where set is not null returning id)
        select id from written`,
    )
    expect(await changesSinceStart()).toMatchObject([{ request: '01J9', actor: 'key:k' }])
  })
})

describe('truncate', () => {
  it('makes every cursor resync, unless it is rolled back', async () => {
    await execute(database, insertPosts(1))
    const failing = database.transaction(async (session) => {
      await execute(session, 'truncate public.posts cascade')
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect(await summary()).toEqual(['create posts 1'])
    await execute(database, 'truncate public.posts cascade')
    expect(await readChanges(database, start)).toBe('resync')
    expect(await readChanges(database, await currentCursor(database))).toMatchObject({ changes: [], more: false })
  })
})

describe('parseChangeRecord', () => {
  it('keeps every digit of a number, and tells exact numbers from text by nothing but their digits', () => {
    expect(
      parseChangeRecord('{"a": 1.10, "b": 12345678901234567890.123, "c": 5, "d": 0.5, "e": [1e400, "1.10"], "f": -0}'),
    ).toEqual({ a: '1.10', b: '12345678901234567890.123', c: 5, d: 0.5, e: ['1e400', '1.10'], f: '-0' })
  })
})
