import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRecord } from '../../src/records/create-records.ts'
import { explain } from '../../src/records/explain/explain.ts'
import { admin, type Fixture, recordsFixture } from './fixture.ts'

let f: Fixture
let ann: string
let post: string

beforeAll(async () => {
  f = await recordsFixture({
    roles: { editor: { inherits: ['authenticated'] } },
    collections: {
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text', required: true },
          status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
          notes: { type: 'text' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
        },
        permissions: {
          anonymous: { read: "status = 'published' && (title ~ 'open' || !(author = @user.id))", hide: ['notes'] },
          authenticated: {
            create: true,
            read: 'author = @user.id',
            readIf: { notes: 'author = @user.id' },
            set: { author: '@user.id' },
            update: "author = @user.id && @old.status = 'draft'",
          },
        },
      },
    },
  })
  ann = (await createRecord(f.as(admin), 'users', { email: 'ann@example.com' }, undefined)).id
  post = (await createRecord(f.as(admin), 'posts', { title: 'A draft', author: ann }, undefined)).id
})
afterAll(() => f.close())

const ask = (question: Record<string, unknown>) => explain(f.as(admin), { collection: 'posts', ...question })

it('shows which part of which rule refuses a guest', async () => {
  const told = await ask({ actor: 'anonymous', action: 'read', id: post })
  expect(told).toMatchObject({ allowed: false, roles: ['anonymous'], answer: { status: 404, code: 'recordNotFound' } })
  expect(told.permissions).toEqual([
    {
      role: 'anonymous',
      states: "status = 'published' && (title ~ 'open' || !(author = @user.id))",
      result: false,
      rule: {
        text: "status = 'published' && (title ~ 'open' || !(author = @user.id))",
        result: false,
        parts: [
          { text: "status = 'published'", result: false },
          {
            text: "title ~ 'open' || !(author = @user.id)",
            result: false,
            parts: [
              { text: "title ~ 'open'", result: false },
              { text: '!(author = @user.id)', result: false, needsUser: true },
            ],
          },
        ],
      },
    },
  ])
  expect(told.fields).toMatchObject({ hidden: ['notes'], conditional: [] })
})

it('shows why an author may update a draft, on the record as it was and as it would be', async () => {
  const question = { actor: { user: ann }, action: 'update', id: post, body: { status: 'published' } }
  const told = await ask(question)
  expect(told).toMatchObject({ allowed: true, answer: { status: 200, body: { status: 'published' } } })
  expect(told.permissions.find(({ role }) => role === 'authenticated')).toMatchObject({
    result: true,
    rule: {
      result: true,
      before: true,
      parts: [{ text: 'author = @user.id' }, { text: "@old.status = 'draft'", result: true }],
    },
  })
  expect(told.sql).toContain('update "public"."posts"')
  expect(told.plan.join('\n')).toContain('Update on posts')
})

it('tries writes and leaves no trace', async () => {
  await ask({ actor: { user: ann }, action: 'update', id: post, body: { title: 'changed' } })
  await ask({ actor: { user: ann }, action: 'create', body: { title: 'made' } })
  await ask({ actor: { roles: ['admin'] }, action: 'delete', id: post })
  const rows = await f.database.run({ text: 'select title from public.posts', values: [] })
  expect(rows).toEqual([['A draft']])
  const changes = await f.database.run({
    text: "select count(*) from plinth.changes where collection = 'posts'",
    values: [],
  })
  expect(changes).toEqual([['1']])
})

it('says which fields are there on some records only', async () => {
  const told = await ask({ actor: { user: ann }, action: 'read', id: post })
  expect(told).toMatchObject({ allowed: true, fields: { conditional: ['notes'], hidden: [] } })
})

it('explains what a caller may not even send', async () => {
  const told = await ask({ actor: 'anonymous', action: 'create', body: { title: 'x' } })
  expect(told).toMatchObject({ allowed: false, answer: { status: 403, code: 'forbidden' } })
})

it.each([
  [{ actor: 'nobody', action: 'read' }, '/actor'],
  [{ actor: { user: 'x' }, action: 'read' }, '/actor'],
  [{ actor: { roles: ['nope'] }, action: 'read' }, '/actor/roles'],
  [{ actor: 'anonymous', action: 'look' }, '/action'],
  [{ actor: 'anonymous', action: 'update', body: {} }, '/id'],
  [{ actor: 'anonymous', action: 'read', id: "' or 1=1" }, '/id'],
  [{ actor: 'anonymous', action: 'read', extra: 1 }, '/extra'],
])('refuses the question %j and says where it is wrong', async (question, path) => {
  await expect(ask(question)).rejects.toMatchObject({ status: 400, errors: [{ path }] })
})
