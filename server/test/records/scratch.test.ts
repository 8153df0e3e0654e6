import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { updateRecord, updateRecords } from '../../src/records/update-records.ts'
import { deleteRecord } from '../../src/records/delete-records.ts'
import { replaceRecord } from '../../src/records/replace-record.ts'
import { runBatch } from '../../src/records/batch.ts'
import { aggregateRecords, getRecord, listRecords } from '../../src/records/read-records.ts'
import { admin, type Fixture, guest, recordsFixture, user } from './fixture.ts'

let f: Fixture
beforeAll(async () => {
  f = await recordsFixture({
    roles: { editor: { inherits: ['authenticated'] } },
    collections: {
      users: {
        kind: 'table',
        fields: { name: { type: 'text' } },
        permissions: { anonymous: { read: true, hide: ['email', 'roles'] } },
      },
      tags: {
        kind: 'table',
        fields: { name: { type: 'text', required: true } },
        permissions: { anonymous: { read: true } },
      },
      posts: {
        kind: 'table',
        fields: {
          title: { type: 'text', required: true },
          status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
          views: { type: 'integer', default: 0 },
          price: { type: 'decimal' },
          notes: { type: 'text' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
          tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
          loud: { type: 'computed', expression: 'views > 100', result: 'boolean' },
        },
        permissions: {
          anonymous: { read: "status = 'published'", hide: ['notes'] },
          authenticated: {
            create: true,
            read: 'author = @user.id',
            hide: ['notes'],
            set: { author: '@user.id' },
            update: 'author = @user.id && !changed(author)',
            delete: 'author = @user.id',
            readIf: {},
            writeIf: { status: "'editor' in @user.roles" },
          },
          editor: { read: true, update: true },
        },
      },
    },
  })
})
afterAll(() => f?.close())

it('works', async () => {
  const u = JSON.parse((await createRecord(f.as(admin), 'users', { email: 'a@b.co', name: 'Ann' }, undefined)).json)
  const t = JSON.parse((await createRecord(f.as(admin), 'tags', { name: 'x' }, undefined)).json)
  const ann = user(u.id)
  console.log(u, t)
  const p = JSON.parse(
    (await createRecord(f.as(ann), 'posts', { title: 'Hi', tags: [t.id], price: '1.50' }, undefined)).json,
  )
  console.log(p)
  console.log(
    (
      await getRecord(
        f.as(ann),
        'posts',
        p.id,
        new Map([['select', 'id,title,rev,loud,author(name,posts(title)),tags(name,posts(id;limit=1))']]),
      )
    ).json,
  )
  await expect(getRecord(f.as(guest), 'posts', p.id, new Map())).rejects.toMatchObject({ code: 'recordNotFound' })
  await expect(createRecord(f.as(guest), 'posts', { title: 'x' }, undefined)).rejects.toMatchObject({
    code: 'forbidden',
  })
  console.log((await updateRecord(f.as(ann), 'posts', p.id, { 'views+': 200, '-tags': [t.id] }, {})).json)
  await expect(updateRecord(f.as(ann), 'posts', p.id, { status: 'published' }, {})).rejects.toMatchObject({
    code: 'forbidden',
  })
  console.log((await updateRecord(f.as(user(u.id, 'editor')), 'posts', p.id, { status: 'published' }, {})).json)
  console.log(
    await listRecords(
      f.as(guest),
      'posts',
      new Map([
        ['filter', "author.name ~ 'an' && created > @now - 7d && any(tags, name = 'x') = false"],
        ['sort', '-created,author.name'],
        ['count', 'exact'],
      ]),
      { limit: 1, page: null, after: null },
    ),
  )
  console.log(
    await createRecords(
      f.as(ann),
      'posts',
      [{ title: 'a' }, { title: 'b', tags: [t.id], views: 5 }],
      'title,tags,views,status',
    ),
  )
  console.log(await updateRecords(f.as(ann), 'posts', 'views < 10', { title: 'zz' }))
  console.log(
    await aggregateRecords(
      f.as(ann),
      'posts',
      new Map([
        ['count', '*'],
        ['sum', 'views,price'],
        ['group', 'status,created:day'],
      ]),
      100,
      'Europe/Berlin',
    ),
  )
  console.log(await replaceRecord(f.as(ann), 'posts', p.id, { title: 'new' }, {}).catch((e) => e))
  console.log(
    await runBatch(f.as(admin), {
      operations: [
        { method: 'create', collection: 'tags', as: 'one', body: { name: 'q' } },
        { method: 'create', collection: 'posts', body: { title: 'q', tags: [{ $ref: 'one.id' }], author: u.id } },
      ],
    }),
  )
  await deleteRecord(f.as(ann), 'posts', p.id, null)
  console.log(
    await f.database.run({
      text: 'select seq, collection, op, record, actor, request, after from plinth.changes',
      values: [],
    }),
  )
})
