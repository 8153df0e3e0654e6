import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Json } from './api.ts'
import { type Finished, runProcess } from './run-process.ts'
import { admin, foreignSettings } from './server-process.ts'

/** The password of the accounts that the example opens. */
export const demoPassword = 'chinook-demo'

const script = fileURLToPath(new URL('../../scripts/example.mjs', import.meta.url))

/** What `npm run example:chinook` runs, against this server. */
export const importChinook = (url: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  runExample(['chinook/import.ts'], url, env)

/** What `npm run example:…` runs. */
export const runExample = (
  words: readonly string[],
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> =>
  runProcess(process.execPath, [script, ...words], {
    ...foreignSettings(),
    PLINTH_URL: url,
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
    ...env,
  })

export interface ChinookTable {
  readonly collection: string
  /** The source file. */
  readonly source: string
  /** Everything the source knows, with related records named by their numbers. */
  readonly select: string
  readonly expected: (row: Row) => Json
}

export type Row = Readonly<Record<string, string | number | null>>

export async function readSource(source: string): Promise<readonly Row[]> {
  const rows: readonly Row[] = JSON.parse(
    await readFile(new URL(`../../examples/chinook/data/${source}.json`, import.meta.url), 'utf8'),
  )
  return rows
}

// Written apart from the import on purpose: a mistake there must not excuse itself here.
const to = (number: unknown): Json => ({ number })
const text = (value: unknown): unknown => (value === '' ? null : value)
const cents = (value: unknown): string => (Math.round(Number(value) * 100) / 100).toFixed(2)

const home = 'address,city,state,country,postal_code,phone,fax'
const homeOf = (row: Row): Json => ({
  address: text(row['Address']),
  city: text(row['City']),
  state: text(row['State']),
  country: text(row['Country']),
  postal_code: text(row['PostalCode']),
  phone: text(row['Phone']),
  fax: text(row['Fax']),
})

const nameOnly = (collection: string, source: string): ChinookTable => ({
  collection,
  source,
  select: 'number,name',
  expected: (row) => ({ number: row[`${source}Id`], name: row['Name'] }),
})

/** Each source file and what the API must answer for each of its rows. */
export const chinookTables: readonly ChinookTable[] = [
  nameOnly('genres', 'Genre'),
  nameOnly('media_types', 'MediaType'),
  nameOnly('artists', 'Artist'),
  nameOnly('playlists', 'Playlist'),
  {
    collection: 'albums',
    source: 'Album',
    select: 'number,title,artist(number)',
    expected: (row) => ({ number: row['AlbumId'], title: row['Title'], artist: to(row['ArtistId']) }),
  },
  {
    collection: 'tracks',
    source: 'Track',
    select: 'number,name,album(number),genre(number),media_type(number),composer,milliseconds,bytes,unit_price',
    expected: (row) => ({
      number: row['TrackId'],
      name: row['Name'],
      album: to(row['AlbumId']),
      genre: to(row['GenreId']),
      media_type: to(row['MediaTypeId']),
      composer: text(row['Composer']),
      milliseconds: row['Milliseconds'],
      bytes: row['Bytes'],
      unit_price: cents(row['UnitPrice']),
    }),
  },
  {
    collection: 'playlist_tracks',
    source: 'PlaylistTrack',
    select: 'playlist(number),track(number)',
    expected: (row) => ({ playlist: to(row['PlaylistId']), track: to(row['TrackId']) }),
  },
  {
    collection: 'employees',
    source: 'Employee',
    select: `number,first_name,last_name,title,reports_to(number),birth_date,hire_date,${home},email,user(email)`,
    expected: (row) => ({
      number: row['EmployeeId'],
      first_name: row['FirstName'],
      last_name: row['LastName'],
      title: row['Title'],
      reports_to: row['ReportsTo'] === null ? null : to(row['ReportsTo']),
      birth_date: String(row['BirthDate']).replace('T00:00:00', ''),
      hire_date: String(row['HireDate']).replace('T00:00:00', ''),
      ...homeOf(row),
      email: row['Email'],
      user: { email: row['Email'] },
    }),
  },
  {
    collection: 'customers',
    source: 'Customer',
    select: `number,first_name,last_name,company,${home},email,user(email),support_rep(number)`,
    expected: (row) => ({
      number: row['CustomerId'],
      first_name: row['FirstName'],
      last_name: row['LastName'],
      company: text(row['Company']),
      ...homeOf(row),
      email: row['Email'],
      // The one address with letters beyond ASCII cannot be signed in with.
      user: row['CustomerId'] === 49 ? null : { email: row['Email'] },
      support_rep: to(row['SupportRepId']),
    }),
  },
  {
    collection: 'invoices',
    source: 'Invoice',
    select: `number,customer(number),invoice_date,${home
      .split(',')
      .slice(0, 5)
      .map((name) => `billing_${name}`)
      .join(',')},total`,
    expected: (row) => ({
      number: row['InvoiceId'],
      customer: to(row['CustomerId']),
      invoice_date: `${row['InvoiceDate']}+00:00`,
      billing_address: text(row['BillingAddress']),
      billing_city: text(row['BillingCity']),
      billing_state: text(row['BillingState']),
      billing_country: text(row['BillingCountry']),
      billing_postal_code: text(row['BillingPostalCode']),
      total: cents(row['Total']),
    }),
  },
  {
    collection: 'invoice_lines',
    source: 'InvoiceLine',
    select: 'number,invoice(number),track(number),unit_price,quantity',
    expected: (row) => ({
      number: row['InvoiceLineId'],
      invoice: to(row['InvoiceId']),
      track: to(row['TrackId']),
      unit_price: cents(row['UnitPrice']),
      quantity: row['Quantity'],
    }),
  },
]
