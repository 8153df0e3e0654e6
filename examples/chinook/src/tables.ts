import { account, type Column, day, link, moment, number, price, type Row, text } from './columns.ts'

/** How the rows of one source file become records. */
export interface Table {
  /** The file in `data/`, without its ending. */
  readonly source: string
  readonly collection: string
  /** What tells a row from the others of its table. */
  readonly key: (row: Row) => string | number
  readonly fields: Readonly<Record<string, Column>>
}

const address = (prefix: '' | 'Billing'): Readonly<Record<string, Column>> => {
  const start = prefix === '' ? '' : 'billing_'
  return {
    [`${start}address`]: text(`${prefix}Address`),
    [`${start}city`]: text(`${prefix}City`),
    [`${start}state`]: text(`${prefix}State`),
    [`${start}country`]: text(`${prefix}Country`),
    [`${start}postal_code`]: text(`${prefix}PostalCode`),
  }
}

const person: Readonly<Record<string, Column>> = {
  user: account,
  first_name: text('FirstName'),
  last_name: text('LastName'),
  ...address(''),
  phone: text('Phone'),
  fax: text('Fax'),
  email: text('Email'),
}

/** A table whose rows are told apart by a number, which their records keep. */
const numbered = (source: string, collection: string, fields: Table['fields']): Table => ({
  source,
  collection,
  key: (row) => row[`${source}Id`] ?? '',
  fields: { number: number(`${source}Id`), ...fields },
})

/** Every table, in an order in which what a record links to is there before it. */
export const tables: readonly Table[] = [
  numbered('Genre', 'genres', { name: text('Name') }),
  numbered('MediaType', 'media_types', { name: text('Name') }),
  numbered('Artist', 'artists', { name: text('Name') }),
  numbered('Album', 'albums', { title: text('Title'), artist: link('artists', 'ArtistId') }),
  numbered('Track', 'tracks', {
    name: text('Name'),
    album: link('albums', 'AlbumId'),
    genre: link('genres', 'GenreId'),
    media_type: link('media_types', 'MediaTypeId'),
    composer: text('Composer'),
    milliseconds: number('Milliseconds'),
    bytes: number('Bytes'),
    unit_price: price('UnitPrice'),
  }),
  numbered('Playlist', 'playlists', { name: text('Name') }),
  {
    source: 'PlaylistTrack',
    collection: 'playlist_tracks',
    key: (row) => `${row['PlaylistId']}/${row['TrackId']}`,
    fields: { playlist: link('playlists', 'PlaylistId'), track: link('tracks', 'TrackId') },
  },
  // Whoever is reported to stands before those who report.
  numbered('Employee', 'employees', {
    ...person,
    title: text('Title'),
    reports_to: link('employees', 'ReportsTo'),
    birth_date: day('BirthDate'),
    hire_date: day('HireDate'),
  }),
  numbered('Customer', 'customers', {
    ...person,
    company: text('Company'),
    support_rep: link('employees', 'SupportRepId'),
  }),
  numbered('Invoice', 'invoices', {
    customer: link('customers', 'CustomerId'),
    invoice_date: moment('InvoiceDate'),
    ...address('Billing'),
    total: price('Total'),
  }),
  numbered('InvoiceLine', 'invoice_lines', {
    invoice: link('invoices', 'InvoiceId'),
    track: link('tracks', 'TrackId'),
    unit_price: price('UnitPrice'),
    quantity: number('Quantity'),
  }),
]
