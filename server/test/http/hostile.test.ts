import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openWorld, type World } from './hostile-world.ts'
import { expectRefusal } from './refused.ts'
import { type Answer, type CallOptions, sendRaw } from './test-server.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.stop())

type Refusal = readonly [status: number, code: string]
type Request = readonly [method: string, path: string, options?: CallOptions, caller?: Caller]

const id = '0198c0de-7a3b-7c4d-8e5f-0123456789ab'
const invalidBody: Refusal = [400, 'invalidBody']
const invalidParameter: Refusal = [400, 'invalidParameter']
const invalidExpression: Refusal = [400, 'invalidExpression']
const badRequest: Refusal = [400, 'badRequest']
const noRecord: Refusal = [404, 'recordNotFound']
const noCollection: Refusal = [404, 'collectionNotFound']

const posts = '/api/records/posts'
const query = (parameters: Readonly<Record<string, string>>) => `?${new URLSearchParams(parameters)}`
const list = (parameters: Readonly<Record<string, string>>): Request => ['GET', posts + query(parameters)]
const aggregate = (parameters: Readonly<Record<string, string>>): Request => [
  'GET',
  `${posts}/aggregate${query(parameters)}`,
]
const create = (body: unknown): Request => ['POST', posts, { body }]
const createRaw = (raw: string | Buffer): Request => ['POST', posts, { raw }]
const update = (body: unknown, headers: CallOptions['headers'] = {}): Request => [
  'PATCH',
  `${posts}/POST`,
  { body, headers },
]
const batch = (...operations: readonly unknown[]): Request => ['POST', '/api/batch', { body: { operations } }]
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** `POST` and `TAG` in a path stand for the ids of records that are there. */
async function expectRefused(
  [method, path, options = {}, caller = 'user']: Request,
  refusal: Refusal,
): Promise<Answer> {
  const before = await world.trace()
  const answer = await world.as(
    caller,
    method,
    path.replace('/POST', `/${world.post}`).replace('/TAG', `/${world.tag}`),
    options,
  )
  const sent = `${decodeURIComponent(path.replace(/%(?![0-9a-f]{2})/gi, '%25').replace(/%[89a-f][0-9a-f]/gi, ''))}${options.raw ?? ''}${JSON.stringify(options.body ?? '')}`
  expectRefusal(answer, refusal, sent)
  expect(await world.trace()).toBe(before)
  return answer
}

const refusals = (cases: readonly (readonly [name: string, request: Request, refusal: Refusal])[]) =>
  test.each(cases)('%s', async (_name, request, refusal) => void (await expectRefused(request, refusal)))

describe('a hostile body is refused and leaves no trace:', () => {
  refusals([
    ['10 MB', createRaw(JSON.stringify({ title: 'x'.repeat(10_000_000) })), [413, 'bodyTooLarge']],
    ['10 MB of spaces', createRaw(' '.repeat(10_000_000)), [413, 'bodyTooLarge']],
    ['100 levels', createRaw(`{"title":"x","data":${nested(100)}}`), invalidBody],
    ['100 levels that are not closed', createRaw('['.repeat(100)), [400, 'invalidJson']],
    ['100,000 values', createRaw(`{"title":"x","data":[${'1,'.repeat(100_000)}1]}`), invalidBody],
    ['__proto__ at the top', createRaw('{"__proto__":{"title":"x"}}'), invalidBody],
    ['__proto__ in a value', createRaw('{"title":"x","data":{"a":[{"__proto__":{"polluted":true}}]}}'), invalidBody],
    ['__proto__ in an array of records', createRaw('[{"title":"x"},{"title":"y","__proto__":1}]'), invalidBody],
    ['a number beyond all numbers', createRaw('{"title":"x","data":{"a":[-1e999]}}'), invalidBody],
    ['an escaped NUL', createRaw('{"title":"a\\u0000b"}'), invalidBody],
    ['an escaped NUL deep in JSON', createRaw('{"title":"x","data":{"a":["\\u0000"]}}'), invalidBody],
    ['an escaped NUL in a key', createRaw('{"title":"x","data":{"a\\u0000":1}}'), invalidBody],
    ['a raw NUL', createRaw('{"title":"a\0b"}'), [400, 'invalidJson']],
    ['an escaped lone surrogate', createRaw('{"title":"\\ud800"}'), invalidBody],
    ['an escaped lone surrogate in a key', createRaw('{"title":"x","data":{"\\udfff":1}}'), invalidBody],
    ['a raw lone surrogate', createRaw(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), [400, 'invalidJson']],
    ['invalid UTF-8', createRaw(Buffer.from('{"title":"\xff\xfe"}', 'latin1')), [400, 'invalidJson']],
    ['UTF-16', createRaw(Buffer.from('{"title":"x"}', 'utf16le')), [400, 'invalidJson']],
    ['a byte order mark', createRaw('\ufeff{"title":"x"}'), [400, 'invalidJson']],
    ['NaN', createRaw('{"title":"x","views":NaN}'), [400, 'invalidJson']],
    ['nothing at all', createRaw(''), [400, 'invalidJson']],
    ['text', create('text'), invalidBody],
    ['a number', create(1), invalidBody],
    ['null', create(null), invalidBody],
    ['arrays of arrays', create([[{ title: 'x' }]]), invalidBody],
    ['10,001 records', create(Array.from({ length: 10_001 }, () => ({}))), badRequest],
    ['a wrong record among good ones', create([{ title: 'good' }, { title: 1 }]), invalidBody],
    [
      'two records with the same id',
      create([
        { id, title: 'a' },
        { id, title: 'b' },
      ]),
      [409, 'notUnique'],
    ],
    [
      'another content type',
      ['POST', posts, { raw: '{"title":"x"}', headers: { 'Content-Type': 'text/plain' } }],
      [415, 'unsupportedMediaType'],
    ],
    [
      'a form',
      ['POST', posts, { raw: 'title=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
      [415, 'unsupportedMediaType'],
    ],
    [
      'another charset',
      ['POST', posts, { raw: '{"title":"x"}', headers: { 'Content-Type': 'application/json; charset=utf-16' } }],
      [415, 'unsupportedMediaType'],
    ],
    [
      'a compressed body',
      ['POST', posts, { raw: '{"title":"x"}', headers: { 'Content-Encoding': 'br' } }],
      [415, 'unsupportedEncoding'],
    ],
  ])

  test('and no prototype was polluted', () => {
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('a field of a wrong type is refused and leaves no trace:', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    title: [1, true, null, [], {}, 'x'.repeat(201)],
    body: [1, {}, []],
    contact: ['not an address', 1, 'a@b', "'; drop table posts; --@x.y"],
    site: ['javascript:alert(1)', 'x', 1],
    slug: ['Not A Slug', '../etc', 1, 'hello'],
    views: ['1', 1.5, true, 9007199254740992, -9007199254740992, 1e300, [], {}],
    stars: [-1, 6, '3', 2 ** 53],
    price: [1.5, 'abc', '1e5', '123456789.00', '0.001', 'NaN', 'Infinity', ''],
    total: [1, 'NaN', 'Infinity', '-Infinity', `${'9'.repeat(1_001)}`, '1e400', '0x1f'],
    score: ['0.5', 1e301, -1.7e308, null as unknown, []].filter((each) => each !== null),
    open: ['true', 0, 1, []],
    day: [
      'infinity',
      '-infinity',
      '0000-01-01',
      '294277-01-01',
      '2026-02-30',
      'now',
      'today',
      'epoch',
      20260131,
      '2026-01-31T00:00:00Z',
      '31.01.2026',
      '4714-11-24 BC',
    ],
    at: [
      'infinity',
      'now',
      '0000-01-01T00:00:00Z',
      '294277-01-01T00:00:00Z',
      '10000-01-01T00:00:00Z',
      '2026-01-31',
      '2026-01-31T12:00:00',
      '2026-01-31T25:00:00Z',
      '2026-01-31T12:00:00+99:99',
      1_700_000_000,
    ],
    status: ['other', 1, ['draft']],
    labels: ['red', ['blue'], ['red', 'red'], [1], [['red']]],
    data: [],
    code: ['x', 1, `urn:uuid:${id}`, `{${id}}`],
    place: [[1, 2], { lat: 91, lon: 0 }, { lat: '1', lon: '2' }, { lat: 1 }, { lat: 1, lon: 2, alt: 3 }],
    number: [1],
    loud: [true],
    later: ['2026-01-31T12:00:00Z'],
    author: ['x', 1, id, [id]],
    tags: ['x', [1], [id], ['x'], [[id]], { a: id }, [null]],
    id: ['x', 1, `${id}x`, `{${id}}`],
    created: ['2026-01-31T12:00:00Z'],
    rev: ['1'],
    nonsense: [1],
  }
  const cases = Object.entries(wrong).flatMap(([field, values]) => values.map((value) => [field, value] as const))

  test.each(cases)('%s: %j', async (field, value) => {
    const before = await world.trace()
    const taken = field === 'slug' && value === 'hello'
    const refusal: Refusal = taken ? [409, 'notUnique'] : invalidBody
    const record = { title: 'x', [field]: value }
    const sent = JSON.stringify(value)
    const created = await world.as('user', 'POST', posts, { body: record })
    expectRefusal(created, refusal, sent)
    if (!taken) expect(created.body.errors[0].path).toMatch(new RegExp(`^/${field}(/|$)`))
    expectRefusal(await world.as('user', 'POST', posts, { body: [{ title: 'y' }, record] }), refusal, sent)
    expectRefusal(await world.as('user', 'PUT', `${posts}/${id}`, { body: record }), refusal, sent)
    const change = { body: { [field]: value } }
    if (!taken) {
      expectRefusal(await world.as('user', 'PATCH', `${posts}/${world.post}`, change), refusal, sent)
      // Of many records it is only said that some may not be written so.
      const ofMany: Refusal =
        sent.includes(id) && ['author', 'tags'].includes(field) && created.body.errors[0].code === 'recordNotFound'
          ? [403, 'forbidden']
          : refusal
      expectRefusal(await world.as('user', 'PATCH', `${posts}?filter=true`, change), ofMany, sent)
    }
    expect(await world.trace()).toBe(before)
  })
})

describe('a hostile update is refused and leaves no trace:', () => {
  refusals([
    ['of nothing', update({}), badRequest],
    ['of an unknown field', update({ nonsense: 1 }), invalidBody],
    ['that adds to a text', update({ 'title+': 1 }), invalidBody],
    ['that adds a text', update({ 'views+': '1' }), invalidBody],
    ['that adds null', update({ 'views+': null }), invalidBody],
    ['that adds a list', update({ 'views+': [1] }), invalidBody],
    ['that adds a fraction to a whole number', update({ 'views+': 0.5 }), invalidBody],
    ['that leaves the safe integers by adding', update({ 'views+': 9007199254740991 }), invalidBody],
    ['that adds what no number holds', update({ 'views+': 1e308 }), invalidBody],
    ['that leaves a range by adding', update({ 'stars+': 6 }), invalidBody],
    ['that leaves a decimal by adding', update({ 'price+': '99999999.99' }), invalidBody],
    ['that adds more digits than a decimal has', update({ 'total+': '9'.repeat(1_001) }), invalidBody],
    ['that adds NaN to a decimal', update({ 'total+': 'NaN' }), invalidBody],
    ['that leaves a float by adding', update({ 'score+': 1e301 }), invalidBody],
    ['that adds to a running number', update({ 'number+': 1 }), invalidBody],
    ['that sets and adds', update({ views: 1, 'views+': 1 }), invalidBody],
    ['that links to what is no id', update({ '+tags': ['x'] }), invalidBody],
    ['that links to what is not there', update({ '+tags': [id] }), invalidBody],
    ['that links to itself wrongly', update({ '+tags': 'x' }), invalidBody],
    ['of the id', update({ id }), invalidBody],
    ['of times of creation', update({ created: '2026-01-01T00:00:00Z' }), invalidBody],
    [
      'of many that leaves the safe integers',
      ['PATCH', `${posts}?filter=true`, { body: { 'views+': 9007199254740991 } }],
      invalidBody,
    ],
    ['of many without a filter', ['PATCH', posts, { body: { views: 1 } }], [400, 'filterRequired']],
    ['that deletes many without a filter', ['DELETE', posts], [400, 'filterRequired']],
    ['that deletes many by a bad filter', ['DELETE', `${posts}?filter=)(`], invalidExpression],
    ['of what is no id', ['PATCH', `${posts}/x`, { body: { title: 'y' } }], noRecord],
    ['that replaces what is no id', ['PUT', `${posts}/x`, { body: { title: 'y' } }], noRecord],
    [
      'that replaces with another id',
      ['PUT', `${posts}/${id}`, { body: { id: id.replace('0198', '0199'), title: 'y' } }],
      invalidBody,
    ],
    ['that deletes what is no id', ['DELETE', `${posts}/' or 1=1`], noRecord],
    ['if it matches nothing of ours', update({ title: 'y' }, { 'If-Match': 'nonsense' }), [412, 'revisionMismatch']],
    [
      'if it matches a huge number',
      update({ title: 'y' }, { 'If-Match': '"99999999999999999999"' }),
      [412, 'revisionMismatch'],
    ],
    ['if it matches SQL', update({ title: 'y' }, { 'If-Match': `"1' or '1'='1"` }), [412, 'revisionMismatch']],
    ['if the revision is no number', ['PATCH', `${posts}/POST?ifRev=1;`, { body: { title: 'y' } }], invalidParameter],
    [
      'with both kinds of revision',
      ['PATCH', `${posts}/POST?ifRev=1`, { body: { title: 'y' }, headers: { 'If-Match': '"1"' } }],
      badRequest,
    ],
    ['with an empty Idempotency-Key', update({ title: 'y' }, { 'Idempotency-Key': '' }), badRequest],
    ['with spaces in the Idempotency-Key', update({ title: 'y' }, { 'Idempotency-Key': 'a b' }), badRequest],
    ['with a long Idempotency-Key', update({ title: 'y' }, { 'Idempotency-Key': 'x'.repeat(256) }), badRequest],
    ['with Latin-1 in the Idempotency-Key', update({ title: 'y' }, { 'Idempotency-Key': '\xe4' }), badRequest],
    ['that is wrong, under an Idempotency-Key', update({ views: 'x' }, { 'Idempotency-Key': 'wrong' }), invalidBody],
  ])

  test('two at once with the same If-Match: one wins, the other is told what changed', async () => {
    const { headers } = await world.as('user', 'GET', `${posts}/${world.post}`)
    const ifMatch = { 'If-Match': headers.get('etag') ?? '' }
    const answers = await Promise.all(
      ['one', 'two'].map((title) =>
        world.as('user', 'PATCH', `${posts}/${world.post}`, { body: { title }, headers: ifMatch }),
      ),
    )
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status)
    expect(won?.status).toBe(200)
    expect(lost?.body).toMatchObject({
      status: 412,
      code: 'revisionMismatch',
      changed: ['title'],
      current: expect.any(String),
    })
  })
})

describe('a hostile query is refused and leaves no trace:', () => {
  refusals([
    ['a filter of 5,000 characters', list({ filter: `title = '${'x'.repeat(5_000)}'` }), invalidExpression],
    ['1,000 brackets', list({ filter: `${'('.repeat(1_000)}true${')'.repeat(1_000)}` }), invalidExpression],
    ['1,000 negations', list({ filter: `${'!'.repeat(1_000)}open` }), invalidExpression],
    ['an unclosed quote', list({ filter: "title = 'x" }), invalidExpression],
    ['SQL', list({ filter: "title = 'x'; drop table posts; --" }), invalidExpression],
    ['a union', list({ filter: 'true) union select * from plinth.passwords --' }), invalidExpression],
    ['a lone surrogate', ['GET', `${posts}?filter=title%20%3D%20'%ED%A0%80'`], invalidParameter],
    ['a NUL', ['GET', `${posts}?filter=title%20%3D%20'%00'`], invalidParameter],
    ['a half percent sign', ['GET', `${posts}?filter=%`], invalidParameter],
    ['an empty filter', list({ filter: '' }), invalidExpression],
    ['types that do not compare', list({ filter: "views = 'x'" }), invalidExpression],
    ['a number beyond all numbers', list({ filter: `score > 1e999` }), invalidExpression],
    ['an unknown field in a filter', list({ filter: 'nonsense = 1' }), invalidExpression],
    ['a filter on system columns', list({ filter: "xmin = '1'" }), invalidExpression],
    ["a filter on the user's secrets", list({ filter: "@user.password = 'x'" }), invalidExpression],
    ['an unknown function', list({ filter: 'pg_sleep(10)' }), invalidExpression],
    ['no date', list({ filter: "day > '2026-02-30'" }), invalidExpression],
    ['an infinite date', list({ filter: "day > 'infinity'" }), invalidExpression],
    ['the year 294277', list({ filter: "at > '294277-01-01T00:00:00Z'" }), invalidExpression],
    ['the year 0', list({ filter: "at > '0000-01-01T00:00:00Z'" }), invalidExpression],
    ['what is no id', list({ filter: "id = 'x'" }), invalidExpression],
    ['an unknown parameter', list({ nonsense: '1' }), [400, 'unknownParameter']],
    ['a parameter named __proto__', list({ __proto__: '1', constructor: '1' } as never), [400, 'unknownParameter']],
    ['a parameter that is given twice', ['GET', `${posts}?limit=1&limit=2`], invalidParameter],
    ['an unknown field in a sort', list({ sort: 'nonsense' }), invalidParameter],
    ['SQL in a sort', list({ sort: 'title; drop table posts' }), invalidParameter],
    ['a quote in a sort', list({ sort: 'title"' }), invalidParameter],
    ['a sort by JSON', list({ sort: 'data' }), invalidParameter],
    ['a sort through many', list({ sort: 'tags.name' }), invalidParameter],
    ['a sort with 9 keys', list({ sort: 'title,views,day,at,price,total,score,open,status' }), invalidParameter],
    ['an empty name in a sort', list({ sort: 'title,,' }), invalidParameter],
    ['an unknown field in a select', list({ select: 'nonsense' }), invalidParameter],
    ['an empty select', list({ select: '' }), invalidParameter],
    ['a quote in a select', list({ select: 'title"' }), invalidParameter],
    ['a select that is not closed', list({ select: 'author(name' }), invalidParameter],
    ['a select that is too deep', list({ select: 'tags(posts(tags(posts(tags(posts(id))))))' }), invalidParameter],
    ['501 names in a select', list({ select: Array.from({ length: 501 }, () => 'id').join(',') }), invalidParameter],
    ['a bad filter in a select', list({ select: 'tags(name;filter=nonsense = 1)' }), invalidExpression],
    ['a bad sort in a select', list({ select: 'tags(name;sort=nonsense)' }), invalidParameter],
    ['a bad limit in a select', list({ select: 'tags(name;limit=0)' }), invalidParameter],
    ['no limit', list({ limit: '0' }), invalidParameter],
    ['a limit of 1001', list({ limit: '1001' }), invalidParameter],
    ['a negative limit', list({ limit: '-1' }), invalidParameter],
    ['a limit in other digits', list({ limit: '١' }), invalidParameter],
    ['a limit in scientific notation', list({ limit: '1e2' }), invalidParameter],
    ['page 0', list({ page: '0' }), invalidParameter],
    ['a page beyond all pages', list({ page: '99999999999999999999' }), invalidParameter],
    ['a page and a cursor', list({ page: '1', after: 'x' }), badRequest],
    ['a count that is none', list({ count: 'yes' }), invalidParameter],
    ['an aggregate of nothing', aggregate({}), badRequest],
    ['an aggregate of an unknown field', aggregate({ sum: 'nonsense' }), invalidParameter],
    ['a sum of text', aggregate({ sum: 'title' }), invalidParameter],
    ['a count of everything else', aggregate({ count: '*,*;' }), invalidParameter],
    ['a group by an unknown field', aggregate({ count: '*', group: 'nonsense' }), invalidParameter],
    ['a group by JSON', aggregate({ count: '*', group: 'data' }), invalidParameter],
    ['a group by an hour', aggregate({ count: '*', group: 'at:hour' }), invalidParameter],
    ['a group by a quote', aggregate({ count: '*', group: "at:day'" }), invalidParameter],
    [
      'a select that no address would hold',
      batch({ method: 'get', collection: 'posts', id, select: `tags(id;filter=name in ['${'a'.repeat(16_000)}'])` }),
      invalidParameter,
    ],
    ['a time zone that is none', aggregate({ count: '*', timezone: 'Mars/Olympus' }), invalidParameter],
    ['a time zone as an offset', aggregate({ count: '*', group: 'at:day', timezone: '+05:30' }), invalidParameter],
    [
      'a time zone that is SQL',
      aggregate({ count: '*', group: 'at:day', timezone: "UTC'; select 1; --" }),
      invalidParameter,
    ],
    [
      'a time zone that is a path',
      aggregate({ count: '*', group: 'at:day', timezone: '../../etc/passwd' }),
      invalidParameter,
    ],
    ['an unknown parameter of a record', ['GET', `${posts}/POST?filter=true`], [400, 'unknownParameter']],
    [
      'parameters of a batch',
      ['POST', '/api/batch?select=id', { body: { operations: [] } }],
      [400, 'unknownParameter'],
    ],
  ])
})

describe('a hostile address is refused and leaves no trace:', () => {
  refusals([
    ['pg_class', ['GET', '/api/records/pg_class'], noCollection],
    ['information_schema', ['GET', '/api/records/information_schema.tables'], noCollection],
    ['a system table', ['GET', '/api/records/plinth.passwords'], noCollection],
    ['a traversal', ['GET', '/api/records/..%2Fplinth%2Fpasswords'], noCollection],
    ['SQL', ['GET', `/api/records/${encodeURIComponent('posts"; drop table posts; --')}`], noCollection],
    ['a quote', ['POST', `/api/records/${encodeURIComponent("posts'")}`, { body: { title: 'x' } }], noCollection],
    ['a join table', ['GET', '/api/records/posts.tags'], noCollection],
    ['upper case', ['GET', '/api/records/Posts'], noCollection],
    ['__proto__', ['GET', '/api/records/__proto__'], noCollection],
    ['constructor', ['GET', '/api/records/constructor'], noCollection],
    ['a long name', ['GET', `/api/records/${'x'.repeat(5_000)}`], noCollection],
    ['a NUL', ['GET', '/api/records/posts%00'], badRequest],
    ['invalid UTF-8', ['GET', '/api/records/%ff'], badRequest],
    ['what is no id', ['GET', `${posts}/1`], noRecord],
    ['SQL for an id', ['GET', `${posts}/${encodeURIComponent("' or 1=1 --")}`], noRecord],
    ['an id in braces', ['GET', `${posts}/%7B${id}%7D`], noRecord],
    ['an id of nobody', ['GET', `${posts}/${id}`], noRecord],
    ['an encoded slash in an id', ['GET', `${posts}/..%2f..%2fadmin`], noRecord],
    ['too much of an address', ['GET', `${posts}/POST/tags`], [404, 'routeNotFound']],
    ['a method that is not for lists', ['PUT', posts, { body: {} }], [405, 'methodNotAllowed']],
    ['a method that is not for records', ['POST', `${posts}/POST`, { body: {} }], [405, 'methodNotAllowed']],
    ['a method that is not for batches', ['GET', '/api/batch'], [405, 'methodNotAllowed']],
    ['a method that nobody knows', ['PROPFIND', posts], [405, 'methodNotAllowed']],
    [
      'a token that is none',
      ['GET', posts, { headers: { Authorization: 'Bearer nonsense' } }, 'anonymous'],
      [401, 'invalidToken'],
    ],
    [
      'a token signed by nobody',
      ['GET', posts, { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }],
      [401, 'invalidToken'],
    ],
    [
      'another scheme',
      ['GET', posts, { headers: { Authorization: 'Basic YTpi' } }, 'anonymous'],
      [401, 'invalidToken'],
    ],
    ['a key of nobody', ['GET', posts, { token: `plinth_${'x'.repeat(40)}` }], [401, 'invalidToken']],
    ['the schema, for a user', ['GET', '/api/schema'], [403, 'adminOnly']],
    ['a key that is no id', ['DELETE', '/api/admin/keys/x', {}, 'admin'], [404, 'keyNotFound']],
    [
      'the password of what is no id',
      ['PUT', '/api/admin/users/x/password', { body: { password: 'long enough for me' } }, 'admin'],
      [404, 'userNotFound'],
    ],
  ])

  test.each(['TRACE', 'CONNECT', 'get', 'G"ET'])('method %s', async (method) => {
    const answer = await sendRaw(world.port, `${method} ${posts} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).toMatch(/"code":"(methodNotAllowed|badRequest)"/)
  })
})

describe('a hostile batch is refused and leaves no trace:', () => {
  const made = { method: 'create', collection: 'tags', as: 'tag', body: { name: 'made in a batch' } }
  const unnamed = { method: 'create', collection: 'tags', body: { name: 'made in a batch' } }
  const refers = (reference: unknown) =>
    batch(made, { method: 'create', collection: 'tags', body: { name: { $ref: reference } } })
  const grow = (inner: string) =>
    Array.from({ length: 40 }, (_, i) => {
      const before = { $ref: `p${i - 1}.data.${inner}` }
      const data = { [inner]: i === 0 ? ['x'.repeat(100)] : inner === 'wide' ? [before, before] : [before] }
      return { method: 'create', collection: 'posts', as: `p${i}`, body: { title: 'x', data } }
    })

  refusals([
    ['no operations', ['POST', '/api/batch', { body: {} }], invalidBody],
    ['a list', ['POST', '/api/batch', { body: [] }], invalidBody],
    ['1,001 operations', batch(...Array.from({ length: 1_001 }, () => made)), invalidBody],
    ['operations that are none', batch(null, 1, 'x', []), invalidBody],
    ['an unknown method', batch(made, { ...made, method: 'constructor' }), invalidBody],
    ['an unknown member', batch({ ...made, sql: 'select 1' }), invalidBody],
    ['a collection that is none', batch({ ...made, collection: 5 }), invalidBody],
    ['a collection that is not there', batch(made, { ...unnamed, collection: 'pg_class' }), noCollection],
    ['a fault at its end', batch(made, { ...made, body: { name: 1 } }), invalidBody],
    ['the same unique value twice', batch(made, unnamed), [409, 'notUnique']],
    ['a missing body', batch({ method: 'create', collection: 'tags' }), invalidBody],
    ['a missing id', batch({ method: 'update', collection: 'tags', body: { name: 'x' } }), invalidBody],
    [
      'another count than expected',
      batch(made, { method: 'delete', collection: 'posts', filter: 'true', expect: 99 }),
      [409, 'unexpectedCount'],
    ],
    ['a reference to nothing', refers('nothing.id'), invalidBody],
    ['a reference to __proto__', refers('tag.__proto__'), invalidBody],
    ['a reference to a constructor', refers('tag.constructor.name'), invalidBody],
    ['a reference into text', refers('tag.name.length'), invalidBody],
    ['a reference to a whole record', refers('tag'), invalidBody],
    ['a reference that is none', refers({ $ref: 'tag.id' }), invalidBody],
    ['a reference to itself', batch({ ...made, body: { name: { $ref: 'tag.id' } } }), invalidBody],
    ['a name that is none', batch({ ...made, as: '__proto__' }), invalidBody],
    ['references that double what they refer to, 40 times', batch(...grow('wide')), [413, 'bodyTooLarge']],
    ['references that go one level deeper, 40 times', batch(...grow('deep')), invalidBody],
    [
      'a revision that is none',
      batch({ method: 'update', collection: 'posts', id, ifRev: {}, body: { title: 'x' } }),
      invalidBody,
    ],
  ])

  test('of a batch that fails the number of the operation is told', async () => {
    const { body } = await expectRefused(
      batch(made, { method: 'create', collection: 'tags', body: { name: 1 } }),
      invalidBody,
    )
    expect(body).toMatchObject({ operation: 1, errors: [{ path: '/operations/1/body/name' }] })
  })
})

describe('a cursor is refused', () => {
  const sorts = [
    'title',
    'views',
    'price',
    'total',
    'score',
    'open',
    'day',
    'at',
    'status',
    'code',
    'author.name',
    '-at,day',
    'id',
  ]
  const cursor = (...values: readonly unknown[]): string => Buffer.from(JSON.stringify(values)).toString('base64url')
  const values = [
    'x',
    '',
    '1',
    '-1',
    '1e999',
    '1e-999',
    '9'.repeat(30),
    'NaN',
    'Infinity',
    'true',
    '2026-02-30',
    '0000-01-01',
    '9999-99-99',
    '2026-02-30 25:61:61+00',
    '0000-00-00 00:00:00+00',
    '9999-12-31 23:59:59.999999+00',
    'infinity',
    id,
    'a\0b',
    '\ud800',
    null,
    1,
    {},
    [],
  ]

  test.each(sorts)('or read, but never fails, in a list sorted by %s', async (sort) => {
    const own = ['author.name', 'id', '-at,day']
    const count = own.includes(sort) && sort === 'id' ? 0 : sort.split(',').length
    for (const value of values) {
      const after = cursor(...Array.from({ length: count }, () => value), id)
      const answer = await world.as('user', 'GET', `${posts}${query({ sort, after })}`)
      if (answer.status !== 200) expectRefusal(answer, invalidParameter)
    }
  })

  test.each([
    '',
    'x',
    '%%%',
    'W10',
    cursor(),
    cursor(id),
    cursor('a', 'b', id),
    cursor('a', 'x'),
    'bnVsbA',
    'e30',
    'x'.repeat(5_000),
  ])('that is %j', async (after) => {
    expectRefusal(await world.as('user', 'GET', `${posts}${query({ sort: 'title', after })}`), invalidParameter)
  })

  test('of another sort', async () => {
    await world.as('user', 'POST', posts, { body: { title: 'second' } })
    const { body } = await world.as('user', 'GET', `${posts}?sort=title&limit=1`)
    expectRefusal(await world.as('user', 'GET', `${posts}${query({ sort: 'at', after: body.next })}`), invalidParameter)
    expectRefusal(
      await world.as('user', 'GET', `${posts}${query({ sort: 'title,at', after: body.next })}`),
      invalidParameter,
    )
  })
})

describe('every time zone that is known', () => {
  test('can be grouped by', async () => {
    const newer = ['Asia/Kolkata', 'Europe/Kyiv', 'America/Nuuk', 'America/Argentina/Buenos_Aires', 'Etc/GMT+12']
    for (const timezone of [...Intl.supportedValuesOf('timeZone'), ...newer]) {
      const answer = await world.as(
        'user',
        'GET',
        `${posts}/aggregate${query({ count: '*', group: 'at:day', timezone })}`,
      )
      expect([timezone, answer.status]).toEqual([timezone, 200])
    }
  })
})

describe('an unusual filter is carried out', () => {
  test.each([
    'startsWith(title, slug)',
    'startsWith(lower(title), slug)',
    "endsWith(lower(author.name), 'n')",
    'endsWith(body, contact)',
    'lower(title) = lower(slug)',
    'title in [slug, body]',
    'title ~ slug',
    'distance(place, 1e300, -1e300) >= 0',
    'distance(place, 127.5, -166.6) >= 0',
    'distance(place, score, total) > views',
    'day + 99999999d > @now',
    'at - 99999999d < @today',
    'created + 9007199254740991d > @now',
    `total + ${'9'.repeat(60)} > score`,
    'score + 1e300 > 1e300',
    "search('& | ! ( <-> :*', title)",
    "search('', body)",
  ])('%s', async (filter) => {
    const answer = await world.as('user', 'GET', `${posts}${query({ filter })}`)
    if (answer.status !== 200) expectRefusal(answer, invalidExpression, filter)
  })
})
