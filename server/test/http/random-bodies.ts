import fc from 'fast-check'
import { field, filter, id, ids, select } from './random-texts.ts'

const texts = fc.constantFrom(
  '',
  'x',
  'hello',
  'x'.repeat(201),
  'ß😀',
  'a\u0000b',
  '\ud800',
  "'; drop table posts; --",
  'ann@example.com',
  'https://example.com',
  'a-slug',
  '2026-01-31',
  '2026-01-31T12:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01',
  'infinity',
  'draft',
  'red',
  '1.50',
  '-0',
  '9'.repeat(400),
  '1e5',
  'NaN',
  'null',
  ...ids,
)
const numbers = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  5,
  0.5,
  1e21,
  1e300,
  -1e308,
  5e-324,
  2 ** 53 - 1,
  1 - 2 ** 53,
  2 ** 53,
  2 ** 63,
)
const places = fc.record({ lat: fc.constantFrom(0, 90, -90, 91, 1e-300), lon: fc.constantFrom(0, 180, -180.5) })
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: texts },
  { weight: 3, arbitrary: numbers },
  fc.constantFrom(true, false, null, [], {}, ['red'], ['red', 'green'], ['red', 'red']),
  fc.subarray(ids),
  places,
  fc.jsonValue(),
  fc.constantFrom(
    { $ref: 'a.id' },
    { $ref: 'a.tags' },
    { $ref: 'a' },
    { $ref: 'b.__proto__' },
    { $ref: 1 },
    { $ref: 'a.data', x: 1 },
  ),
)

/** What fits each field, so that writes also succeed. */
const fitting = {
  title: fc.constantFrom('a', 'b', ''),
  slug: fc.constantFrom('a-slug', 'b', 'c', 'd', null),
  views: fc.constantFrom(0, 7, 2 ** 53 - 1),
  stars: fc.constantFrom(0, 5),
  price: fc.constantFrom('1.50', '99999999.99'),
  total: fc.constantFrom('0', '9'.repeat(1_000)),
  score: fc.constantFrom(0.5, 1e300, -1e300, 5e-324),
  day: fc.constantFrom('0001-01-01', '2026-01-31', '9999-12-31'),
  at: fc.constantFrom('0001-01-01T00:00:00Z', '2026-01-31T12:00:00Z', '9999-12-31T23:59:59.999Z'),
  status: fc.constantFrom('draft', 'published'),
  labels: fc.constantFrom([], ['red']),
  data: fc.jsonValue().filter((each) => each !== null),
  place: fc.constantFrom({ lat: 90, lon: 180 }, { lat: -33.3, lon: 0 }),
  author: fc.constantFrom(null),
}
export const replacement = fc.record(fitting, { requiredKeys: ['title'] })
const newRecord = fc.record(
  { id: fc.constantFrom(...ids), ...fitting, tags: fc.constantFrom([], [], ids.slice(0, 1)) },
  { requiredKeys: ['title'] },
)
const { title, day, at, data, author } = fitting
export const change = fc.record(
  {
    title,
    day,
    at,
    data,
    author,
    'views+': fc.constantFrom(1, -1, 2 ** 53 - 1),
    'price+': fc.constantFrom('0.01', '99999999.99'),
    'total+': fc.constantFrom('1', '9'.repeat(500)),
    'score+': fc.constantFrom(1, 1e300),
    'stars+': fc.constantFrom(1, 6),
    '+tags': fc.subarray(ids),
  },
  { requiredKeys: [] },
)
const tag = fc.record(
  { id: fc.constantFrom(...ids), name: fc.constantFrom('a', 'b', 'c'), parent: fc.constantFrom(null, ...ids) },
  { requiredKeys: ['name'] },
)

const key = fc.oneof(
  { weight: 5, arbitrary: field },
  fc.tuple(field, fc.constantFrom('+', '-')).map(([name, sign]) => name + sign),
  fc.tuple(fc.constantFrom('+', '-'), field).map(([sign, name]) => sign + name),
)

/** A record, or something like one, made of one that fits. */
export const like = (right: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: right },
    { weight: 3, arbitrary: fc.tuple(right, key, value).map(([whole, name, each]) => ({ ...whole, [name]: each })) },
    { weight: 1, arbitrary: fc.dictionary(key, value, { maxKeys: 4 }) },
  )
export const record = like(fc.oneof(newRecord, newRecord, tag))

const operation: fc.Arbitrary<unknown> = fc.record(
  {
    method: fc.constantFrom('get', 'create', 'update', 'replace', 'delete', 'toString', 1),
    collection: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('posts', 'tags') },
      fc.constantFrom('vaults', 'pg_class', '', 5, null),
    ),
    id: fc.oneof(id, fc.constantFrom({ $ref: 'a.id' }, { $ref: 'b.author' }, 5, null)),
    body: fc.oneof({ weight: 5, arbitrary: record }, value),
    filter: fc.oneof(filter, fc.constant(5)),
    select,
    as: fc.constantFrom('a', 'b', '__proto__', 'A b', 5),
    ifRev: fc.constantFrom('1', 'x', 7, { $ref: 'a.rev' }),
    expect: fc.constantFrom(0, 1, -1, 'x'),
  },
  { requiredKeys: ['method', 'collection'] },
)
/** Operations that are often right: the members that belong to their method. */
const rightOperation: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ method: fc.constant('create'), collection: fc.constant('posts'), as: fc.constant('a'), body: newRecord }),
  fc.record({ method: fc.constant('create'), collection: fc.constant('tags'), body: tag }),
  fc.record({
    method: fc.constant('update'),
    collection: fc.constant('posts'),
    id: fc.constantFrom(...ids),
    body: change,
  }),
  fc.record({ method: fc.constant('update'), collection: fc.constant('posts'), filter, body: change }),
  fc.record({
    method: fc.constant('replace'),
    collection: fc.constant('posts'),
    id: fc.constantFrom(...ids),
    body: replacement,
  }),
  fc.record({
    method: fc.constant('delete'),
    collection: fc.constant('posts'),
    id: fc.constantFrom(...ids, { $ref: 'a.id' }),
  }),
  fc.record({ method: fc.constant('get'), collection: fc.constant('posts'), id: fc.constantFrom(...ids), select }),
)
export const batch: fc.Arbitrary<unknown> = fc.record({
  operations: fc.array(fc.oneof({ weight: 9, arbitrary: rightOperation }, operation), { maxLength: 5 }),
})

export const question: fc.Arbitrary<unknown> = fc.record(
  {
    actor: fc.oneof(
      fc.constantFrom('anonymous', { user: ids[0] }, { roles: ['clerk'] }, { roles: ['nope'] }, 5),
      value,
    ),
    collection: fc.constantFrom('posts', 'tags', 'users', 'vaults', 'nope', 5),
    action: fc.constantFrom('read', 'create', 'update', 'delete', 'look', null),
    id,
    body: record,
    filter,
  },
  { requiredKeys: ['actor', 'collection', 'action'] },
)

export const credentials: fc.Arbitrary<unknown> = fc.dictionary(
  fc.constantFrom('email', 'password', 'token', 'name', 'roles', 'expiresAt'),
  value,
  { maxKeys: 4 },
)

/** Any JSON, as text that may be broken. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.json({ depthSize: 'large' }),
  fc.constantFrom(
    '',
    'null',
    '{',
    '[[[[',
    '{"__proto__":{"a":1}}',
    '{"a":1e999}',
    '"\\ud800"',
    '"\\u0000"',
    '['.repeat(200),
    `${'['.repeat(200)}${']'.repeat(200)}`,
    '{"a":1,"a":2}',
  ),
)
