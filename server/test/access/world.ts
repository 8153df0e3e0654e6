import type { Collection, Field, Permission } from '@plinth/schema'
import type { Actor } from '../../src/access/actor.ts'
import { admin, apiKey, type Fixture, guest, recordsFixture, user } from '../records/fixture.ts'

/**
 * Collections under rules of every kind, each with records that some actors see and others do not. Every visible thing
 * is a marker: a text or a number that stands nowhere else, so that an answer that contains it has disclosed it.
 *
 * `links` may be read and written by everybody, and leads to each record in every way a relation can.
 */
export interface World extends Fixture {
  readonly actors: Readonly<Record<ActorName, Actor>>
}

export type ActorName = 'guest' | 'ann' | 'bob' | 'editor' | 'chief' | 'both' | 'auditor' | 'bareKey' | 'admin'

/** What a world lacks where the things hidden from one actor really do not exist. */
export interface Lacking {
  readonly collections: readonly string[]
  /** Fields of every collection. */
  readonly fields: readonly string[]
  readonly records: readonly string[]
}

const everything: Lacking = { collections: [], fields: [], records: [] }

const records: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  users: {
    ann: { email: 'ann@example.org', public: false, team: 'red' },
    bob: { email: 'bob@example.org', public: true, team: 'blue' },
    eve: { email: 'eve@example.org', public: false, team: 'red' },
  },
  open: { openOne: {} },
  closed: { closedOne: {} },
  own: { annsOwn: { owner: 'ann' }, bobsOwn: { owner: 'bob' }, nobodysOwn: {} },
  teamed: { redTeam: { owner: 'eve' }, blueTeam: { owner: 'bob' } },
  tree: { root: { public: true }, leaf: { parent: 'root', public: false }, deepLeaf: { parent: 'leaf' } },
  united: { kindA: { kind: 'a' }, kindB: { kind: 'b' }, kindC: { kind: 'c' } },
  shown: { annsShown: { owner: 'ann' }, bobsShown: { owner: 'bob' } },
}

const collectionNames: readonly string[] = Object.keys(records)

/** The same in each world, so that answers can be compared. */
export const idOf = (name: string): string => {
  const names = Object.values(records).flatMap((each) => Object.keys(each))
  return `0190a000-0000-7000-8000-${String(names.indexOf(name) + 1).padStart(12, '0')}`
}
export const linkOf = (name: string): string => idOf(name).replace('0190a000', '0190b000')

const numbers = (record: string) => 7_000_001 + Number(idOf(record).slice(-4)) * 1_000
/** The marker that a field of a record holds. */
export const markerOf = (record: string, field: string): string | number =>
  field === 'amount' ? numbers(record) : `${record} has ${field}`

const text: Field = { type: 'text' }
const markers: Readonly<Record<string, Field>> = { note: text, secret: text, amount: { type: 'integer' } }
const toUsers: Field = { type: 'relation', to: 'users' }

const rules: Readonly<
  Record<string, { fields: Readonly<Record<string, Field>>; permissions: Record<string, Permission> }>
> = {
  users: {
    fields: { public: { type: 'boolean' }, team: { type: 'text' } },
    permissions: {
      anonymous: { read: 'public = true', hide: ['email', 'roles', 'secret'] },
      authenticated: { read: 'id = @user.id', hide: ['secret'] },
    },
  },
  open: { fields: {}, permissions: { anonymous: { read: true, hide: ['secret'] } } },
  closed: { fields: {}, permissions: { anonymous: { read: false } } },
  own: {
    fields: { owner: toUsers },
    permissions: { authenticated: { read: 'owner = @user.id', hide: ['secret'] }, auditor: { read: true } },
  },
  teamed: {
    fields: { owner: toUsers },
    permissions: { authenticated: { read: 'owner.team = @user.team', hide: ['secret'] } },
  },
  tree: {
    fields: { parent: { type: 'relation', to: 'tree' }, public: { type: 'boolean' } },
    permissions: { anonymous: { read: 'public = true || parent.public = true', hide: ['secret'] } },
  },
  united: {
    fields: { kind: { type: 'text' } },
    permissions: {
      reader_a: { read: "kind = 'a'", hide: ['secret'] },
      reader_b: { read: "kind = 'b'", hide: ['note'] },
      editor: { read: "kind = 'c'", hide: ['secret'] },
    },
  },
  shown: {
    fields: { owner: toUsers },
    permissions: {
      anonymous: { read: true, hide: ['note', 'secret', 'amount', 'owner'] },
      authenticated: {
        read: true,
        hide: ['secret'],
        readIf: { note: 'owner = @user.id', amount: 'owner.team = @user.team' },
      },
      auditor: { read: true, readIf: { note: 'owner != null' } },
    },
  },
}

function collectionOf(name: string, lacking: Lacking): Collection {
  const { fields, permissions } = rules[name] ?? { fields: {}, permissions: {} }
  const isLeft = (field: string) => !lacking.fields.includes(field)
  return {
    kind: 'table',
    fields: Object.fromEntries(Object.entries({ ...markers, ...fields }).filter(([field]) => isLeft(field))),
    permissions: Object.fromEntries(
      Object.entries(permissions).map(([role, permission]) => [
        role,
        { ...permission, ...(permission.hide && { hide: permission.hide.filter(isLeft) }) },
      ]),
    ),
  }
}

/** A relation to what may not be read is a bare id, so that is what stands here where there is nothing to lead to. */
function links(lacking: Lacking): Collection {
  const fields = collectionNames.flatMap((to): [string, Field][] =>
    lacking.collections.includes(to)
      ? [
          [`one_${to}`, { type: 'uuid' }],
          [`only_${to}`, { type: 'uuid', unique: true }],
        ]
      : [
          [`one_${to}`, { type: 'relation', to, inverse: 'links' }],
          [`many_${to}`, { type: 'relation', to, many: true, inverse: 'many_links' }],
          [`only_${to}`, { type: 'relation', to, unique: true, inverse: 'only_link' }],
        ],
  )
  const all: Permission = { read: true, create: true, update: true, delete: true }
  return {
    kind: 'table',
    fields: { label: text, ...Object.fromEntries(fields) },
    permissions: { anonymous: all, auditor: all },
  }
}

export async function openWorld(lacking: Lacking = everything): Promise<World> {
  const names = collectionNames.filter((name) => !lacking.collections.includes(name))
  const world = await recordsFixture({
    roles: {
      editor: { inherits: ['authenticated'] },
      chief: { inherits: ['editor'] },
      reader_a: {},
      reader_b: {},
      auditor: {},
    },
    collections: {
      ...Object.fromEntries(names.map((name) => [name, collectionOf(name, lacking)])),
      links: links(lacking),
    },
  })
  for (const collection of collectionNames) await seed(world, collection, lacking)
  return {
    ...world,
    actors: {
      guest,
      ann: user(idOf('ann')),
      bob: user(idOf('bob')),
      editor: user(idOf('ann'), 'editor'),
      chief: user(idOf('ann'), 'chief'),
      both: user(idOf('ann'), 'reader_a', 'reader_b'),
      auditor: apiKey('auditor'),
      bareKey: apiKey(),
      admin,
    },
  }
}

async function seed(world: Fixture, collection: string, lacking: Lacking): Promise<void> {
  const marked = Object.keys(markers).filter((field) => !lacking.fields.includes(field))
  const exists = !lacking.collections.includes(collection)
  for (const [name, values] of Object.entries(records[collection] ?? {})) {
    const id = idOf(name)
    const isThere = exists && !lacking.records.includes(name)
    if (isThere) {
      const own = Object.entries(values).map(([field, value]) => [field, resolved(field, value, lacking)] as const)
      const marks = marked.map((field) => [field, markerOf(name, field)] as const)
      await world.create(collection, { id, ...Object.fromEntries([...own, ...marks]) })
    }
    const one = isThere || !exists ? { [`one_${collection}`]: id, [`only_${collection}`]: id } : {}
    const many = isThere ? { [`many_${collection}`]: [id] } : {}
    await world.create('links', { id: linkOf(name), label: 'a link', ...one, ...many })
  }
}

function resolved(field: string, value: unknown, lacking: Lacking): unknown {
  if ((field !== 'owner' && field !== 'parent') || typeof value !== 'string') return value
  return lacking.records.includes(value) ? null : idOf(value)
}
