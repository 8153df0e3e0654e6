import { type Collection, buildModel, completeSchema } from '@plinth/schema'
import { expect, it } from 'vitest'
import { checkIndexes } from '../../src/doctor/check-indexes.ts'
import { checkPermissions } from '../../src/doctor/check-permissions.ts'

const modelOf = (posts: Partial<Collection>) => buildModel(completeSchema({ collections: { posts } }))
const state = { type: 'text', maxLength: 20 }

it.each<[string, Partial<Collection>, readonly string[]]>([
  [
    'a rule that compares a field',
    { fields: { state }, permissions: { anonymous: { read: "state = 'on'" } } },
    ['state'],
  ],
  [
    'one with an index',
    { fields: { state }, indexes: [{ fields: ['-state'] }], permissions: { anonymous: { read: "state = 'on'" } } },
    [],
  ],
  [
    'a relation has its own',
    { fields: { by: { type: 'relation', to: 'users' } }, permissions: { authenticated: { read: 'by = @user.id' } } },
    [],
  ],
  ['what is negated', { fields: { state }, permissions: { anonymous: { read: "!(state = 'on')" } } }, []],
  ['one of two values', { fields: { on: { type: 'boolean' } }, permissions: { anonymous: { read: 'on = true' } } }, []],
  [
    'each part of a rule',
    { fields: { state, day: { type: 'date' } }, permissions: { anonymous: { read: "state = 'on' && day > @today" } } },
    ['state', 'day'],
  ],
  ['a choice', { fields: { kind: { type: 'select', options: ['a', 'b'] } } }, ['kind']],
])('indexes that are missed: %s', (_, posts, fields) => {
  expect(checkIndexes(modelOf(posts)).map(({ message }) => /with "(\w+)"/.exec(message)?.[1])).toEqual(fields)
})

it('a field that cannot have an index comes with the reason, and no command', () => {
  const posts = { fields: { state: { type: 'text' } }, permissions: { anonymous: { read: "state = 'on'" } } }
  expect(checkIndexes(modelOf(posts))).toMatchObject([
    { mend: null, message: expect.stringContaining('set maxLength') },
  ])
})

it.each<[string, Partial<Collection>, readonly string[]]>([
  [
    'writes of anybody',
    { permissions: { anonymous: { create: true, update: true, delete: true } } },
    ['advice', 'warning', 'warning'],
  ],
  ['writes by a rule', { fields: { state }, permissions: { anonymous: { update: "state = 'on'" } } }, []],
  ['an account may create', { permissions: { authenticated: { create: true } } }, []],
  ['an account may delete all', { permissions: { authenticated: { delete: true } } }, ['warning']],
  ['a secret that is shown', { fields: { api_key: state }, permissions: { anonymous: { read: true } } }, ['warning']],
  [
    'a secret that is not',
    { fields: { api_key: state }, permissions: { anonymous: { read: true, hide: ['api_key'] } } },
    [],
  ],
  [
    'a name that only sounds like one',
    { fields: { pinned: state, tokens_used: state }, permissions: { anonymous: { read: true } } },
    [],
  ],
])('permissions that look too open: %s', (_, posts, levels) => {
  expect(checkPermissions(modelOf(posts)).map(({ level }) => level)).toEqual(levels)
})
