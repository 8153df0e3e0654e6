import { describe, expect, test } from 'vitest'
import {
  buildModel,
  type Change,
  type Collection,
  checkDocument,
  checkRenames,
  diffSchemas,
  type Field,
  type Model,
  type Rename,
  type SchemaDocument,
} from '../src/index.ts'

type Fields = Readonly<Record<string, Field>>
type Rest = Partial<Collection>

const table = (fields: Fields, rest: Rest = {}): Collection => ({ kind: 'table', fields, ...rest })
const view = (sql: string, fields: Fields = {}): Collection => ({ kind: 'view', sql, fields })

function model(collections: Record<string, Collection>, rest: Partial<SchemaDocument> = {}): Model {
  const { document, faults } = checkDocument({ collections, ...rest })
  if (document === undefined) throw new Error(faults.map((fault) => fault.message).join('\n'))
  return buildModel(document)
}

const ids = (changes: readonly Change[]): readonly string[] => changes.map((change) => change.id)

const posts = (fields: Fields, rest: Rest = {}) => ({ tags: table({}), posts: table(fields, rest) })
const field = (before: Field, after: Field) => [posts({ f: before }), posts({ f: after })] as const

interface Case {
  readonly name: string
  readonly before: Record<string, Collection>
  readonly after: Record<string, Collection>
  readonly renames?: readonly Rename[]
  readonly there: readonly string[]
  readonly back: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'nothing', before: posts({}), after: posts({}), there: [], back: [] },
  {
    name: 'a new collection',
    before: {},
    after: { a: table({}) },
    there: ['addCollection:a'],
    back: ['dropCollection:a'],
  },
  {
    name: 'a new view',
    before: {},
    after: { a: view('select 1') },
    there: ['addView:a'],
    back: ['dropView:a'],
  },
  {
    name: 'a view in the place of a table',
    before: { a: table({}) },
    after: { a: view('select 1') },
    there: ['dropCollection:a', 'addView:a'],
    back: ['dropView:a', 'addCollection:a'],
  },
  {
    name: 'another query of a view',
    before: { a: view('select 1') },
    after: { a: view('select 2') },
    there: ['replaceView:a'],
    back: ['replaceView:a'],
  },
  {
    name: 'a new field',
    before: posts({}),
    after: posts({ f: { type: 'text' } }),
    there: ['addField:posts.f'],
    back: ['dropField:posts.f'],
  },
  {
    name: 'a field in another place',
    before: posts({ a: { type: 'text' }, b: { type: 'text' } }),
    after: posts({ b: { type: 'text' }, a: { type: 'text' } }),
    there: ['changeDescriptions'],
    back: ['changeDescriptions'],
  },
  {
    name: 'a new index',
    before: posts({ f: { type: 'integer' } }),
    after: posts({ f: { type: 'integer' } }, { indexes: [{ fields: ['f', '-created'] }] }),
    there: ['addIndex:posts.index(f,-created)'],
    back: ['dropIndex:posts.index(f,-created)'],
  },
  {
    name: 'a collation',
    before: posts({}),
    after: posts({}, { collation: 'de' }),
    there: ['changeCollation:posts'],
    back: ['changeCollation:posts'],
  },
  {
    name: 'permissions',
    before: posts({}),
    after: posts({}, { permissions: { anonymous: { read: true } } }),
    there: ['changePermissions'],
    back: ['changePermissions'],
  },
  {
    name: 'a description',
    before: posts({}),
    after: posts({}, { description: 'What is written' }),
    there: ['changeDescriptions'],
    back: ['changeDescriptions'],
  },
  {
    name: 'a renamed collection',
    before: { a: table({ x: { type: 'relation', to: 'a' } }) },
    after: { b: table({ x: { type: 'relation', to: 'b' } }) },
    renames: [{ from: 'a', to: 'b' }],
    there: ['renameCollection:a->b'],
    back: ['renameCollection:b->a'],
  },
  {
    name: 'two collections that swap their names',
    before: { a: table({ x: { type: 'text' } }), b: table({}) },
    after: { a: table({}), b: table({ x: { type: 'text' } }) },
    renames: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ],
    there: ['renameCollection:b->a', 'renameCollection:a->b', 'changeDescriptions'],
    back: ['renameCollection:b->a', 'renameCollection:a->b', 'changeDescriptions'],
  },
  {
    name: 'a renamed field that an index and a calculated field use',
    before: posts(
      { a: { type: 'integer' }, c: { type: 'computed', expression: 'a + 1', result: 'integer' } },
      { indexes: [{ fields: ['-a'] }] },
    ),
    after: posts(
      { b: { type: 'integer' }, c: { type: 'computed', expression: 'b + 1', result: 'integer' } },
      { indexes: [{ fields: ['-b'] }] },
    ),
    renames: [{ collection: 'posts', from: 'a', to: 'b' }],
    there: ['renameField:posts.a->b'],
    back: ['renameField:posts.b->a'],
  },
]

const fieldCases: readonly (readonly [name: string, before: Field, after: Field, id: string])[] = [
  ['a type', { type: 'text' }, { type: 'integer' }, 'changeType:posts.f'],
  [
    'a precision',
    { type: 'decimal', precision: 5, scale: 2 },
    { type: 'decimal', precision: 5, scale: 1 },
    'changeType:posts.f',
  ],
  [
    'one link to many',
    { type: 'relation', to: 'tags' },
    { type: 'relation', to: 'tags', many: true },
    'changeType:posts.f',
  ],
  ['a target', { type: 'relation', to: 'tags' }, { type: 'relation', to: 'posts' }, 'changeTarget:posts.f'],
  [
    'onDelete',
    { type: 'relation', to: 'tags' },
    { type: 'relation', to: 'tags', onDelete: 'cascade' },
    'changeOnDelete:posts.f',
  ],
  [
    'an inverse',
    { type: 'relation', to: 'tags' },
    { type: 'relation', to: 'tags', inverse: 'posts' },
    'changeDescriptions',
  ],
  [
    'an expression',
    { type: 'computed', expression: '1 + 1', result: 'integer' },
    { type: 'computed', expression: '1 + 2', result: 'integer' },
    'changeComputed:posts.f',
  ],
  ['choices', { type: 'select', options: ['a'] }, { type: 'select', options: ['a', 'b'] }, 'changeOptions:posts.f'],
  ['a length', { type: 'text' }, { type: 'text', maxLength: 3 }, 'changeOptions:posts.f'],
  ['a pattern', { type: 'text' }, { type: 'text', pattern: '^a' }, 'changeOptions:posts.f'],
  ['required', { type: 'text' }, { type: 'text', required: true }, 'changeRequired:posts.f'],
  ['unique', { type: 'integer' }, { type: 'integer', unique: true }, 'changeUnique:posts.f'],
  ['a default', { type: 'json' }, { type: 'json', default: { a: [1] } }, 'changeDefault:posts.f'],
  ['a label', { type: 'text' }, { type: 'text', label: 'Title' }, 'changeDescriptions'],
  ['hidden', { type: 'text' }, { type: 'text', hidden: true }, 'changeDescriptions'],
]

describe('each difference is one change with a readable id, and so is the way back', () => {
  const all: readonly Case[] = [
    ...cases,
    ...fieldCases.map(([name, before, after, id]): Case => {
      const [from, to] = field(before, after)
      return { name, before: from, after: to, there: [id], back: [id] }
    }),
  ]
  test.each(all)('$name', ({ before, after, renames = [], there, back }) => {
    const [from, to] = [model(before), model(after)]
    const reversed = renames.map((rename) => ({ ...rename, from: rename.to, to: rename.from }))
    expect(checkRenames(from, to, renames)).toEqual([])
    expect(ids(diffSchemas(from, to, renames)).toSorted()).toEqual(there.toSorted())
    expect(ids(diffSchemas(to, from, reversed)).toSorted()).toEqual(back.toSorted())
  })
})

test('the order of keys in a default makes no difference', () => {
  const [from, to] = [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ].map((value) => model(posts({ f: { type: 'json', default: value } })))
  expect(from && to && diffSchemas(from, to, [])).toEqual([])
})

test('a claim that comes, goes or says something else changes the claims alone', () => {
  const [none, one, other] = [{}, { mail: '@user.email' }, { mail: '@user.id' }].map((claims) => model({}, { claims }))
  if (!none || !one || !other) throw new Error('three models')
  for (const [from, to] of [
    [none, one],
    [one, other],
    [other, none],
  ] as const)
    expect(ids(diffSchemas(from, to, []))).toEqual(['changeClaims'])
  expect(diffSchemas(one, one, [])).toEqual([])
})

test('a role that comes is a choice more for users', () => {
  const changes = diffSchemas(model({}), model({}, { roles: { editor: {} } }), [])
  expect(ids(changes)).toEqual(['changeOptions:users.roles', 'changePermissions'])
})

describe('renames that make no sense are faults', () => {
  const from = model({ a: table({ x: { type: 'text' } }), v: view('select 1') })
  const to = model({ b: table({ y: { type: 'text' } }), a: table({}), w: table({}) })
  const faulty: readonly (readonly [string, readonly Rename[], RegExp])[] = [
    ['of what is not there', [{ from: 'zz', to: 'b' }], /no collection "zz"/],
    ['to what is not wanted', [{ from: 'a', to: 'zz' }], /no collection "zz"/],
    ['of what stays', [{ from: 'a', to: 'b' }], /still has "a"/],
    ['to itself', [{ from: 'a', to: 'a' }], /to itself/],
    ['of a view to a table', [{ from: 'v', to: 'w' }], /is a view/],
    ['of users', [{ from: 'users', to: 'b' }], /users/],
    ['of a field of a new collection', [{ collection: 'b', from: 'x', to: 'y' }], /is new/],
    ['of a field that is not there', [{ collection: 'a', from: 'zz', to: 'y' }], /no field "zz"/],
    ['to a field that is not wanted', [{ collection: 'a', from: 'x', to: 'y' }], /no field "y"/],
    ['of a built-in field', [{ collection: 'a', from: 'id', to: 'created' }], /[Bb]uilt-in/],
    [
      'of two things to one',
      [
        { from: 'a', to: 'b' },
        { from: 'v', to: 'b' },
      ],
      /contradicts/,
    ],
  ]
  test.each(faulty)('%s', (_, renames, message) => {
    expect(checkRenames(from, to, renames).at(-1)?.message).toMatch(message)
  })
})
