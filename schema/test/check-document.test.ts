import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyDocument } from '../src/document/built-in.ts'
import { checkDocument } from '../src/document/check-document.ts'
import { nameProblem } from '../src/document/names.ts'

const posts = (collection: object) => ({
  collections: { posts: { fields: { title: { type: 'text' } }, ...collection } },
})
const field = (declared: unknown) => ({ collections: { posts: { fields: { f: declared } } } })
const view = (collection: object) => posts({ kind: 'view', sql: 'select 1', ...collection })
const tags = { fields: {} }
const many = (count: number, value: (i: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value(i)]))

type Bad = readonly [what: string, document: unknown, path: string, code: string, message: string]

const shapes: readonly Bad[] = [
  ['a text', 'schema', '', 'wrongType', 'an object'],
  ['null', null, '', 'wrongType', 'an object'],
  ['a list', [], '', 'wrongType', 'an object'],
  ['an unknown key', { colections: {} }, '/colections', 'unknownKey', 'Did you mean "collections"?'],
  ['a version below zero', { version: -1 }, '/version', 'outOfRange', 'at least 0'],
  ['half a version', { version: 1.5 }, '/version', 'wrongType', 'whole number'],
  ['collections as a list', { collections: [] }, '/collections', 'wrongType', 'an object'],
  ['a collection that is a text', { collections: { posts: 'x' } }, '/collections/posts', 'wrongType', 'an object'],
  ['an unknown kind', posts({ kind: 'tabel' }), '/collections/posts/kind', 'notAChoice', 'Did you mean "table"?'],
  [
    'an unknown key of a collection',
    posts({ index: [] }),
    '/collections/posts/index',
    'unknownKey',
    'Did you mean "indexes"?',
  ],
  ['fields as a list', posts({ fields: [] }), '/collections/posts/fields', 'wrongType', 'an object'],
  ['a field that is a text', field('text'), '/collections/posts/fields/f', 'wrongType', 'an object'],
  [
    'a rule that is a number',
    posts({ permissions: { anonymous: { read: 1 } } }),
    '/collections/posts/permissions/anonymous/read',
    'wrongType',
    'true or false or a text',
  ],
  [
    'an empty rule',
    posts({ permissions: { anonymous: { read: '' } } }),
    '/collections/posts/permissions/anonymous/read',
    'tooShort',
    '1 characters',
  ],
  [
    'a rule without end',
    posts({ permissions: { anonymous: { read: 'x'.repeat(4_001) } } }),
    '/collections/posts/permissions/anonymous/read',
    'tooLong',
    '4000',
  ],
  [
    'an unknown action',
    posts({ permissions: { anonymous: { list: true } } }),
    '/collections/posts/permissions/anonymous/list',
    'unknownKey',
    'There is: read',
  ],
  ['a path that needs escapes', { collections: { 'a/b~': 1 } }, '/collections/a~1b~0', 'wrongType', 'an object'],
]

const names: readonly Bad[] = [
  [
    'a collection with capitals',
    { collections: { BlogPosts: tags } },
    '/collections/BlogPosts',
    'invalidName',
    'try "blog_posts"',
  ],
  [
    'a collection of PostgreSQL',
    { collections: { pg_class: tags } },
    '/collections/pg_class',
    'invalidName',
    'PostgreSQL',
  ],
  [
    'a collection called __proto__',
    JSON.parse('{"collections":{"__proto__":{"fields":{}}}}'),
    '/collections/__proto__',
    'invalidName',
    'letters',
  ],
  [
    'a collection with a quote',
    { collections: { 'a";drop': tags } },
    '/collections/a";drop',
    'invalidName',
    'try "a_drop"',
  ],
  [
    'a name of 64 characters',
    { collections: { ['a'.repeat(64)]: tags } },
    `/collections/${'a'.repeat(64)}`,
    'invalidName',
    '63',
  ],
  [
    'a field called id',
    posts({ fields: { id: { type: 'uuid' } } }),
    '/collections/posts/fields/id',
    'invalidName',
    'built into every record',
  ],
  [
    'a field called updated',
    posts({ fields: { updated: { type: 'text' } } }),
    '/collections/posts/fields/updated',
    'invalidName',
    'built into',
  ],
  [
    'a field of users called verified',
    { collections: { users: { fields: { verified: { type: 'boolean' } } } } },
    '/collections/users/fields/verified',
    'invalidName',
    '@user.verified',
  ],
  [
    'an inverse of users called verified',
    field({ type: 'relation', to: 'users', inverse: 'verified' }),
    '/collections/posts/fields/f/inverse',
    'nameTaken',
    '@user.verified',
  ],
  ...['sub', 'exp', 'iss', 'aud', 'sid', 'act', 'roles', 'Roles', 'scope', 'constructor'].map(
    (name): Bad => [
      `a claim called ${name}`,
      { claims: { [name]: '@user.id' } },
      `/claims/${name}`,
      'invalidName',
      'choose another name',
    ],
  ),
  [
    'a claim called __proto__',
    JSON.parse('{"claims":{"__proto__":"@user.id"}}'),
    '/claims/__proto__',
    'invalidName',
    'starting with a letter',
  ],
  [
    'a claim with a long name',
    { claims: { ['a'.repeat(41)]: '@user.id' } },
    `/claims/${'a'.repeat(41)}`,
    'invalidName',
    '40',
  ],
  ['eleven claims', { claims: many(11, () => '@user.id') }, '/claims', 'tooMany', '10'],
  ['a claim that is a number', { claims: { plan: 1 } }, '/claims/plan', 'wrongType', 'a text'],
  [
    'a field called rev',
    posts({ fields: { rev: { type: 'text' } } }),
    '/collections/posts/fields/rev',
    'invalidName',
    'built into',
  ],
  [
    'a field called in',
    posts({ fields: { in: { type: 'text' } } }),
    '/collections/posts/fields/in',
    'invalidName',
    'expression language',
  ],
  [
    'a field called __proto__',
    JSON.parse('{"collections":{"posts":{"fields":{"__proto__":{"type":"text"}}}}}'),
    '/collections/posts/fields/__proto__',
    'invalidName',
    'letters',
  ],
  ['a role that is built in', { roles: { admin: {} } }, '/roles/admin', 'invalidName', 'built in'],
  ['a role with a space', { roles: { 'head editor': {} } }, '/roles/head editor', 'invalidName', 'try "head_editor"'],
]

const fields: readonly Bad[] = [
  ['no type', field({}), '/collections/posts/fields/f/type', 'missing', 'text, richtext'],
  [
    'an unknown type',
    field({ type: 'txt' }),
    '/collections/posts/fields/f/type',
    'unknownType',
    'Did you mean "text"?',
  ],
  [
    'a type called constructor',
    field({ type: 'constructor' }),
    '/collections/posts/fields/f/type',
    'unknownType',
    'There is: text',
  ],
  ['a type that is no text', field({ type: { a: 1 } }), '/collections/posts/fields/f/type', 'unknownType', 'There is'],
  [
    'an unknown option',
    field({ type: 'text', maxLenght: 3 }),
    '/collections/posts/fields/f/maxLenght',
    'unknownKey',
    'Did you mean "maxLength"?',
  ],
  [
    'an option of another type',
    field({ type: 'text', scale: 3 }),
    '/collections/posts/fields/f/scale',
    'unknownKey',
    'There is:',
  ],
  [
    'an option of the wrong type',
    field({ type: 'text', maxLength: '3' }),
    '/collections/posts/fields/f/maxLength',
    'wrongType',
    'whole number',
  ],
  [
    'an option out of range',
    field({ type: 'decimal', precision: 2_000, scale: 2 }),
    '/collections/posts/fields/f/precision',
    'outOfRange',
    '1000',
  ],
  [
    'bounds that leave nothing',
    field({ type: 'integer', min: 2, max: 1 }),
    '/collections/posts/fields/f/min',
    'invalidOption',
    'no value would fit',
  ],
  [
    'a pattern that does not compile',
    field({ type: 'text', pattern: '(' }),
    '/collections/posts/fields/f/pattern',
    'wrongFormat',
    'regular expression',
  ],
  [
    'a pattern that compiles only without u',
    field({ type: 'text', pattern: '\\-' }),
    '/collections/posts/fields/f/pattern',
    'wrongFormat',
    'regular expression',
  ],
  [
    'no choices',
    field({ type: 'select', options: [] }),
    '/collections/posts/fields/f/options',
    'tooShort',
    '1 or more',
  ],
  ['choices left out', field({ type: 'select' }), '/collections/posts/fields/f/options', 'missing', '"options"'],
  [
    'the same choice twice',
    field({ type: 'multiselect', options: ['a', 'b', 'a'] }),
    '/collections/posts/fields/f/options/2',
    'duplicate',
    '"a"',
  ],
  [
    'a default that is no choice',
    field({ type: 'select', options: ['draft'], default: 'daft' }),
    '/collections/posts/fields/f/default',
    'notAChoice',
    'Did you mean "draft"?',
  ],
  [
    'a default that is too long',
    field({ type: 'text', maxLength: 2, default: 'abc' }),
    '/collections/posts/fields/f/default',
    'tooLong',
    '2 characters',
  ],
  [
    'a default day that does not exist',
    field({ type: 'date', default: '2026-02-30' }),
    '/collections/posts/fields/f/default',
    'wrongFormat',
    'right form',
  ],
  [
    'a default day out of range',
    field({ type: 'date', min: '2026-01-01', default: '2025-01-01' }),
    '/collections/posts/fields/f/default',
    'outOfRange',
    'not be before',
  ],
  [
    'a decimal default as number',
    field({ type: 'decimal', default: 1.5 }),
    '/collections/posts/fields/f/default',
    'wrongType',
    'a text',
  ],
  [
    'a default of null',
    field({ type: 'integer', default: null }),
    '/collections/posts/fields/f/default',
    'wrongType',
    'whole number',
  ],
  [
    'a JSON default of null',
    field({ type: 'json', default: null }),
    '/collections/posts/fields/f/default',
    'wrongValue',
    'not be null',
  ],
  [
    'a half geopoint as default',
    field({ type: 'geopoint', default: { lat: 1 } }),
    '/collections/posts/fields/f/default/lon',
    'missing',
    '"lon"',
  ],
  [
    'a required calculated field',
    field({ type: 'computed', expression: 'a', result: 'text', required: true }),
    '/collections/posts/fields/f/required',
    'unknownKey',
    'There is',
  ],
  [
    'a calculated field of no known type',
    field({ type: 'computed', expression: 'a', result: 'json' }),
    '/collections/posts/fields/f/result',
    'notAChoice',
    'text, integer',
  ],
  [
    'a unique text too long for an index',
    field({ type: 'text', unique: true }),
    '/collections/posts/fields/f/unique',
    'notIndexable',
    'set maxLength to 650',
  ],
]

const relations: readonly Bad[] = [
  [
    'a link to nowhere',
    field({ type: 'relation', to: 'post' }),
    '/collections/posts/fields/f/to',
    'unknownCollection',
    'Did you mean "posts"?',
  ],
  [
    'a link to constructor',
    field({ type: 'relation', to: 'constructor' }),
    '/collections/posts/fields/f/to',
    'unknownCollection',
    'no collection "constructor"',
  ],
  ['a link without target', field({ type: 'relation' }), '/collections/posts/fields/f/to', 'missing', '"to"'],
  [
    'a link to a view',
    { collections: { v: { kind: 'view', sql: 'select 1' }, posts: { fields: { f: { type: 'relation', to: 'v' } } } } },
    '/collections/posts/fields/f/to',
    'notATable',
    'is a view',
  ],
  [
    'an inverse that is a field',
    field({ type: 'relation', to: 'posts', inverse: 'f' }),
    '/collections/posts/fields/f/inverse',
    'nameTaken',
    'has a field "f"',
  ],
  [
    'an inverse that is a built-in field',
    field({ type: 'relation', to: 'users', inverse: 'email' }),
    '/collections/posts/fields/f/inverse',
    'nameTaken',
    'has a field "email"',
  ],
  [
    'an inverse called id',
    field({ type: 'relation', to: 'users', inverse: 'id' }),
    '/collections/posts/fields/f/inverse',
    'invalidName',
    'built into',
  ],
  [
    'two inverses of one name',
    posts({
      fields: {
        a: { type: 'relation', to: 'users', inverse: 'posts' },
        b: { type: 'relation', to: 'users', many: true, inverse: 'posts' },
      },
    }),
    '/collections/posts/fields/b/inverse',
    'nameTaken',
    'posts.a',
  ],
  [
    'setNull on a required link',
    field({ type: 'relation', to: 'users', onDelete: 'setNull', required: true }),
    '/collections/posts/fields/f/onDelete',
    'invalidOption',
    'required link',
  ],
  [
    'onDelete on a link to many',
    field({ type: 'relation', to: 'users', many: true, onDelete: 'restrict' }),
    '/collections/posts/fields/f/onDelete',
    'invalidOption',
    'leave onDelete out',
  ],
  [
    'a unique link to many',
    field({ type: 'relation', to: 'users', many: true, unique: true }),
    '/collections/posts/fields/f/unique',
    'invalidOption',
    'cannot be unique',
  ],
  [
    'a link to many with names too long together',
    {
      collections: {
        ['c'.repeat(40)]: { fields: { ['f'.repeat(40)]: { type: 'relation', to: 'users', many: true } } },
      },
    },
    `/collections/${'c'.repeat(40)}/fields/${'f'.repeat(40)}`,
    'tooLong',
    '62',
  ],
]

const indexes: readonly Bad[] = [
  [
    'an index on nothing',
    posts({ indexes: [{ fields: [] }] }),
    '/collections/posts/indexes/0/fields',
    'tooShort',
    '1 or more',
  ],
  [
    'an index on an unknown field',
    posts({ indexes: [{ fields: ['-titel'] }] }),
    '/collections/posts/indexes/0/fields/0',
    'unknownField',
    'Did you mean "title"?',
  ],
  [
    'an index on a link to many',
    posts({ fields: { tags: { type: 'relation', to: 'users', many: true } }, indexes: [{ fields: ['tags'] }] }),
    '/collections/posts/indexes/0/fields/0',
    'notIndexable',
    'many',
  ],
  [
    'a field twice in an index',
    posts({ indexes: [{ fields: ['created', '-created'] }] }),
    '/collections/posts/indexes/0/fields/1',
    'duplicate',
    'already',
  ],
  [
    'the same index twice',
    posts({ indexes: [{ fields: ['created'] }, { fields: ['created'], unique: false }] }),
    '/collections/posts/indexes/1',
    'duplicate',
    'twice',
  ],
  [
    'an index on a text too long',
    posts({ indexes: [{ fields: ['title'] }] }),
    '/collections/posts/indexes/0/fields',
    'notIndexable',
    '650',
  ],
  [
    'an index on JSON',
    posts({ fields: { data: { type: 'json' } }, indexes: [{ fields: ['data'] }] }),
    '/collections/posts/indexes/0/fields',
    'notIndexable',
    '"data"',
  ],
]

const roles: readonly Bad[] = [
  [
    'a role that inherits nobody known',
    { roles: { editor: { inherits: ['autenticated'] } } },
    '/roles/editor/inherits/0',
    'unknownRole',
    'Did you mean "authenticated"?',
  ],
  [
    'a role that inherits admin',
    { roles: { boss: { inherits: ['admin'] } } },
    '/roles/boss/inherits/0',
    'invalidRole',
    'No role inherits',
  ],
  [
    'a role that inherits itself',
    { roles: { a: { inherits: ['a'] } } },
    '/roles/a/inherits',
    'cycle',
    'inherits itself',
  ],
  [
    'a role that inherits itself through others',
    { roles: { a: { inherits: ['b'] }, b: { inherits: ['c'] }, c: { inherits: ['a'] } } },
    '/roles/b/inherits',
    'cycle',
    'through others',
  ],
  [
    'permissions of an unknown role',
    posts({ permissions: { guest: { read: true } } }),
    '/collections/posts/permissions/guest',
    'unknownRole',
    'no role "guest"',
  ],
  [
    'permissions of a role called constructor',
    posts({ permissions: { constructor: {} } }),
    '/collections/posts/permissions/constructor',
    'unknownRole',
    'no role',
  ],
  [
    'permissions of admin',
    posts({ permissions: { admin: {} } }),
    '/collections/posts/permissions/admin',
    'invalidRole',
    'everything',
  ],
  [
    'hiding an unknown field',
    posts({ permissions: { anonymous: { hide: ['titel'] } } }),
    '/collections/posts/permissions/anonymous/hide/0',
    'unknownField',
    'Did you mean "title"?',
  ],
  [
    'hiding the id',
    posts({ permissions: { anonymous: { hide: ['id'] } } }),
    '/collections/posts/permissions/anonymous/hide/0',
    'builtIn',
    'cannot be hidden',
  ],
  [
    'hiding a field twice',
    posts({ permissions: { anonymous: { hide: ['title', 'title'] } } }),
    '/collections/posts/permissions/anonymous/hide/1',
    'duplicate',
    'already',
  ],
  [
    'a condition on an unknown field',
    posts({ permissions: { anonymous: { readIf: { toString: 'true' } } } }),
    '/collections/posts/permissions/anonymous/readIf/toString',
    'unknownField',
    'no field',
  ],
  [
    'a condition on created',
    posts({ permissions: { anonymous: { readIf: { created: 'true' } } } }),
    '/collections/posts/permissions/anonymous/readIf/created',
    'builtIn',
    'built in',
  ],
  [
    'a preset of the id',
    posts({ permissions: { anonymous: { set: { id: '@user.id' } } } }),
    '/collections/posts/permissions/anonymous/set/id',
    'builtIn',
    'built in',
  ],
  [
    'a preset of a calculated field',
    posts({ fields: { n: { type: 'autonumber' } }, permissions: { anonymous: { set: { n: '1' } } } }),
    '/collections/posts/permissions/anonymous/set/n',
    'notWritable',
    'the database fills it',
  ],
  [
    'a preset of a link to many',
    posts({
      fields: { n: { type: 'relation', to: 'users', many: true } },
      permissions: { anonymous: { set: { n: '1' } } },
    }),
    '/collections/posts/permissions/anonymous/set/n',
    'notWritable',
    'many',
  ],
]

const kinds: readonly Bad[] = [
  ['a view without a query', posts({ kind: 'view' }), '/collections/posts/sql', 'missing', 'the query'],
  ['a table with a query', posts({ sql: 'select 1' }), '/collections/posts/sql', 'notInTable', 'view'],
  ['a view with an index', view({ indexes: [] }), '/collections/posts/indexes', 'notInView', 'tables'],
  [
    'a view that is written',
    view({ permissions: { anonymous: { update: true } } }),
    '/collections/posts/permissions/anonymous/update',
    'notInView',
    'only be read',
  ],
  [
    'a view with a default',
    view({ fields: { f: { type: 'text', default: 'x' } } }),
    '/collections/posts/fields/f/default',
    'notInView',
    'default',
  ],
  [
    'a view with a running number',
    view({ fields: { f: { type: 'autonumber' } } }),
    '/collections/posts/fields/f/type',
    'notInView',
    'autonumber',
  ],
  [
    'a view that links to many',
    view({ fields: { f: { type: 'relation', to: 'users', many: true } } }),
    '/collections/posts/fields/f/many',
    'notInView',
    'many',
  ],
  [
    'users as a view',
    { collections: { users: { kind: 'view', sql: 'select 1' } } },
    '/collections/users/kind',
    'builtIn',
    'is a table',
  ],
  [
    'the e-mail address of users declared again',
    { collections: { users: { fields: { email: { type: 'text' } } } } },
    '/collections/users/fields/email',
    'invalidName',
    'built-in field',
  ],
  [
    'a password of users',
    { collections: { users: { fields: { password: { type: 'text' } } } } },
    '/collections/users/fields/password',
    'invalidName',
    'by itself',
  ],
  [
    'an unknown field as display',
    posts({ display: 'titel' }),
    '/collections/posts/display',
    'unknownField',
    'Did you mean "title"?',
  ],
  [
    'a collation that is no locale',
    posts({ collation: 'german_DE.UTF-8' }),
    '/collections/posts/collation',
    'wrongFormat',
    'no locale',
  ],
  ['501 collections', { collections: many(501, () => tags) }, '/collections', 'tooMany', '500'],
  ['301 fields', posts({ fields: many(301, () => ({ type: 'text' })) }), '/collections/posts/fields', 'tooMany', '300'],
  ['201 roles', { roles: many(201, () => ({})) }, '/roles', 'tooMany', '200'],
]

describe.each([
  ['shape', shapes],
  ['names', names],
  ['fields', fields],
  ['relations', relations],
  ['indexes', indexes],
  ['roles and permissions', roles],
  ['kinds and limits', kinds],
])('%s of a document', (_, bad) => {
  it.each(bad)('refuses %s', (_what, document, path, code, message) => {
    const { faults = [] } = checkDocument(document)
    expect(faults).toContainEqual({ path, code, message: expect.stringContaining(message) })
  })

  it.each(bad)('finds no further fault in %s', (_what, document, path) => {
    const { faults = [] } = checkDocument(document)
    // A cycle is a fault of each role in it.
    expect(faults.filter((fault) => fault.path !== path && fault.code !== 'cycle')).toEqual([])
  })
})

describe('a document', () => {
  it('with many faults has them all told at once', () => {
    const { faults = [] } = checkDocument({
      roles: { Editor: {} },
      collections: {
        posts: { fields: { a: { type: 'txt' }, b: { type: 'text', minLength: 'x', maxLength: 0 } }, display: 'c' },
      },
    })
    expect(faults.map(({ path }) => path).toSorted()).toEqual([
      '/collections/posts/display',
      '/collections/posts/fields/a/type',
      '/collections/posts/fields/b/maxLength',
      '/collections/posts/fields/b/minLength',
      '/roles/Editor',
    ])
  })

  it('with a fault in a field does not call that field unknown elsewhere', () => {
    const { faults = [] } = checkDocument(
      posts({
        fields: { f: { type: 'txt' } },
        indexes: [{ fields: ['f'] }],
        display: 'f',
        permissions: { anonymous: { hide: ['f'], set: { f: '1' } } },
      }),
    )
    expect(faults.map(({ code }) => code)).toEqual(['unknownType'])
  })

  it('may be any JSON at all: the answer is a document or faults, never an exception', () => {
    const key = fc.constantFrom(
      'posts',
      'users',
      'fields',
      'title',
      'email',
      'type',
      'options',
      'to',
      'inverse',
      'default',
      'permissions',
      'anonymous',
      'hide',
      'set',
      'indexes',
      '__proto__',
      'constructor',
    )
    const leaf = fc.oneof(
      fc.constantFrom('text', 'select', 'relation', 'decimal', 'computed', 'posts', 'view', '(', '-title'),
      fc.jsonValue({ maxDepth: 1 }),
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    const collection = fc.dictionary(key, tree, { maxKeys: 5 })
    const document = fc.record(
      { roles: tree, claims: tree, collections: fc.dictionary(key, collection, { maxKeys: 3 }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(tree, document), (input) => {
        const { document: taken, faults } = checkDocument(input)
        expect((taken === undefined) !== (faults === undefined)).toBe(true)
        for (const fault of faults ?? [])
          expect(fault).toEqual({
            path: expect.stringMatching(/^(\/|$)/),
            code: expect.stringMatching(/^\w+$/),
            message: expect.stringMatching(/\.$|\?$/),
          })
      }),
      { numRuns: 2_000 },
    )
  }, 60_000)

  it('never answers with more than 200 faults', () => {
    expect(checkDocument({ collections: many(400, () => 1) }).faults).toHaveLength(200)
  })

  it('gets what goes without saying', () => {
    expect(checkDocument({}).document).toEqual(emptyDocument)
    expect(checkDocument({ version: 3, collections: { tags: {} } }).document).toEqual({
      version: 3,
      roles: {},
      collections: { tags: { kind: 'table', fields: {} } },
    })
  })

  it('may use names that objects are born with', () => {
    const { document, faults } = checkDocument({
      roles: { constructor: {} },
      collections: {
        constructor: {
          fields: { constructor: { type: 'text', maxLength: 100, unique: true } },
          permissions: { constructor: { read: true, hide: ['constructor'] } },
        },
      },
    })
    expect(faults).toBeUndefined()
    expect(Object.keys(document?.collections ?? {})).toEqual(['constructor'])
  })

  it('is taken when everything fits together', () => {
    const { faults } = checkDocument({
      version: 7,
      roles: {
        editor: { description: 'Edits all posts', inherits: ['authenticated'] },
        chief: { inherits: ['editor', 'anonymous'] },
      },
      collections: {
        users: {
          fields: { name: { type: 'text', maxLength: 100 } },
          display: 'name',
          indexes: [{ fields: ['name', '-created'] }],
          permissions: { authenticated: { read: 'id = @user.id', hide: ['created', 'roles'] } },
        },
        posts: {
          kind: 'table',
          label: 'Posts',
          display: 'title',
          collation: 'de',
          fields: {
            title: { type: 'text', required: true, maxLength: 200, unique: true },
            status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
            author: { type: 'relation', to: 'users', onDelete: 'restrict', inverse: 'posts', unique: true },
            parent: { type: 'relation', to: 'posts', onDelete: 'setNull', inverse: 'children' },
            tags: { type: 'relation', to: 'tags', many: true, inverse: 'posts' },
            price: { type: 'decimal', precision: 12, scale: 2, min: '0', default: '0.00' },
            slug: { type: 'computed', expression: 'lower(title)', result: 'text', maxLength: 600 },
          },
          indexes: [
            { fields: ['status', '-created'] },
            { fields: ['slug'], unique: true },
            { fields: ['author', 'id'] },
          ],
          permissions: {
            anonymous: { read: "status = 'published'", hide: ['price'] },
            authenticated: {
              create: true,
              set: { author: '@user.id' },
              update: 'author = @user.id',
              readIf: { price: 'true' },
              writeIf: { status: 'true' },
            },
            editor: { read: true, update: true, delete: false },
          },
        },
        tags: { fields: { name: { type: 'slug', unique: true } } },
        stats: {
          kind: 'view',
          sql: 'select …',
          fields: { author: { type: 'relation', to: 'users' }, total: { type: 'integer' } },
          permissions: { editor: { read: true, create: false } },
        },
      },
    })
    expect(faults).toBeUndefined()
  })
})

describe('nameProblem', () => {
  it.each([
    ['posts', 'collection'],
    ['in', 'collection'],
    ['a'.repeat(63), 'field'],
    ['count', 'field'],
    ['constructor', 'field'],
    ['editor', 'role'],
  ] as const)('%s is fine for a %s', (name, kind) => {
    expect(nameProblem(name, kind)).toBeNull()
  })

  it.each(['', '1st', '_x', 'ä', 'a-b', 'a.b', 'a b', 'A', 'a\n', 'a\0'])('%j is no name of anything', (name) => {
    for (const kind of ['collection', 'field', 'inverse', 'role'] as const)
      expect(nameProblem(name, kind)).not.toBeNull()
  })
})
