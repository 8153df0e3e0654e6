import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, callerOf, type Json, signIn } from './support/api.ts'
import { chinookTables, demoPassword, importChinook, readSource, type Row } from './support/chinook.ts'
import type { Finished } from './support/run-process.ts'
import { admin, type ServerProcess, startServerProcess } from './support/server-process.ts'

let server: ServerProcess
let imported: Finished
let manager: Caller
let support: Caller
let customer: Caller
let guest: Caller
let owner: Caller

beforeAll(async () => {
  server = await startServerProcess()
  imported = await importChinook(server.url)
  expect(imported, imported.errors).toMatchObject({ code: 0, errors: '' })
  const as = (email: string) => signIn(server.url, { email, password: demoPassword })
  guest = callerOf(server.url, null)
  owner = await signIn(server.url, admin)
  manager = await as('nancy@chinookcorp.com')
  support = await as('jane@chinookcorp.com')
  customer = await as('luisg@embraer.com.br')
})

afterAll(() => server?.remove())

const numbersOf = (records: readonly Json[]): readonly unknown[] => records.map(({ number }) => number)
const numbersIn = (rows: readonly Row[], key: string): readonly unknown[] => rows.map((row) => row[key])
const sorted = (values: readonly Json[]): readonly string[] => values.map((value) => JSON.stringify(value)).toSorted()

/** Rows of the invoices of the customers for whom the condition holds. */
async function invoicesOf(isTheirs: (customer: Row) => boolean): Promise<readonly Row[]> {
  const customers = new Set(numbersIn((await readSource('Customer')).filter(isTheirs), 'CustomerId'))
  return (await readSource('Invoice')).filter((row) => customers.has(row['CustomerId'] ?? null))
}

describe('the import', () => {
  it('says how many rows it imported and how long that took', () => {
    expect(imported.output).toMatch(/^Imported 15,607 rows in [\d.]+ s\./)
    process.stdout.write(`${imported.output.split('\n')[0]}\n`)
  })

  it.each(chinookTables)(
    'brings each row of $source and what it links to into $collection',
    async ({ collection, source, select, expected }) => {
      const records = await owner.list(collection, { select })
      expect(sorted(records)).toEqual(sorted((await readSource(source)).map(expected)))
    },
  )

  it.each([
    ['artists', 'albums', 'Album', 'ArtistId', 'AlbumId'],
    ['albums', 'tracks', 'Track', 'AlbumId', 'TrackId'],
    ['employees', 'reports', 'Employee', 'ReportsTo', 'EmployeeId'],
    ['employees', 'customers', 'Customer', 'SupportRepId', 'CustomerId'],
    ['customers', 'invoices', 'Invoice', 'CustomerId', 'InvoiceId'],
    ['invoices', 'lines', 'InvoiceLine', 'InvoiceId', 'InvoiceLineId'],
    ['tracks', 'invoice_lines', 'InvoiceLine', 'TrackId', 'InvoiceLineId'],
  ])('lets %s be followed back to their %s', async (collection, inverse, source, link, id) => {
    const rows = await readSource(source)
    const records = await owner.list(collection, { select: `number,${inverse}(number;sort=number;limit=1000)` })
    const expected = records.map(({ number }) => ({
      number,
      [inverse]: rows
        .filter((row) => row[link] === number)
        .toSorted((a, b) => Number(a[id]) - Number(b[id]))
        .map((row) => ({ number: row[id] })),
    }))
    expect(records).toEqual(expected)
  })

  it('changes nothing when it is run again, and leaves collections of others alone', async () => {
    await declare('notes', () => ({}))
    const before = await everything()
    const { version } = (await owner.get('/api/schema')).body
    expect(await importChinook(server.url)).toMatchObject({ code: 0, errors: '' })
    expect(await everything()).toEqual(before)
    expect((await owner.get('/api/schema')).body).toMatchObject({ version })
  })

  /** Changes members of a collection, or makes it; answers how it was before. */
  async function declare(name: string, change: (collection: Json) => Json): Promise<Json> {
    const schema = (await owner.get('/api/schema')).body
    const collections: Json = { ...Object(schema['collections']) }
    const before: Json = { ...Object(collections[name]) }
    const wanted = { ...schema, collections: { ...collections, [name]: { ...before, ...change(before) } } }
    const request = { schema: wanted, base: schema['version'] }
    const { steps } = (await owner.send('POST', '/api/schema/plan', request)).body
    const accept = Array.from(Object(steps), (step) => Object(step).id)
    expect(await owner.send('POST', '/api/schema/apply', { ...request, accept })).toMatchObject({ status: 200 })
    return before
  }

  /** All records with their ids, but for when they were last written. */
  async function everything(): Promise<Readonly<Record<string, readonly Json[]>>> {
    const collections = ['notes', 'users', ...chinookTables.map(({ collection }) => collection)]
    const lists = await Promise.all(
      collections.map(async (collection) => {
        const records = await owner.list(collection, { sort: 'id' })
        return [collection, records.map((record) => ({ ...record, updated: null }))] as const
      }),
    )
    return Object.fromEntries(lists)
  }

  it('refuses to take anything from a collection that has more than its own', async () => {
    const mood = { type: 'text' }
    const before = await declare('playlists', ({ fields }) => ({ fields: { ...Object(fields), mood } }))
    const { code, errors } = await importChinook(server.url)
    expect({ code, errors }).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/same names[^]*"mood"[^]*Nothing/),
    })
    await declare('playlists', () => before)
  })

  it.each([
    ['nobody listens', () => 'http://127.0.0.1:9', {}, /^Plinth does not answer at http:\/\/127\.0\.0\.1:9\. Start it/],
    ['the address is none', () => 'localhost', {}, /^PLINTH_URL is not an address/],
    [
      'the password is wrong',
      () => server.url,
      { PLINTH_ADMIN_PASSWORD: 'something else' },
      /^Plinth does not know you/,
    ],
    ['the key is wrong', () => server.url, { PLINTH_API_KEY: 'plk_none' }, /^Plinth does not know you/],
    ['nobody is named', () => server.url, { PLINTH_ADMIN_EMAIL: '' }, /^Say who imports/],
    [
      'who signs in is no admin',
      () => server.url,
      { PLINTH_ADMIN_EMAIL: 'jane@chinookcorp.com', PLINTH_ADMIN_PASSWORD: demoPassword },
      /^This takes an admin/,
    ],
  ])('says what to do when %s', async (_, url, env, sentence) => {
    const { code, errors } = await importChinook(url(), env)
    expect(code).toBe(1)
    expect(errors).toMatch(sentence)
    expect(errors).not.toMatch(/\n\s+at /)
  })
})

describe('a guest', () => {
  const catalogue = ['artists', 'albums', 'tracks', 'genres', 'media_types', 'playlists', 'playlist_tracks']

  it.each(catalogue)('reads %s', async (collection) => {
    expect((await guest.get(`/api/records/${collection}?limit=1`)).body['items']).toHaveLength(1)
  })

  it.each(['customers', 'employees', 'invoices', 'invoice_lines', 'users'])(
    'cannot tell %s from a collection that is not there',
    async (collection) => {
      const { status, body } = await guest.get(`/api/records/${collection}`)
      expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'collectionNotFound' })
    },
  )

  it.each([
    ['playlists', { name: 'Mine' }],
    ['artists', { name: 'Me' }],
  ])('writes no %s', async (collection, record) => {
    expect(await guest.send('POST', `/api/records/${collection}`, record)).toMatchObject({ status: 403 })
  })

  it('finds no customers through the tracks they bought', async () => {
    for (const query of ['select=invoice_lines(quantity)', 'filter=any(invoice_lines, quantity > 0)']) {
      expect(await guest.get(`/api/records/tracks?${query}`)).toMatchObject({ status: 400 })
    }
  })
})

describe('a customer', () => {
  const isLuis = (row: Row) => row['Email'] === 'luisg@embraer.com.br'

  it('sees their own record, and no other customer', async () => {
    expect(numbersOf(await customer.list('customers'))).toEqual([1])
    const [other] = await owner.list('customers', { filter: 'number = 2' })
    expect(await customer.get(`/api/records/customers/${other?.['id']}`)).toMatchObject({ status: 404 })
  })

  it('sees their own invoices and lines only', async () => {
    const invoices = numbersIn(await invoicesOf(isLuis), 'InvoiceId')
    expect(numbersOf(await customer.list('invoices', { sort: 'number' }))).toEqual(invoices)
    const lines = (await readSource('InvoiceLine')).filter((row) => invoices.includes(row['InvoiceId']))
    expect(numbersOf(await customer.list('invoice_lines', { sort: 'number' }))).toEqual(
      numbersIn(lines, 'InvoiceLineId'),
    )
  })

  it('gets sums over their own invoices only', async () => {
    const rows = await invoicesOf(isLuis)
    const cents = rows.reduce((sum, row) => sum + Math.round(Number(row['Total']) * 100), 0)
    const { body } = await customer.get('/api/records/invoices/aggregate?count=*&sum=total')
    expect(body).toEqual({ items: [{ count: rows.length, sum: { total: (cents / 100).toFixed(2) } }] })
  })

  it('sees the name of their support agent, but nothing personal, and no other employee', async () => {
    const employees = await customer.list('employees')
    expect(numbersOf(employees)).toEqual([3])
    expect(Object.keys(employees[0] ?? {}).toSorted()).toEqual(
      ['created', 'email', 'fax', 'first_name', 'id', 'last_name', 'number', 'phone', 'title', 'updated'].toSorted(),
    )
    // Jane was born in 1973: asking must not find that out.
    expect(await customer.list('employees', { filter: "birth_date < '1980-01-01'" })).toEqual([])
  })

  it('may mend their own address, but neither their agent, nor their name, nor their number', async () => {
    const [me] = await customer.list('customers')
    const path = `/api/records/customers/${me?.['id']}`
    expect(await customer.send('PATCH', path, { city: 'Campinas' })).toMatchObject({ body: { city: 'Campinas' } })
    expect(await customer.send('PATCH', path, { city: me?.['city'] })).toMatchObject({ status: 200 })
    const [agent] = await owner.list('employees', { filter: 'number = 4' })
    for (const change of [
      { support_rep: agent?.['id'] },
      { support_rep: null },
      { last_name: 'Silva' },
      { email: 'x@example.com' },
      { number: 7 },
    ])
      expect((await customer.send('PATCH', path, change)).status).toBeOneOf([400, 403])
    expect(await customer.list('customers', { select: 'number,last_name,email,support_rep' })).toEqual([
      { number: 1, last_name: me?.['last_name'], email: me?.['email'], support_rep: me?.['support_rep'] },
    ])
  })

  it('writes no invoices', async () => {
    const [invoice] = await customer.list('invoices')
    const path = `/api/records/invoices/${invoice?.['id']}`
    expect(await customer.send('PATCH', path, { total: '0.00' })).toMatchObject({ status: 403 })
    expect(await customer.send('DELETE', path)).toMatchObject({ status: 403 })
  })
})

describe('a support agent', () => {
  const isJanes = (row: Row) => row['SupportRepId'] === 3

  it('sees the customers they look after, and their invoices', async () => {
    const customers = numbersIn((await readSource('Customer')).filter(isJanes), 'CustomerId')
    expect(numbersOf(await support.list('customers', { sort: 'number' }))).toEqual(customers)
    const invoices = numbersIn(await invoicesOf(isJanes), 'InvoiceId')
    expect(numbersOf(await support.list('invoices', { sort: 'number' }))).toEqual(invoices)
  })

  it('may change these customers, but not those of a colleague', async () => {
    const [mine] = await support.list('customers')
    const [other] = await owner.list('customers', { filter: 'support_rep.number = 4' })
    const change = (record: Json | undefined) =>
      support.send('PATCH', `/api/records/customers/${record?.['id']}`, { company: mine?.['company'] ?? null })
    expect(await change(mine)).toMatchObject({ status: 200 })
    expect(await change(other)).toMatchObject({ status: 404 })
  })

  it('sees the names of all employees, and birth date and home address of themselves alone', async () => {
    const employees = await support.list('employees', { sort: 'number' })
    expect(numbersOf(employees)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const employee of employees) {
      expect(employee).toHaveProperty('last_name')
      for (const field of ['birth_date', 'address', 'city', 'state', 'country', 'postal_code'])
        expect(Object.hasOwn(employee, field), `${field} of ${employee['number']}`).toBe(employee['number'] === 3)
    }
  })
})

describe('a manager', () => {
  it.each([
    ['customers', 59],
    ['employees', 8],
    ['invoices', 412],
    ['invoice_lines', 2_240],
  ])('reads all %s and changes none', async (collection, count) => {
    const records = await manager.list(collection)
    expect(records).toHaveLength(count)
    const path = `/api/records/${collection}/${records[0]?.['id']}`
    expect((await manager.send('PATCH', path, { number: 99_999 })).status).toBeOneOf([400, 403])
    expect(await manager.send('DELETE', path)).toMatchObject({ status: 403 })
  })

  it('sees birth dates', async () => {
    expect(await manager.list('employees', { filter: "birth_date = '1973-08-29'", select: 'last_name' })).toEqual([
      { last_name: 'Peacock' },
    ])
  })
})
