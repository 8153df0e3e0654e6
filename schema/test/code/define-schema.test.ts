import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineSchema, Problem } from '../../src/index.ts'

describe('a schema in TypeScript', () => {
  const schema = defineSchema({
    roles: { editor: { inherits: ['authenticated'] } },
    collections: {
      posts: {
        fields: {
          title: { type: 'text', required: true, maxLength: 200 },
          status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
          author: { type: 'relation', to: 'users', inverse: 'posts' },
          tags: { type: 'relation', to: 'tags', many: true },
        },
        permissions: { editor: { read: true, update: "status = 'draft'" } },
      },
      tags: { fields: { name: { type: 'slug', required: true } } },
    },
  })

  it('keeps names, choices and options as literal types', () => {
    const { fields } = schema.collections.posts
    expectTypeOf(fields.status.options).toEqualTypeOf<readonly ['draft', 'published']>()
    expectTypeOf(fields.title.required).toEqualTypeOf<true>()
    expectTypeOf(fields.tags).toEqualTypeOf<{ readonly type: 'relation'; readonly to: 'tags'; readonly many: true }>()
    expectTypeOf<keyof typeof schema.collections>().toEqualTypeOf<'posts' | 'tags'>()
    expect(fields.status.options).toEqual(['draft', 'published'])
  })

  it('does not compile with a type, an option or a target that there is not', () => {
    expect(() =>
      defineSchema({
        collections: {
          // @ts-expect-error: there is no type "txt"
          posts: { fields: { title: { type: 'txt' } } },
        },
      }),
    ).toThrow('Did you mean "text"?')
    expect(() =>
      defineSchema({
        collections: {
          // @ts-expect-error: a text has no option "maxLenght"
          posts: { fields: { title: { type: 'text', maxLenght: 5 } } },
        },
      }),
    ).toThrow('maxLength')
    expect(() =>
      defineSchema({
        collections: {
          // @ts-expect-error: there is no collection "user"
          posts: { fields: { author: { type: 'relation', to: 'user' } } },
        },
      }),
    ).toThrow('Did you mean "users"?')
  })

  it('says all that is wrong at once, each with its place', () => {
    const faulty = () =>
      defineSchema({
        collections: {
          posts: {
            fields: { total: { type: 'integer', min: 5, max: 1 } },
            permissions: { editor: { read: true } },
          },
        },
      })
    expect(faulty).toThrow(Problem)
    expect(faulty).toThrow('/collections/posts/permissions/editor')
    expect(faulty).toThrow('/collections/posts/fields/total')
  })

  it('checks rules too', () => {
    const faulty = () =>
      defineSchema({
        collections: { posts: { fields: {}, permissions: { anonymous: { read: 'stauts = 1' } } } },
      })
    expect(faulty).toThrow('stauts')
  })
})
