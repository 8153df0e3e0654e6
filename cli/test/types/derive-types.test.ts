import { completeSchema } from '@plinth/schema'
import { expect, it } from 'vitest'
import { deriveTypes } from '../../src/types/derive-types.ts'

it('types hold what decides over types, and no text of a rule', () => {
  const types = deriveTypes(
    completeSchema({
      roles: { editor: {} },
      collections: {
        posts: {
          label: 'Posts',
          fields: {
            title: { type: 'text', required: true, maxLength: 5, label: 'Title' },
            status: { type: 'select', options: ['draft', "isn't"], default: 'draft' },
          },
          indexes: [{ fields: ['title'] }],
          permissions: {
            anonymous: { read: "status = 'draft'", hide: ['title'] },
            editor: { create: true, readIf: { title: 'true' }, set: { title: '@user.email' } },
          },
        },
      },
    }),
  )
  expect(types.slice(types.indexOf('export'))).toBe(`export type Schema = {
  collections: {
    posts: {
      fields: {
        title: { type: 'text', required: true },
        status: { type: 'select', options: ['draft', "isn't"], default: unknown },
      },
      permissions: {
        anonymous: { read: string, hide: ['title'] },
        editor: { readIf: { title: string }, set: { title: string } },
      },
    },
  },
}
`)
})
