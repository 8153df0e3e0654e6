import type { Schema } from './fixture.ts'

/** A small shop: relations of every kind, and values of every type that is calculated with. */
export const shop: Schema = {
  collections: {
    makers: { kind: 'table', fields: { name: { type: 'text', required: true }, country: { type: 'text' } } },
    tags: { kind: 'table', fields: { name: { type: 'text', required: true } } },
    products: {
      kind: 'table',
      fields: {
        name: { type: 'text', required: true, maxLength: 20 },
        status: { type: 'select', options: ['new', 'sold'], default: 'new' },
        views: { type: 'integer', default: 0, min: 0, max: 1000 },
        price: { type: 'decimal' },
        weight: { type: 'float' },
        code: { type: 'text', unique: true, maxLength: 20 },
        sold_at: { type: 'datetime' },
        labels: { type: 'multiselect', options: ['red', 'blue', 'a,b', '"q"'] },
        data: { type: 'json' },
        place: { type: 'geopoint' },
        number: { type: 'autonumber' },
        maker: { type: 'relation', to: 'makers', inverse: 'products', onDelete: 'restrict' },
        parent: { type: 'relation', to: 'products', inverse: 'parts', onDelete: 'cascade' },
        partner: { type: 'relation', to: 'products', unique: true, inverse: 'partner_of', onDelete: 'setNull' },
        tags: { type: 'relation', to: 'tags', many: true, inverse: 'products' },
        popular: { type: 'computed', expression: 'views > 100', result: 'boolean' },
        title: { type: 'computed', expression: 'lower(name)', result: 'text' },
      },
      indexes: [{ fields: ['maker', 'status', 'code'], unique: true }],
    },
  },
}
