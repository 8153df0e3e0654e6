import type { Field, Scope, ValueType } from '@plinth/schema'
import { labels, statuses } from './pools.ts'

const required = { required: true } as const

/** The declared fields of the collection `samples`: two of each kind, one of which may be null. */
export const sampleFields: Readonly<Record<string, Field>> = {
  title: { type: 'text', ...required },
  note: { type: 'text' },
  status: { type: 'select', options: statuses, ...required },
  mood: { type: 'select', options: statuses },
  stock: { type: 'integer', ...required },
  sold: { type: 'integer' },
  price: { type: 'decimal', ...required },
  cost: { type: 'decimal' },
  weight: { type: 'float', ...required },
  height: { type: 'float' },
  active: { type: 'boolean', ...required },
  archived: { type: 'boolean' },
  born: { type: 'date', ...required },
  due: { type: 'date' },
  starts: { type: 'datetime', ...required },
  ends: { type: 'datetime' },
  labels: { type: 'multiselect', options: labels, ...required },
  marks: { type: 'multiselect', options: labels },
  owner: { type: 'relation', to: 'users', ...required },
  editor: { type: 'relation', to: 'users' },
  code: { type: 'uuid', ...required },
  token: { type: 'uuid' },
  place: { type: 'geopoint', ...required },
  home: { type: 'geopoint' },
  extra: { type: 'json' },
}

/** What the collection `users` declares beyond its built-in fields. */
export const sampleUserFields: Readonly<Record<string, Field>> = {
  nickname: { type: 'text' },
  level: { type: 'integer' },
  trusted: { type: 'boolean' },
  joined: { type: 'datetime' },
  circle: { type: 'multiselect', options: labels },
}

/** A scope that knows exactly these fields, as rules of updates have it. */
export const sampleScope: Scope = {
  record: 'samples',
  old: true,
  user: true,
  lookup(collection, name) {
    if (name === 'id') return { type: { kind: 'record', collection } }
    const field = fieldsOf(collection)[name]
    return field && { type: typeOf(field) }
  },
  names: (collection) => ['id', ...Object.keys(fieldsOf(collection))],
}

const fieldsOf = (collection: string): Readonly<Record<string, Field>> =>
  collection === 'samples' ? sampleFields : collection === 'users' ? sampleUserFields : {}

function typeOf({ type }: Field): ValueType {
  if (type === 'select') return { kind: 'choice', options: statuses }
  if (type === 'multiselect') return { kind: 'list', of: { kind: 'choice', options: labels } }
  if (type === 'relation') return { kind: 'record', collection: 'users' }
  if (type === 'uuid') return { kind: 'id' }
  const same = simple.find((kind) => kind === type)
  if (same === undefined) throw new TypeError(`no sample field has the type ${type}`)
  return { kind: same }
}

const simple = ['text', 'integer', 'decimal', 'float', 'boolean', 'date', 'datetime', 'geopoint', 'json'] as const
