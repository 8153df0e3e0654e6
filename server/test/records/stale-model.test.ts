import type { Model } from '@plinth/schema'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/records/answer.ts'
import { runBatch } from '../../src/records/batch.ts'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { deleteRecord, deleteRecords } from '../../src/records/delete-records.ts'
import { onceForKey } from '../../src/records/idempotency.ts'
import { type Operation, operationOf } from '../../src/records/operation.ts'
import { PlanCache } from '../../src/records/plan-cache.ts'
import { aggregateRecords, getRecord, listRecords } from '../../src/records/read-records.ts'
import { replaceRecord } from '../../src/records/replace-record.ts'
import { updateRecord, updateRecords } from '../../src/records/update-records.ts'
import { type Fixture, guest, recordsFixture, type Schema } from './fixture.ts'

const everything = { read: true, create: true, update: true, delete: true }
const older: Schema = {
  collections: {
    notes: {
      kind: 'table',
      fields: { text: { type: 'text' }, old: { type: 'text' }, kind: { type: 'text' } },
      permissions: { anonymous: everything },
    },
    rest: { kind: 'table', fields: { text: { type: 'text' } }, permissions: { anonymous: everything } },
  },
}
// A field goes, one comes, one changes its type, and what guests may see becomes less; a collection comes as well.
const newer: Schema = {
  collections: {
    ...older.collections,
    notes: {
      kind: 'table',
      fields: { text: { type: 'text' }, added: { type: 'text', default: 'new' }, kind: { type: 'integer' } },
      permissions: {
        anonymous: { ...everything, read: "text != 'secret'", update: "text != 'closed'", delete: "text != 'closed'" },
      },
    },
    more: { kind: 'table', fields: { text: { type: 'text' } }, permissions: { anonymous: everything } },
  },
}

let f: Fixture
/** A copy of the server that has not yet heard of the newest version. */
let copy: Operation
let ids: Record<string, string>
beforeAll(async () => {
  f = await recordsFixture(older)
})
afterAll(() => f?.close())
beforeEach(async () => {
  await f.become(older)
  await f.database.run({ text: 'truncate public.notes', values: [] })
  ids = {}
  for (const text of ['plain', 'secret', 'closed'])
    ids[text] = String((await f.create('notes', { text, kind: '5' }))['id'])
  let model: Model = f.catalog.model
  const catalog = {
    get model() {
      return model
    },
    refresh: async () => (model = await f.catalog.refresh()),
  }
  copy = operationOf({ ...f.deps, catalog, plans: new PlanCache() }, guest, 'test')
  // Its plans are made, and prepared on its connections.
  for (let i = 0; i < 3; i += 1) {
    await getRecord(copy, 'notes', ids['plain'] ?? '', new Map())
    await updateRecord(copy, 'notes', ids['plain'] ?? '', { text: 'plain' }, {})
    await runBatch(copy, { operations: [{ method: 'get', collection: 'notes', id: ids['plain'] }] })
  }
  await f.become(newer)
})

const page = { limit: 10, page: null, after: null }
const idOf = (name: string) => ids[name] ?? ''
const now = {
  id: expect.any(String),
  text: 'plain',
  added: 'new',
  kind: 5,
  created: expect.any(String),
  updated: expect.any(String),
}

describe('a copy with an older schema answers by the newer one', () => {
  it('when it gets', async () => {
    expect(JSON.parse((await getRecord(copy, 'notes', idOf('plain'), new Map())).json)).toEqual(now)
    await expect(getRecord(copy, 'notes', idOf('secret'), new Map())).rejects.toMatchObject({ code: 'recordNotFound' })
  })

  it('when it lists and aggregates', async () => {
    expect(JSON.parse(await listRecords(copy, 'notes', new Map([['sort', 'text']]), page)).items).toHaveLength(2)
    expect(
      await aggregateRecords(
        copy,
        'notes',
        new Map([
          ['count', '*'],
          ['sum', 'kind'],
        ]),
        10,
        'UTC',
      ),
    ).toContain('"kind" : 10')
  })

  it('when it creates', async () => {
    expect(JSON.parse((await createRecord(copy, 'notes', { text: 'x', kind: 7 }, 'text,kind,added')).json)).toEqual({
      text: 'x',
      kind: 7,
      added: 'new',
    })
    expect(JSON.parse(await createRecords(copy, 'notes', [{ text: 'x', added: 'y' }], 'text,added')).items).toEqual([
      { text: 'x', added: 'y' },
    ])
  })

  it('when it updates, replaces and deletes', async () => {
    expect(JSON.parse((await updateRecord(copy, 'notes', idOf('plain'), { text: 'plain' }, {})).json)).toEqual(now)
    expect(
      JSON.parse((await replaceRecord(copy, 'notes', idOf('plain'), { text: 'plain', kind: 5 }, {})).json),
    ).toEqual(now)
    await expect(updateRecord(copy, 'notes', idOf('closed'), { text: 'x' }, {})).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(deleteRecord(copy, 'notes', idOf('closed'), null)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(deleteRecord(copy, 'notes', idOf('secret'), null)).rejects.toMatchObject({ code: 'recordNotFound' })
  })

  it('when it writes many', async () => {
    await expect(updateRecords(copy, 'notes', 'true', { text: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await deleteRecords(copy, 'notes', "kind = 5 && text = 'plain'")).toBe(1)
  })

  it('when it refuses what only the older schema does not know', async () => {
    expect(
      JSON.parse(
        await listRecords(
          copy,
          'notes',
          new Map([
            ['filter', "added = 'new'"],
            ['select', 'added'],
          ]),
          page,
        ),
      ).items,
    ).toHaveLength(2)
    expect(JSON.parse((await createRecord(copy, 'more', { text: 'x' }, 'text')).json)).toEqual({ text: 'x' })
    await expect(createRecord(copy, 'notes', { old: 'x' }, undefined)).rejects.toMatchObject({ code: 'invalidBody' })
  })

  it.each([
    ['a missing column', { method: 'update', collection: 'notes', body: { old: 'x' } }, 'invalidBody'],
    ['a rule that changed', { method: 'update', collection: 'notes', body: { text: 'x' } }, undefined],
  ])('in the middle of a batch, after %s', async (_, operation, code) => {
    const operations = [
      { method: 'create', collection: 'rest', body: { text: 'x' } },
      { ...operation, id: idOf('plain') },
    ]
    const outcome = await runBatch(copy, { operations }).catch((error: unknown) => error)
    if (code !== undefined) expect(outcome).toMatchObject({ code, extra: { operation: 1 } })
    else expect(outcome).toContain('"added"')
    expect((await f.list('rest', { filter: "text = 'x'" })).items).toHaveLength(code === undefined ? 1 : 0)
  })

  it('in a batch that a missing column breaks at once', async () => {
    const operations = [{ method: 'update', collection: 'notes', id: idOf('plain'), body: { old: 'x' } }]
    await expect(runBatch(copy, { operations })).rejects.toMatchObject({ code: 'invalidBody', extra: { operation: 0 } })
    const request = { key: idOf('closed'), method: 'POST', target: '/', body: '', network: 'home' }
    const work = async (operation: Operation) =>
      ok((await updateRecord(operation, 'notes', idOf('plain'), { text: 'plain' }, {})).json)
    const answer = await onceForKey(copy, request, work, () => ({ status: 400, headers: {}, body: 'refused' }))
    expect(answer.body).toContain('"added":"new"')
  })

  it('under an Idempotency-Key', async () => {
    const request = { key: idOf('plain'), method: 'POST', target: '/', body: '', network: 'home' }
    const refused = () => ({ status: 400, headers: {}, body: 'refused' })
    const work = async (operation: Operation) => ok((await createRecord(operation, 'more', { text: 'x' }, 'text')).json)
    expect(await onceForKey(copy, request, work, refused)).toMatchObject({ status: 200, body: '{"text":"x"}' })
  })
})

it('a copy that has caught up plans anew', async () => {
  await getRecord(copy, 'notes', idOf('plain'), new Map())
  await f.become(older)
  const { json } = await getRecord(copy, 'notes', idOf('secret'), new Map())
  expect(JSON.parse(json)).toMatchObject({ text: 'secret', kind: '5' })
})
