import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openWorld, type World } from './hostile-world.ts'
import type { CallOptions } from './test-server.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.stop())

type Probe = (name: string) => readonly [method: string, path: string, body?: unknown]

const query = (path: string, parameters: Readonly<Record<string, string>>): readonly ['GET', string] => [
  'GET',
  `/api/records/${path}?${new URLSearchParams(parameters)}`,
]

/** All ways to name a field, or a way from one record to others. */
const probes: Readonly<Record<string, Probe>> = {
  'a filter': (name) => query('posts', { filter: `${name} = 'x'` }),
  'a filter of another type': (name) => query('posts', { filter: `${name} > 1` }),
  'a filter at its end': (name) => query('posts', { filter: `title = 'x' && !(${name} = null)` }),
  'a filter through it': (name) => query('posts', { filter: `${name}.name = 'x'` }),
  'a filter through an author': (name) => query('posts', { filter: `author.posts.${name} = 'x'` }),
  'a filter over it': (name) => query('posts', { filter: `any(${name}, name = 'x')` }),
  'a filter within others': (name) => query('posts', { filter: `any(tags, any(posts, ${name} = 'x'))` }),
  'a filter that counts it': (name) => query('posts', { filter: `count(${name}) > 0` }),
  'a function': (name) => query('posts', { filter: `length(lower(${name})) > 0` }),
  'a sort': (name) => query('posts', { sort: name }),
  'a sort downwards': (name) => query('posts', { sort: `title,-${name}` }),
  'a sort through it': (name) => query('posts', { sort: `${name}.name` }),
  'a select': (name) => query('posts', { select: `id,${name}` }),
  'a select of its records': (name) => query('posts', { select: `${name}(id)` }),
  'a select through tags': (name) => query('posts', { select: `tags(posts(${name}))` }),
  'a filter in a select': (name) => query('posts', { select: `tags(posts(id;filter=${name} = 'x'))` }),
  'a sort in a select': (name) => query('posts', { select: `tags(posts(id;sort=${name}))` }),
  'a select of one record': (name) => query(`posts/${world.post}`, { select: name }),
  'a count': (name) => query('posts/aggregate', { count: name }),
  'a count of different ones': (name) => query('posts/aggregate', { countDistinct: name }),
  'a sum': (name) => query('posts/aggregate', { sum: name }),
  'a maximum': (name) => query('posts/aggregate', { max: `${name}.name` }),
  'a group': (name) => query('posts/aggregate', { count: '*', group: name }),
  'a group by day': (name) => query('posts/aggregate', { count: '*', group: `${name}:day` }),
  'a new record': (name) => ['POST', '/api/records/posts', { title: 'x', [name]: 'y' }],
  'a new record with null': (name) => ['POST', '/api/records/posts', { title: 'x', [name]: null }],
  'new records': (name) => ['POST', '/api/records/posts', [{ title: 'x' }, { title: 'x', [name]: [] }]],
  'a new record and its answer': (name) => ['POST', `/api/records/posts?select=${name}`, { title: 'x' }],
  'an update': (name) => ['PATCH', `/api/records/posts/${world.post}`, { [name]: 'y' }],
  'an addition': (name) => ['PATCH', `/api/records/posts/${world.post}`, { [`${name}+`]: 1 }],
  'a link': (name) => ['PATCH', `/api/records/posts/${world.post}`, { [`+${name}`]: [world.tag] }],
  'an update of many': (name) => ['PATCH', `/api/records/posts?filter=${name}=1`, { title: 'x' }],
  'an update of many to it': (name) => ['PATCH', '/api/records/posts?filter=true', { [name]: 1 }],
  'a replacement': (name) => ['PUT', `/api/records/posts/${world.post}`, { title: 'x', [name]: 'y' }],
  'a deletion of many': (name) => ['DELETE', `/api/records/posts?filter=${name}=1`],
  'a batch': (name) => [
    'POST',
    '/api/batch',
    { operations: [{ method: 'delete', collection: 'posts', filter: `${name} = 1` }] },
  ],
  'a reference in a batch': (name) => [
    'POST',
    '/api/batch',
    {
      operations: [
        { method: 'get', collection: 'posts', id: world.post, as: 'post' },
        { method: 'create', collection: 'posts', body: { title: { $ref: `post.${name}` } } },
      ],
    },
  ],
}

/** Ways that end at what the caller may not read, beside one of the same length that does not exist. */
const through: Readonly<Record<string, Probe>> = {
  'a filter': (name) => query('posts', { filter: `vault.${name} = 'x'` }),
  'a filter from an author': (name) => query('posts', { filter: `author.${name} != null` }),
  'a sort': (name) => query('posts', { sort: `vault.${name}` }),
  'a select': (name) => query('posts', { select: `vault(${name})` }),
  'a select from an author': (name) => query('posts', { select: `author(${name}(id))` }),
  'a maximum': (name) => query('posts/aggregate', { max: `vault.${name}` }),
  'a group': (name) => query('posts/aggregate', { count: '*', group: `vault.${name}` }),
  'a filter of users': (name) => query('users', { filter: `any(${name}, id != null)` }),
  'a select of users': (name) => query('users', { select: `${name}(id)` }),
}

const collections: Readonly<Record<string, Probe>> = {
  'a list': (name) => query(name, {}),
  'a bad filter': (name) => query(name, { filter: ')' }),
  'an aggregate': (name) => query(`${name}/aggregate`, { count: '*' }),
  'a record': (name) => query(`${name}/${world.post}`, {}),
  'what is no record': (name) => query(`${name}/x`, {}),
  'a new record': (name) => ['POST', `/api/records/${name}`, { qqcode: 'x' }],
  'new records': (name) => ['POST', `/api/records/${name}`, []],
  'an update': (name) => ['PATCH', `/api/records/${name}/${world.post}`, { qqcode: 'x' }],
  'an update of many': (name) => ['PATCH', `/api/records/${name}?filter=true`, { qqcode: 'x' }],
  'a replacement': (name) => ['PUT', `/api/records/${name}/${world.post}`, { qqcode: 'x' }],
  'a deletion': (name) => ['DELETE', `/api/records/${name}/${world.post}`],
  'a batch': (name) => ['POST', '/api/batch', { operations: [{ method: 'create', collection: name, body: {} }] }],
}

const callers: readonly Caller[] = ['anonymous', 'user', 'key']

/** Everything of an answer but when it was sent, with the name left out. */
async function said(caller: Caller, probe: Probe, name: string): Promise<string> {
  const [method, path, body] = probe(name)
  const headers: CallOptions['headers'] = { 'X-Request-Id': 'probe' }
  const answer = await world.as(caller, method, path, body === undefined ? { headers } : { headers, body })
  const kept = [...answer.headers].filter(([header]) => header !== 'date')
  return JSON.stringify([answer.status, kept, answer.body]).replaceAll(name, 'NAME')
}

async function expectAlike(probe: Probe, real: string, absent: string): Promise<void> {
  expect(real).toHaveLength(absent.length)
  for (const caller of callers) {
    expect([caller, await said(caller, probe, real)]).toEqual([caller, await said(caller, probe, absent)])
  }
}

const hidden = ['qqhidden', 'qqlinked', 'qqsecret']

describe.each(hidden)('a hidden field cannot be told from one that does not exist (%s)', (name) => {
  test.each(Object.entries(probes))('in %s', (_place, probe) => expectAlike(probe, name, 'qqabsent'))
})

describe('a relation to many that the caller may not read cannot be told from one that does not exist', () => {
  test.each(Object.entries(probes))('in %s', (_place, probe) => expectAlike(probe, 'qqvaulted', 'qqabsente'))
})

describe('what lies behind a relation that the caller may not follow cannot be told from what does not exist', () => {
  test.each(Object.entries(through))('in %s, of a field', (_place, probe) => expectAlike(probe, 'qqcode', 'qqnone'))
  test.each(Object.entries(through))('in %s, of a way back', (_place, probe) =>
    expectAlike(probe, 'qqvaults', 'qqabsent'),
  )
})

describe('a collection that the caller may not read cannot be told from one that does not exist', () => {
  test.each(Object.entries(collections))('in %s', (_place, probe) => expectAlike(probe, 'vaults', 'qqnope'))
})

test('the probes can tell: an admin is answered otherwise', async () => {
  for (const probe of [probes['a filter'], probes['a select'], through['a filter'], collections['a list']]) {
    if (probe === undefined) throw new Error('There is no such probe.')
    const name = probe === through['a filter'] ? 'qqcode' : probe === collections['a list'] ? 'vaults' : 'qqhidden'
    expect(await said('admin', probe, name)).not.toBe(await said('admin', probe, 'q'.repeat(name.length)))
  }
})
