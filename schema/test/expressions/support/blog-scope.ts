import type { Scope, ScopeField, ValueType } from '../../../src/index.ts'

const kind = (
  name: 'text' | 'integer' | 'decimal' | 'float' | 'boolean' | 'date' | 'datetime' | 'id' | 'json' | 'geopoint',
): ScopeField => ({
  type: { kind: name },
})
const record = (collection: string): ScopeField => ({ type: { kind: 'record', collection } })
const records = (collection: string): ScopeField => ({ type: { kind: 'records', collection } })
const inverse = (field: ScopeField): ScopeField => ({ ...field, inverse: true })

export const status: ValueType = { kind: 'choice', options: ['draft', 'published'] }
export const labels: ValueType = { kind: 'list', of: { kind: 'choice', options: ['red', 'green'] } }

const collections: Readonly<Record<string, Readonly<Record<string, ScopeField>>>> = {
  posts: {
    id: kind('id'),
    title: kind('text'),
    status: { type: status },
    views: kind('integer'),
    price: kind('decimal'),
    score: kind('float'),
    featured: kind('boolean'),
    day: kind('date'),
    labels: { type: labels },
    meta: kind('json'),
    place: kind('geopoint'),
    code: kind('id'),
    author: record('users'),
    tags: records('tags'),
    comments: inverse(records('comments')),
    summary: inverse(record('summaries')),
    created: kind('datetime'),
  },
  users: { id: kind('id'), name: kind('text'), team: record('teams'), posts: inverse(records('posts')) },
  teams: { id: kind('id'), name: kind('text'), lead: record('users'), members: inverse(records('users')) },
  tags: { id: kind('id'), name: kind('text'), posts: inverse(records('posts')) },
  comments: {
    id: kind('id'),
    body: kind('text'),
    hidden: kind('boolean'),
    author: record('users'),
    post: record('posts'),
  },
  summaries: { id: kind('id'), post: record('posts'), text: kind('text') },
}

/** A small blog; rules of updates see all of it. */
export const blogScope: Scope = {
  record: 'posts',
  old: true,
  user: true,
  lookup: (collection, name) => {
    const fields = collections[collection] ?? {}
    return Object.hasOwn(fields, name) ? fields[name] : undefined
  },
  names: (collection) => Object.keys(collections[collection] ?? {}),
}
