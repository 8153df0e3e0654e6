import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runBatch } from '../../src/records/batch.ts'
import { aggregateRecords, listRecords } from '../../src/records/read-records.ts'
import { updateRecord } from '../../src/records/update-records.ts'
import { readRecords } from '../../../examples/chinook/src/read-records.ts'
import { readAccounts } from '../../../examples/chinook/src/accounts.ts'
import { accountId } from '../../../examples/chinook/src/account-id.ts'
import { recordId } from '../../../examples/chinook/src/record-id.ts'
import { importRecords } from '../../../examples/chinook/src/import-records.ts'
import { admin, type Fixture, guest, recordsFixture, user } from './fixture.ts'
let f: Fixture
beforeAll(async () => { f = await recordsFixture(JSON.parse(readFileSync('examples/chinook/schema.json', 'utf8'))) })
afterAll(() => f?.close())
const list = async (who: any, c: string, p: Record<string, string> = {}) => JSON.parse(await listRecords(f.as(who), c, new Map(Object.entries({ count: 'exact', ...p })), { limit: 3, page: null, after: null }))
it('works', async () => {
  const api = { url: '', send: async (_m: string, _p: string, body: any) => JSON.parse(await runBatch(f.as(admin), body)) }
  for (let i = 0; i < 2; i++) {
    const t = performance.now()
    for (const r of [await readAccounts(), ...(await readRecords())]) { const s = performance.now(); let n = 0; await importRecords(api as any, r, (c) => { n += c }); console.log(r.collection, n, Math.round(performance.now() - s)) }
    console.log('total', performance.now() - t)
  }
  const luis = user(accountId('luisg@embraer.com.br')!, 'customer'), jane = user(accountId('jane@chinookcorp.com')!, 'support'), nancy = user(accountId('nancy@chinookcorp.com')!, 'manager')
  for (const [n, who] of Object.entries({ guest, luis, jane, nancy })) for (const c of ['tracks', 'customers', 'employees', 'invoices', 'invoice_lines']) console.log(n, c, await list(who, c).then((x) => [x.count, Object.keys(x.items[0] ?? {}).join()], (e) => e.code))
  console.log(JSON.stringify(await list(luis, 'invoices', { select: 'number,total,lines(quantity,track(name,album(title,artist(name)))),customer(last_name,support_rep(first_name,phone))', sort: '-invoice_date' }), null, 1).slice(0, 1500))
  console.log(await aggregateRecords(f.as(guest), 'tracks', new Map([['count', '*'], ['avg', 'unit_price'], ['group', 'genre.name']]), 5, 'UTC'))
  const me = recordId('customers', 1)
  console.log((await updateRecord(f.as(luis), 'customers', me, { city: 'X' }, {})).json)
  for (const b of [{ support_rep: recordId('employees', 4) }, { email: 'a@b.c' }, { number: 3 }]) await expect(updateRecord(f.as(luis), 'customers', me, b, {})).rejects.toThrow()
  await expect(updateRecord(f.as(luis), 'customers', recordId('customers', 2), { city: 'X' }, {})).rejects.toMatchObject({ code: 'recordNotFound' })
}, 200000)
