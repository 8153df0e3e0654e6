// Written by "plinth types": it is written anew, so change the schema instead.
//
//   import { createClient } from '@plinth/sdk'
//   import type { Schema } from './plinth.d.ts'
//   const db = createClient<Schema>('http://localhost:8090')

export type Schema = {
  collections: {
    artists: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        name: { type: 'text', required: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    albums: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        title: { type: 'text', required: true },
        artist: { type: 'relation', to: 'artists', inverse: 'albums', required: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    genres: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        name: { type: 'text', required: true, unique: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    media_types: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        name: { type: 'text', required: true, unique: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    tracks: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        name: { type: 'text', required: true },
        album: { type: 'relation', to: 'albums', inverse: 'tracks', required: true },
        genre: { type: 'relation', to: 'genres', inverse: 'tracks', required: true },
        media_type: { type: 'relation', to: 'media_types', inverse: 'tracks', required: true },
        composer: { type: 'text' },
        milliseconds: { type: 'integer', required: true },
        bytes: { type: 'integer' },
        unit_price: { type: 'decimal', required: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    playlists: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        name: { type: 'text', required: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    playlist_tracks: {
      fields: {
        playlist: { type: 'relation', to: 'playlists', inverse: 'entries', required: true },
        track: { type: 'relation', to: 'tracks', inverse: 'playlist_entries', required: true },
      },
      permissions: {
        anonymous: { read: true },
      },
    },
    employees: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        user: { type: 'relation', to: 'users', inverse: 'employee', unique: true, readonly: true },
        first_name: { type: 'text', required: true },
        last_name: { type: 'text', required: true },
        title: { type: 'text' },
        reports_to: { type: 'relation', to: 'employees', inverse: 'reports' },
        birth_date: { type: 'date' },
        hire_date: { type: 'date' },
        address: { type: 'text' },
        city: { type: 'text' },
        state: { type: 'text' },
        country: { type: 'text' },
        postal_code: { type: 'text' },
        phone: { type: 'text' },
        fax: { type: 'text' },
        email: { type: 'email', unique: true },
      },
      permissions: {
        authenticated: { read: string },
        customer: {
          read: string,
          hide: ['user', 'reports_to', 'hire_date', 'birth_date', 'address', 'city', 'state', 'country', 'postal_code'],
        },
        support: { read: true, hide: ['birth_date', 'address', 'city', 'state', 'country', 'postal_code'] },
        manager: { read: true },
      },
    },
    customers: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        user: { type: 'relation', to: 'users', inverse: 'customer', unique: true, readonly: true },
        first_name: { type: 'text', required: true },
        last_name: { type: 'text', required: true },
        company: { type: 'text' },
        address: { type: 'text' },
        city: { type: 'text' },
        state: { type: 'text' },
        country: { type: 'text' },
        postal_code: { type: 'text' },
        phone: { type: 'text' },
        fax: { type: 'text' },
        email: { type: 'text', required: true, unique: true },
        support_rep: { type: 'relation', to: 'employees', inverse: 'customers' },
      },
      permissions: {
        customer: { read: string },
        support: { read: string },
        manager: { read: true },
      },
    },
    invoices: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        customer: { type: 'relation', to: 'customers', inverse: 'invoices', required: true },
        invoice_date: { type: 'datetime', required: true },
        billing_address: { type: 'text' },
        billing_city: { type: 'text' },
        billing_state: { type: 'text' },
        billing_country: { type: 'text' },
        billing_postal_code: { type: 'text' },
        total: { type: 'decimal', required: true },
      },
      permissions: {
        customer: { read: string },
        support: { read: string },
        manager: { read: true },
      },
    },
    invoice_lines: {
      fields: {
        number: { type: 'integer', unique: true, readonly: true },
        invoice: { type: 'relation', to: 'invoices', inverse: 'lines', required: true },
        track: { type: 'relation', to: 'tracks', inverse: 'invoice_lines', required: true },
        unit_price: { type: 'decimal', required: true },
        quantity: { type: 'integer', required: true },
      },
      permissions: {
        customer: { read: string },
        support: { read: string },
        manager: { read: true },
      },
    },
  },
}
