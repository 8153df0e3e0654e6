import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRecord } from '../../src/records/create-records.ts'
import { aggregateRecords, listRecords } from '../../src/records/read-records.ts'
import { admin, type Fixture, guest, recordsFixture } from './fixture.ts'

let f: Fixture

beforeAll(async () => {
  f = await recordsFixture({
    roles: {},
    collections: {
      posts: { kind: 'table', fields: { views: { type: 'integer' }, secret: { type: 'text' } } },
      shares: {
        kind: 'view',
        sql: 'select id, 100 / views as share, secret::int as number from public.posts',
        fields: { share: { type: 'integer' }, number: { type: 'integer' } },
        permissions: { anonymous: { read: true, hide: ['number'] } },
      },
    },
  })
})
afterAll(() => f.close())

const list = () => listRecords(f.as(guest), 'shares', new Map(), { limit: 20, page: null, after: null })

it('a view answers what its SQL works out, under its own permissions', async () => {
  await createRecord(f.as(admin), 'posts', { views: 4, secret: '1' }, undefined)
  expect(JSON.parse(await list())).toMatchObject({ items: [{ share: 25 }] })
  expect(await list()).not.toContain('number')
})

it('a view whose SQL fails on some data is a problem for an admin, and tells nobody which data', async () => {
  await createRecord(f.as(admin), 'posts', { views: 0, secret: 'treasure' }, undefined)
  const refused = { status: 422, code: 'viewFailed', message: expect.not.stringContaining('treasure') }
  await expect(list()).rejects.toMatchObject(refused)
  const sum = aggregateRecords(f.as(guest), 'shares', new Map([['sum', 'share']]), 10, 'UTC')
  await expect(sum).rejects.toMatchObject(refused)
})
