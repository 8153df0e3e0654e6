import { expect, it } from 'vitest'
import { completeSchema, printSchema, printValue } from '../../src/index.ts'

it('a schema is printed with a line for each field, and what goes without saying left out', () => {
  const document = completeSchema({
    roles: { editor: { description: 'Edits', inherits: ['authenticated'] } },
    collections: {
      posts: {
        kind: 'table',
        permissions: { anonymous: { hide: ['body'], read: "title = 'it'" } },
        indexes: [{ fields: ['-created'] }],
        fields: { title: { required: true, maxLength: 5, type: 'text' }, body: { type: 'richtext' } },
      },
      counts: { kind: 'view', sql: 'select id\nfrom posts', fields: {} },
    },
    claims: { address: '@user.email' },
    channels: { 'room:{id}': { permissions: { editor: { join: true } }, records: { id: 'posts' } } },
  })
  expect(printSchema(document)).toBe(`import { defineSchema } from '@plinth/schema'

export default defineSchema({
  roles: {
    editor: { description: 'Edits', inherits: ['authenticated'] },
  },
  collections: {
    posts: {
      fields: {
        title: { type: 'text', maxLength: 5, required: true },
        body: { type: 'richtext' },
      },
      indexes: [{ fields: ['-created'] }],
      permissions: {
        anonymous: { read: "title = 'it'", hide: ['body'] },
      },
    },
    counts: {
      kind: 'view',
      fields: {},
      sql: \`select id
from posts\`,
    },
  },
  channels: {
    'room:{id}': { records: { id: 'posts' }, permissions: { editor: { join: true } } },
  },
  claims: {
    address: '@user.email',
  },
})
`)
})

it.each<[unknown, string]>([
  ["it's", `"it's"`],
  [`both ' and "`, `'both \\' and "'`],
  ['back\\slash', `'back\\\\slash'`],
  ['zero\u0000, bell\u0007, \ud800 half', `'zero\\u0000, bell\\u0007, \\ud800 half'`],
  ['`tick` ${x}\nline', '`\\`tick\\` \\${x}\nline`'],
  ['win\r\ndows', '`win\\r\ndows`'],
  [{ __proto__: null, 'a-b': 1, ok: -0 }, `{ 'a-b': 1, ok: -0 }`],
  [JSON.parse('{"__proto__": 1}'), `{ ['__proto__']: 1 }`],
  [[], '[]'],
  [[{}, null, true], '[{}, null, true]'],
])('a value is printed so that TypeScript reads it back: %j', (value, text) => {
  expect(printValue(value)).toBe(text)
})
