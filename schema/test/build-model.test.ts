import { describe, expect, it } from 'vitest'
import { emptyDocument } from '../src/document/built-in.ts'
import { checkDocument } from '../src/document/check-document.ts'
import type { SchemaDocument } from '../src/document/schema-document.ts'
import { Problem } from '../src/errors/problem.ts'
import { buildModel } from '../src/model/build-model.ts'
import type { CollectionModel, FieldModel, Model } from '../src/model/model.ts'
import { modelScope } from '../src/model/model-scope.ts'

function checked(input: unknown): SchemaDocument {
  const { document, faults } = checkDocument(input)
  if (document === undefined) throw new Error(JSON.stringify(faults))
  return document
}

const modelOf = (input: unknown): Model => buildModel(checked(input))

function collectionOf(model: Model, name: string): CollectionModel {
  const collection = model.collections.get(name)
  if (collection === undefined) throw new Error(`no collection ${name}`)
  return collection
}

function fieldOf(model: Model, collection: string, name: string): FieldModel {
  const field = collectionOf(model, collection).fields.get(name)
  if (field === undefined) throw new Error(`no field ${name}`)
  return field
}

function faultsOf(input: unknown): readonly { readonly path: string; readonly message: string }[] {
  try {
    modelOf(input)
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalidSchema') return error.errors
    throw error
  }
  return []
}

const blog = {
  version: 3,
  roles: { editor: { inherits: ['authenticated'] } },
  collections: {
    posts: {
      fields: {
        title: { type: 'text', required: true, maxLength: 200 },
        words: { type: 'integer', default: 0 },
        author: { type: 'relation', to: 'users', inverse: 'posts', required: true },
        parent: { type: 'relation', to: 'posts', inverse: 'children', onDelete: 'setNull' },
        cover: { type: 'relation', to: 'images', unique: true, inverse: 'cover_of', onDelete: 'cascade' },
        tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
        shout: { type: 'computed', expression: 'lower(title)', result: 'text' },
      },
      permissions: {
        anonymous: { read: 'words > 10', hide: ['words'] },
        authenticated: {
          create: true,
          update: 'author = @user.id && !changed(author) && @old.words = 0',
          set: { author: '@user.id' },
          readIf: { words: 'author = @user.id' },
          writeIf: { title: "@old.title = ''" },
        },
        editor: {
          read: "any(tags, slug = 'news') || author.email = 'a@b.example' || parent.author = @user.id",
          update: true,
        },
      },
    },
    images: { fields: { alt: { type: 'text', maxLength: 80 } } },
    tags: { fields: { slug: { type: 'slug', unique: true } } },
    totals: {
      kind: 'view',
      sql: 'select …',
      fields: { amount: { type: 'decimal' } },
      permissions: { editor: { read: true } },
    },
  },
}

describe('a model', () => {
  const model = modelOf(blog)

  it('of the empty document has users with their built-in fields', () => {
    const users = collectionOf(buildModel(emptyDocument), 'users')
    expect([...users.fields.keys()]).toEqual(['id', 'email', 'roles', 'created', 'updated'])
    expect([...users.fields.values()].every(({ builtIn, required }) => builtIn && required)).toBe(true)
    expect(users.declared.fields.roles).toMatchObject({ options: ['admin'], default: [], readonly: true })
  })

  it('offers the declared roles and admin to users', () => {
    expect(fieldOf(model, 'users', 'roles').valueType).toEqual({
      kind: 'list',
      of: { kind: 'choice', options: ['editor', 'admin'] },
    })
  })

  it('lists fields in wire order', () => {
    expect([...collectionOf(model, 'posts').fields.keys()]).toEqual([
      'id',
      'title',
      'words',
      'author',
      'parent',
      'cover',
      'tags',
      'shout',
      'created',
      'updated',
    ])
    expect([...collectionOf(model, 'totals').fields.keys()]).toEqual(['id', 'amount'])
  })

  it('knows both ends of each relation', () => {
    expect(fieldOf(model, 'posts', 'author').relation).toEqual({
      to: 'users',
      many: false,
      inverse: 'posts',
      onDelete: 'restrict',
    })
    const inverses = ['users', 'posts', 'images', 'tags'].map((name) => [
      ...collectionOf(model, name).inverses.values(),
    ])
    expect(inverses).toEqual([
      [{ name: 'posts', collection: 'posts', field: 'author', throughJoinTable: false, toOne: false }],
      [{ name: 'children', collection: 'posts', field: 'parent', throughJoinTable: false, toOne: false }],
      [{ name: 'cover_of', collection: 'posts', field: 'cover', throughJoinTable: false, toOne: true }],
      [{ name: 'posts', collection: 'posts', field: 'tags', throughJoinTable: true, toOne: false }],
    ])
  })

  it('keeps relations to many out of the table', () => {
    expect(fieldOf(model, 'posts', 'tags').column).toBeNull()
    expect(fieldOf(model, 'posts', 'author').column).toMatchObject({ sqlType: 'uuid' })
  })

  it('has checked expressions', () => {
    const { permissions } = collectionOf(model, 'posts')
    expect(permissions.get('anonymous')).toMatchObject({
      read: { kind: 'compare' },
      create: false,
      update: false,
      delete: false,
    })
    expect(permissions.get('authenticated')).toMatchObject({ read: undefined, create: true, update: { kind: 'and' } })
    expect(permissions.get('authenticated')?.set.get('author')).toMatchObject({
      kind: 'path',
      root: 'user',
      field: 'id',
    })
    expect([...(permissions.get('anonymous')?.hide ?? [])]).toEqual(['words'])
    expect([...(permissions.get('authenticated')?.readIf.keys() ?? [])]).toEqual(['words'])
    expect([...(permissions.get('authenticated')?.writeIf.keys() ?? [])]).toEqual(['title'])
    expect(fieldOf(model, 'posts', 'shout').computed).toMatchObject({ kind: 'lower' })
  })

  it('finds nothing under names that objects are born with', () => {
    const scope = modelScope(model.collections, { record: 'posts' })
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(scope.lookup('posts', name)).toBeUndefined()
      expect(scope.lookup(name, 'id')).toBeUndefined()
      expect(scope.names(name)).toEqual([])
    }
  })

  it('lets rules see inverses: one record through a unique relation, else many', () => {
    const scope = modelScope(model.collections, { record: 'posts' })
    expect(scope.lookup('images', 'cover_of')).toEqual({ type: { kind: 'record', collection: 'posts' }, inverse: true })
    expect(scope.lookup('users', 'posts')).toEqual({ type: { kind: 'records', collection: 'posts' }, inverse: true })
  })
})

describe('a fault in an expression', () => {
  const permission = (anonymous: object) => ({
    collections: {
      posts: { ...blog.collections.posts, permissions: { anonymous } },
      images: {},
      tags: { fields: { slug: { type: 'slug' } } },
    },
  })
  const computed = (expression: string, result: string) => ({
    collections: {
      posts: {
        fields: {
          ...blog.collections.posts.fields,
          other: { type: 'computed', expression, result },
        },
      },
      images: {},
      tags: {},
    },
  })
  const claims = (c: string) => ({ collections: permission({}).collections, claims: { c } })
  const at = '/collections/posts/permissions/anonymous'
  const other = '/collections/posts/fields/other/expression'

  it.each([
    [
      'an unknown field',
      permission({ read: 'wrods > 1' }),
      `${at}/read`,
      'At character 1: unknown field `wrods`, did you mean `words`?',
    ],
    ['a wrong comparison', permission({ create: "words = 'many'" }), `${at}/create`, 'At character'],
    ['a value instead of a condition', permission({ delete: 'title' }), `${at}/delete`, 'At character 1'],
    [
      '@old in a read rule',
      permission({ read: '@old.words = 1' }),
      `${at}/read`,
      '`@old` means something in update rules only',
    ],
    ['@old in a readIf', permission({ readIf: { words: '@old.words = 1' } }), `${at}/readIf/words`, '`@old`'],
    ['changed in a create rule', permission({ create: 'changed(words)' }), `${at}/create`, 'At character'],
    ['a preset of another type', permission({ set: { words: '@user.id' } }), `${at}/set/words`, 'does not fit'],
    ['a preset from the record', permission({ set: { title: 'title' } }), `${at}/set/title`, 'there is no record here'],
    ['a password in a rule', permission({ read: "@user.password = 'x'" }), `${at}/read`, 'unknown field `password`'],
    ['a calculated field that follows a link', computed('author.email', 'text'), other, 'nothing can follow it'],
    ['a calculated field that asks who', computed('@user.id', 'text'), other, '`@user` is not available here'],
    ['a calculated field of a calculated field', computed('shout', 'text'), other, 'unknown field `shout`'],
    ['a calculated field of a link to many', computed('count(tags)', 'integer'), other, 'unknown field `tags`'],
    ['a calculated field that asks when', computed('@now', 'datetime'), other, 'cannot use @now'],
    ['a claim of nobody', claims('author.email'), '/claims/c', 'there is no record here'],
    ['a claim of a missing field', claims('@user.plam'), '/claims/c', 'At character 7: unknown field `plam`'],
    ['a claim of many records', claims('@user.posts'), '/claims/c', 'this needs one value'],
    ['a claim of a duration', claims('@now - @user.created'), '/claims/c', 'does not fit'],
    ['a claim of a password', claims('@user.password'), '/claims/c', 'unknown field `password`'],
    ['a calculated field of another type', computed('words', 'text'), other, 'does not fit'],
  ])('is told with its place: %s', (_, document, path, message) => {
    expect(faultsOf(document)).toEqual([{ path, code: 'invalidExpression', message: expect.stringContaining(message) }])
  })

  it('does not hide the next', () => {
    const paths = faultsOf(permission({ read: 'a', create: 'b', set: { title: 'c' }, writeIf: { title: 'd' } })).map(
      ({ path }) => path,
    )
    expect(paths).toEqual([`${at}/read`, `${at}/create`, `${at}/writeIf/title`, `${at}/set/title`])
  })
})
