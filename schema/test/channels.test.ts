import { describe, expect, it } from 'vitest'
import { diffSchemas } from '../src/diff/diff-schemas.ts'
import { checkDocument } from '../src/document/check-document.ts'
import type { Fault } from '../src/errors/problem.ts'
import { Problem } from '../src/errors/problem.ts'
import { buildModel } from '../src/model/build-model.ts'
import { matchChannel } from '../src/model/match-channel.ts'
import type { Model } from '../src/model/model.ts'

const collections = {
  rooms: {
    fields: {
      name: { type: 'text' },
      open: { type: 'boolean' },
      owner: { type: 'relation', to: 'users' },
      members: { type: 'relation', to: 'users', many: true, inverse: 'rooms' },
    },
  },
}

function modelOf(channels: object): Model {
  const { document, faults } = checkDocument({ collections, channels })
  if (document === undefined) throw new Error(JSON.stringify(faults))
  return buildModel(document)
}

function faultsOf(channels: unknown): readonly Fault[] {
  const { document, faults } = checkDocument({ collections, channels })
  if (document === undefined) return faults
  try {
    buildModel(document)
  } catch (error) {
    if (error instanceof Problem) return error.errors
    throw error
  }
  return []
}

/** A channel `room:{id}` whose join rule for everybody is the given one. */
const ruled = (join: unknown, more: object = {}) => ({
  'room:{id}': { records: { id: 'rooms' }, permissions: { anonymous: { join } }, ...more },
})
const join = '/channels/room:{id}/permissions/anonymous/join'

describe('the check of channels', () => {
  it.each([
    ['a list of channels', [], '/channels', 'an object'],
    ['an unknown key', { lobby: { permission: {} } }, '/channels/lobby/permission', 'Did you mean "permissions"?'],
    [
      'an unknown action',
      { lobby: { permissions: { anonymous: { jion: true } } } },
      '/channels/lobby/permissions/anonymous/jion',
      'Did you mean "join"?',
    ],
    [
      'an unknown role',
      { lobby: { permissions: { authentictaed: { join: true } } } },
      '/channels/lobby/permissions/authentictaed',
      'Did you mean "authenticated"?',
    ],
    [
      'permissions of admins',
      { lobby: { permissions: { admin: { join: true } } } },
      '/channels/lobby/permissions/admin',
      'may do everything',
    ],
    ['too many messages to keep', { lobby: { replay: 101 } }, '/channels/lobby/replay', 'at most 100'],
    ['a star', { 'room:*': {} }, '/channels/room:*', '{id} instead of *'],
    ['an empty name', { '': {} }, '/channels/', 'pieces of letters'],
    ['an empty piece', { 'a::b': {} }, '/channels/a::b', 'pieces of letters'],
    ['a separator at the end', { 'a/': {} }, '/channels/a~1', 'pieces of letters'],
    ['a separator at the start', { ':a': {} }, '/channels/:a', 'starts with a name'],
    ['a parameter within a text', { 'room-{id}': {} }, '/channels/room-{id}', 'pieces of letters'],
    ['a parameter with a bad name', { 'room:{Id}': {} }, '/channels/room:{Id}', 'try "id"'],
    ['a parameter twice', { '{a}/{a}': {} }, '/channels/{a}~1{a}', 'twice'],
    [
      'two patterns for the same names',
      { 'r:{a}': {}, 'r:{b}': {} },
      '/channels/r:{b}',
      '"r:{a}" fits the same channels',
    ],
    ['a pattern without end', { ['a'.repeat(201)]: {} }, `/channels/${'a'.repeat(201)}`, '200 characters'],
    [
      'a record for no parameter',
      { 'r:{room}': { records: { rom: 'rooms' } } },
      '/channels/r:{room}/records/rom',
      'Did you mean "room"?',
    ],
    [
      'an unknown collection',
      { 'r:{room}': { records: { room: 'roms' } } },
      '/channels/r:{room}/records/room',
      'Did you mean "rooms"?',
    ],
    [
      'a rule about a record',
      ruled('open'),
      join,
      'At character 1: there is no record here, so there are no fields; use @channel, @user',
    ],
    [
      'an unknown parameter',
      ruled('@channel.rom = @user.id'),
      join,
      'At character 10: this channel has no parameter `rom`.',
    ],
    ['a misspelled root', ruled('@chanel.id = @user.id'), join, 'did you mean `@channel`?'],
    [
      'an unknown field behind a parameter',
      ruled('@channel.id.opne'),
      join,
      'unknown field `opne`, did you mean `open`?',
    ],
    ['the channel as a whole', ruled('@channel = 1'), join, 'say which parameter'],
    ['the record before', ruled('@old.open'), join, 'update rules only'],
    [
      'a text with an id',
      { 'r:{id}': { permissions: { anonymous: { join: '@channel.id = @user.id' } } } },
      '/channels/r:{id}/permissions/anonymous/join',
      'cannot compare',
    ],
    [
      'a way behind a text',
      { 'r:{id}': { permissions: { anonymous: { join: '@channel.id.open' } } } },
      '/channels/r:{id}/permissions/anonymous/join',
      'nothing can follow it',
    ],
  ])('refuses %s', (_, channels, path, message) => {
    expect(faultsOf(channels)).toContainEqual(
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    )
  })

  it('refuses @channel where there is none', () => {
    const rule = { collections: { posts: { permissions: { anonymous: { read: '@channel.id = 1' } } } } }
    const { document } = checkDocument(rule)
    expect(() => document && buildModel(document)).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ message: expect.stringContaining('rules of channels only') })],
      }),
    )
  })

  it('refuses more than a hundred patterns', () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`c${i}`, {}]))
    expect(faultsOf(many)).toContainEqual(expect.objectContaining({ path: '/channels', code: 'tooMany' }))
  })

  it.each([
    ['@channel.id.owner = @user.id'],
    ['@channel.id.open && @user.id != null'],
    ['@user.id in @channel.id.members'],
    ["any(@channel.id.members, email = @user.email) || 'editor' in @user.roles"],
    ['@channel.id in @user.rooms'],
    ["@channel.id = '00000000-0000-0000-0000-000000000001'"],
  ])('takes the rule %s', (rule) => {
    expect(faultsOf(ruled(rule))).toEqual([])
  })

  it('takes names from JSON that are words of JavaScript', () => {
    const channels: unknown = JSON.parse('{ "__proto__": {}, "constructor:{constructor}": { "records": {} } }')
    expect(faultsOf(channels)).toEqual([])
    const { document } = checkDocument({ channels })
    expect(document && [...buildModel(document).channels.keys()]).toEqual(['__proto__', 'constructor:{constructor}'])
  })
})

describe('the channel of a name', () => {
  const model = modelOf({
    lobby: {},
    'room:{id}': {},
    'room:main': {},
    'docs/{doc}/cursors': {},
    'docs/{doc}/{kind}': {},
    '{a}/x/cursors': {},
  })

  it.each([
    ['lobby', 'lobby', {}],
    ['room:1', 'room:{id}', { id: '1' }],
    ['room:main', 'room:main', {}],
    ['room:ä b', 'room:{id}', { id: 'ä b' }],
    ['room:{id}', 'room:{id}', { id: '{id}' }],
    ["room:' or true", 'room:{id}', { id: "' or true" }],
    ['room:__proto__', 'room:{id}', { id: '__proto__' }],
    ['docs/7/cursors', 'docs/{doc}/cursors', { doc: '7' }],
    ['docs/7/other', 'docs/{doc}/{kind}', { doc: '7', kind: 'other' }],
    ['docs/x/cursors', 'docs/{doc}/cursors', { doc: 'x' }],
    ['other/x/cursors', '{a}/x/cursors', { a: 'other' }],
  ])('%s is one of %s', (name, pattern, parameters) => {
    const found = matchChannel(model, name)
    expect(found?.channel.pattern).toBe(pattern)
    expect(Object.fromEntries(found?.parameters ?? [])).toEqual(parameters)
  })

  it.each([
    [''],
    ['Lobby'],
    ['lobby/'],
    ['room'],
    ['room:'],
    ['room::1'],
    [':1'],
    ['room/1'],
    ['room:1:2'],
    ['room:1\n'],
    ['room:\0'],
    ['room:\u202e1'],
    ['room:\ud800'],
    [`room:${'1'.repeat(255)}`],
    ['docs//cursors'],
  ])('%j is none', (name) => {
    expect(matchChannel(model, name)).toBeNull()
  })
})

it('a change of channels is one step that touches no table', () => {
  const changes = diffSchemas(modelOf({ lobby: {} }), modelOf({ lobby: { replay: 5 } }), [])
  expect(changes.map(({ id }) => id)).toEqual(['changeChannels'])
  expect(diffSchemas(modelOf({ lobby: {} }), modelOf({ lobby: {} }), [])).toEqual([])
})
