/** Collections for all kinds of writes. `mark` is how the test knows a record again. */
export const schema = {
  version: 1,
  roles: {},
  collections: {
    tags: { kind: 'table', fields: { mark: { type: 'text', required: true, unique: true, maxLength: 100 } } },
    people: { kind: 'table', fields: { mark: { type: 'text', required: true, unique: true, maxLength: 100 } } },
    posts: {
      kind: 'table',
      fields: {
        // Not unique, so that a write that happened twice shows as two records and not as an error.
        mark: { type: 'text', required: true, maxLength: 100 },
        title: { type: 'text', required: true },
        views: { type: 'integer', default: 0 },
        author: { type: 'relation', to: 'people', inverse: 'posts' },
        tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
      },
      indexes: [{ fields: ['mark'] }],
    },
  },
} as const
