import fc from 'fast-check'
import type { Caller } from './hostile-world.ts'
import { anyJson, batch, change, credentials, like, question, record, replacement } from './random-bodies.ts'
import { cursor, filter, id, ids, mutated, path, select, sort, type Text } from './random-texts.ts'

export interface RandomRequest {
  readonly caller: Caller
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  /** JSON text, or what should be. */
  readonly body: string | undefined
}

const caller = fc.constantFrom<Caller>('anonymous', 'user', 'user', 'key', 'admin')
const collection: Text = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('posts', 'posts', 'posts', 'tags') },
  { weight: 2, arbitrary: fc.constantFrom('users', 'vaults') },
  fc.constantFrom(
    'posts.tags',
    'pg_class',
    'plinth.passwords',
    'Posts',
    '',
    '..',
    '__proto__',
    'posts"; drop table posts; --',
    "posts'",
    'posts\u0000',
    'ä',
  ),
)
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND')

const mostlyOf = (right: readonly string[], wrong: readonly string[]): Text =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...right) }, fc.constantFrom(...wrong))

const parameters: Readonly<Record<string, Text>> = {
  filter,
  sort,
  select,
  limit: mostlyOf(['1', '2', '3', '50', '1000'], ['0', '-1', '1e9', '', 'x', '٣']),
  page: mostlyOf(['1', '2', '1000000'], ['0', '99999999999']),
  after: cursor,
  count: fc.oneof({ weight: 6, arbitrary: mostlyOf(['exact', 'estimated'], ['*', 'x', '']) }, path),
  countDistinct: mutated(path),
  sum: mutated(path),
  avg: path,
  min: path,
  max: fc.array(path, { maxLength: 3 }).map((paths) => paths.join(',')),
  group: fc.tuple(path, fc.constantFrom('', ':day', ':week', ':month', ':year', ':')).map((parts) => parts.join('')),
  timezone: mostlyOf(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Kiritimati'], ['x', '', '+05:00', "UTC'"]),
  ifRev: mostlyOf(['1', '0', '4294967295'], ['99999999999', 'x', '']),
  nonsense: fc.constant('1'),
  format: mostlyOf(['csv', 'json', 'ndjson'], ['xlsx', '']),
  bom: mostlyOf(['true', 'false'], ['', '1']),
  onConflict: mostlyOf(['fail', 'skip', 'update'], ['', 'ignore']),
  key: mostlyOf(['id', 'slug', 'name'], ['title', 'qqsecret', '__proto__', '']),
  map: mostlyOf(
    ['{}', '{"name":"title"}', '{"data":null}'],
    ['[]', 'x', '{"a":1}', '{"__proto__":"title"}', '{"a":"__proto__"}'],
  ),
  dryRun: mostlyOf(['true', 'false'], ['', '1']),
}
const named = (...names: readonly string[]) =>
  fc
    .array(
      fc
        .oneof({ weight: 30, arbitrary: fc.constantFrom(...names) }, fc.constantFrom(...Object.keys(parameters)))
        .chain((name) => (parameters[name] ?? filter).map((value) => [name, value] as const)),
      { maxLength: 4 },
    )
    // Mostly each name once, for a name that comes twice is refused whatever its value.
    .chain((pairs) =>
      fc
        .constantFrom(true, true, true, true, false)
        .map((once) => (once ? [...new Map(pairs.map((pair) => [pair[0], pair])).values()] : pairs)),
    )

const headerValues: Readonly<Record<string, Text>> = {
  'if-match': fc.constantFrom('*', '"1"', 'x', '"1", "2"', 'W/"1"', '"99999999999"', ''),
  'if-none-match': fc.constantFrom('*', '"1"', 'x', ','),
  'idempotency-key': fc.oneof(fc.constantFrom('', 'a b', 'k'.repeat(256), 'k1', 'k2'), fc.uuid()),
  prefer: fc.constantFrom('return=minimal', 'return=representation', 'x'),
  'content-type': fc.constantFrom(
    'application/json; charset=utf-8',
    'text/plain',
    'application/xml',
    '',
    'application/json;charset=latin1',
  ),
  'content-encoding': fc.constantFrom('gzip', 'identity'),
  authorization: fc.constantFrom(
    '',
    'Bearer',
    'Bearer x',
    'Bearer a.b.c',
    'Basic eDp5',
    `Bearer plinth_${'a'.repeat(43)}`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
  ),
  'x-request-id': fc.constantFrom('mine', '', 'a b', 'x'.repeat(100)),
  accept: fc.constantFrom('text/html', '*/*', 'x'),
  origin: fc.constantFrom('https://example.com', 'null'),
  'x-forwarded-for': fc.constantFrom('1.2.3.4', 'x, y', ','),
}
const header = fc
  .constantFrom(...Object.entries(headerValues))
  .chain(([name, values]) => values.map((value) => [name, value] as const))
const headers = fc.array(header, { minLength: 1, maxLength: 2 }).map((pairs) => Object.fromEntries(pairs))
// Most requests should come further than their headers.
const mostlyNone = fc.oneof({ weight: 8, arbitrary: fc.constant({}) }, headers)

const bodyFor = (...bodies: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.oneof(...bodies).map((body) => JSON.stringify(body)) },
    anyJson,
    fc.constant(undefined),
  )

const segment = (text: Text): Text => text.map((each) => encodeURIComponent(each.toWellFormed()))
const joined = (...parts: readonly Text[]): Text => fc.tuple(...parts).map((each) => each.join(''))
const constant = (...texts: readonly string[]): Text => fc.constantFrom(...texts)

interface Route {
  readonly path: Text
  readonly methods: fc.Arbitrary<string>
  readonly query: fc.Arbitrary<readonly (readonly [string, string])[]>
  readonly body: fc.Arbitrary<string | undefined>
}

const nothing = fc.constant(undefined)
const mostly = (...methods: readonly string[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...methods) }, method)
const records = joined(constant('/api/records/'), segment(collection))

const list: Route = {
  path: records,
  methods: mostly('GET'),
  query: named('filter', 'filter', 'filter', 'sort', 'sort', 'select', 'select', 'limit', 'after', 'page', 'count'),
  body: nothing,
}
const aggregate: Route = {
  path: joined(records, constant('/aggregate')),
  methods: mostly('GET'),
  query: named(
    'countDistinct',
    'sum',
    'avg',
    'min',
    'max',
    'group',
    'group',
    'filter',
    'filter',
    'timezone',
    'limit',
  ).map((pairs) => [['count', '*'], ...pairs]),
  body: nothing,
}
const exporting: Route = {
  path: joined(records, constant('/export')),
  methods: mostly('GET'),
  query: named('format', 'filter', 'sort', 'select', 'select', 'bom'),
  body: nothing,
}
const importing: Route = {
  path: joined(records, constant('/import')),
  methods: mostly('POST'),
  query: named('format', 'onConflict', 'key', 'map', 'dryRun'),
  body: bodyFor(fc.array(record, { maxLength: 4 }), record),
}
const create: Route = {
  path: records,
  methods: mostly('POST'),
  query: named('select'),
  body: bodyFor(record, record, fc.array(record, { maxLength: 4 })),
}
const many: Route = {
  path: records,
  methods: mostly('PATCH', 'DELETE'),
  query: named('filter'),
  body: bodyFor(like(change)),
}
const single: Route = {
  path: joined(records, constant('/'), segment(id)),
  methods: mostly('GET', 'PATCH', 'PUT', 'PUT', 'DELETE'),
  query: named('select', 'ifRev'),
  body: bodyFor(like(replacement), like(change)),
}
const batches: Route = {
  path: constant('/api/batch'),
  methods: mostly('POST'),
  query: fc.constant([]),
  body: bodyFor(batch),
}
const explain: Route = {
  path: constant('/api/admin/explain'),
  methods: mostly('POST'),
  query: fc.constant([]),
  body: bodyFor(question),
}
const system: Route = {
  path: constant(
    '/api/auth/sign-in',
    '/api/auth/setup',
    '/api/auth/me',
    '/api/auth/sign-up',
    '/api/auth/refresh',
    '/api/admin/keys',
    `/api/admin/keys/${ids[0]}`,
    '/api/admin/keys/x',
    `/api/admin/users/${ids[0]}/password`,
    '/api/admin/users/x/password',
    '/api/schema',
    '/api/schema/versions',
    '/api/schema/versions/1',
    '/api/schema/versions/x',
    '/api/schema/plan',
    '/api/schema/apply',
    '/api/openapi.json',
    '/docs',
    '/docs/',
    '/docs/x',
    '/metrics',
    '/health/live',
    '/health/ready',
    '/setup',
    '/',
    '/admin',
    '/api',
    '/api/',
    '/api/records',
    '/api/records/',
    '//',
    '/api//records',
    '/%',
    '/%ff',
    '/%00',
    '/..%2f..',
    '*',
  ),
  methods: method,
  query: named('nonsense', 'select'),
  body: bodyFor(
    credentials,
    fc.constantFrom({ schema: {}, base: 0 }, { schema: null }, { schema: { collections: 5 }, base: -1, renames: {} }),
  ),
}

/** An admin who deletes all users ends the session of everybody, and with it the test. */
const sparingUsers = (request: RandomRequest): RandomRequest =>
  request.path.startsWith('/api/records/users') && request.caller === 'admin' ? { ...request, caller: 'user' } : request

/** Requests to everything that the server answers, right ones and all kinds of wrong ones. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .oneof(
    { weight: 6, arbitrary: requestTo(list) },
    { weight: 4, arbitrary: requestTo(aggregate) },
    { weight: 2, arbitrary: requestTo(exporting) },
    { weight: 3, arbitrary: requestTo(importing) },
    { weight: 4, arbitrary: requestTo(create) },
    { weight: 2, arbitrary: requestTo(many) },
    { weight: 5, arbitrary: requestTo(single) },
    { weight: 3, arbitrary: requestTo(batches) },
    { weight: 2, arbitrary: requestTo(explain) },
    { weight: 2, arbitrary: requestTo(system) },
  )
  .map(sparingUsers)

function requestTo({ path: address, methods, query, body }: Route): fc.Arbitrary<RandomRequest> {
  return fc.record({ caller, method: methods, path: address, query, headers: mostlyNone, body })
}

/** What goes into the request line. */
export const targetOf = ({ path: address, query }: RandomRequest): string =>
  query.length === 0
    ? address
    : `${address}?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`
