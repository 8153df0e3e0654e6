import { Problem } from '@plinth/schema'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/access/actor.ts'
import { runBatch } from '../../src/records/batch.ts'
import { createRecord, createRecords } from '../../src/records/create-records.ts'
import { deleteRecord, deleteRecords } from '../../src/records/delete-records.ts'
import { replaceRecord } from '../../src/records/replace-record.ts'
import { updateRecord, updateRecords } from '../../src/records/update-records.ts'
import {
  admin,
  apiKey,
  type Fixture,
  guest,
  problemOf,
  recordsFixture,
  said,
  type Schema,
  user,
} from '../records/fixture.ts'
import { imported } from '../records/transfer.ts'

const id = (n: number): string => `0190c000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [ann, bob] = [id(1), id(2)]
const [annsDraft, bobsDraft, bobsPost, missing] = [id(11), id(12), id(13), id(99)]

const schema: Schema = {
  roles: { editor: { inherits: ['authenticated'] }, clerk: {} },
  collections: {
    teams: { kind: 'table', fields: { name: { type: 'text' } }, permissions: { clerk: { read: true } } },
    users: { kind: 'table', fields: { team: { type: 'relation', to: 'teams' } } },
    tickets: {
      kind: 'table',
      fields: { team: { type: 'relation', to: 'teams' } },
      permissions: { authenticated: { read: true, create: true, set: { team: '@user.team' } } },
    },
    posts: {
      kind: 'table',
      fields: {
        title: { type: 'text' },
        status: { type: 'select', options: ['draft', 'published'], default: 'draft' },
        author: { type: 'relation', to: 'users' },
        team: { type: 'relation', to: 'teams' },
        views: { type: 'integer', default: 0, max: 100 },
        stars: { type: 'integer', default: 50, max: 100 },
        memo: { type: 'text' },
        locked: { type: 'text', readonly: true, default: 'as it was' },
        internal: { type: 'text', hidden: true },
      },
      permissions: {
        anonymous: { read: "status = 'published'", hide: ['memo', 'stars'] },
        authenticated: {
          read: "author = @user.id || status = 'published'",
          create: true,
          update: 'author = @user.id',
          delete: "author = @user.id && status = 'draft'",
          set: { author: '@user.id' },
          hide: ['memo'],
          readIf: { stars: 'author = @user.id' },
          writeIf: { status: "'editor' in @user.roles", stars: "title = 'starred'" },
        },
        editor: { update: "status = 'published'", create: true },
        clerk: { create: true },
      },
    },
  },
}

let f: Fixture
beforeEach(async () => {
  f ??= await recordsFixture(schema)
  await f.database.run({
    text: 'truncate public.posts, public.tickets, public.users, public.teams cascade',
    values: [],
  })
  for (const [each, email] of [
    [ann, 'ann@example.org'],
    [bob, 'bob@example.org'],
  ])
    await f.create('users', { id: each, email })
  await f.create('teams', { id: id(21), name: 'one' })
  await f.create('posts', { id: annsDraft, author: ann, title: 'a', memo: 'm' })
  await f.create('posts', { id: bobsDraft, author: bob, title: 'b', memo: 'm', team: id(21) })
  await f.create('posts', { id: bobsPost, author: bob, title: 'b', status: 'published', memo: 'm' })
})
afterAll(() => f?.close())

const actors = {
  guest,
  ann: user(ann),
  bob: user(bob),
  editor: user(ann, 'editor'),
  clerk: apiKey('clerk'),
  bareKey: apiKey(),
  admin,
}
type Verdict = 'allowed' | 'forbidden' | 'recordNotFound' | 'collectionNotFound' | 'invalidBody'

async function verdictOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'allowed'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

/** What a failed import says of its first row, as if that had been refused by itself. */
async function rowVerdict(work: Promise<unknown>): Promise<unknown> {
  const problem = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(problem instanceof Problem)) return problem
  const code = problem.errors[0]?.code ?? problem.code
  const isRow = problem.code === 'importFailed' && ['forbidden', 'notUnique'].includes(code)
  const shown = isRow ? code : problem.code === 'importFailed' ? 'invalidBody' : problem.code
  throw new Problem(problem.status, shown, problem.message)
}

const csvOf = (body: Readonly<Record<string, unknown>>): string =>
  `${Object.keys(body).join(',')}\n${Object.values(body)
    .map((value) => (value === null ? '' : String(value)))
    .join(',')}\n`

describe('an update', () => {
  type Case = readonly [
    actor: keyof typeof actors,
    record: string,
    body: Record<string, unknown>,
    verdict: Verdict,
    because: string,
  ]
  const cases: readonly Case[] = [
    ['ann', annsDraft, { title: 'x' }, 'allowed', 'the rule holds'],
    ['ann', bobsDraft, { title: 'x' }, 'recordNotFound', 'what one may not read is not there'],
    ['ann', missing, { title: 'x' }, 'recordNotFound', 'it is not there'],
    ['ann', bobsPost, { title: 'x' }, 'forbidden', 'the rule does not hold for what one may read'],
    ['ann', bobsPost, { author: ann }, 'forbidden', 'nobody takes a record over'],
    ['ann', annsDraft, { author: bob }, 'invalidBody', 'one cannot point to a user whom one may not read'],
    ['ann', annsDraft, { status: 'published' }, 'forbidden', 'writeIf does not hold'],
    ['ann', annsDraft, { status: 'draft' }, 'allowed', 'writeIf is about changes'],
    ['ann', annsDraft, { stars: 1, title: 'starred' }, 'forbidden', 'writeIf must hold for the old record, too'],
    ['ann', annsDraft, { memo: 'x' }, 'invalidBody', 'a hidden field does not exist'],
    ['ann', annsDraft, { nothing: 'x' }, 'invalidBody', 'nor does one that was never there'],
    ['ann', annsDraft, { locked: 'x' }, 'invalidBody', 'a readonly field is not for callers'],
    ['ann', annsDraft, { internal: 'x' }, 'invalidBody', 'a field hidden from all but admins does not exist'],
    ['ann', annsDraft, { created: '2026-01-01T00:00:00Z' }, 'invalidBody', 'times of creation are the server’s'],
    ['ann', annsDraft, { team: id(21) }, 'invalidBody', 'one cannot point to what one may not read'],
    ['ann', annsDraft, { team: missing }, 'invalidBody', 'nor to what is not there'],
    ['editor', bobsPost, { title: 'x' }, 'allowed', 'another role allows it'],
    ['editor', bobsPost, { status: 'draft' }, 'forbidden', 'the rule must hold for the new record, too'],
    ['editor', annsDraft, { status: 'published' }, 'allowed', 'writeIf asks for the role'],
    ['guest', bobsPost, { title: 'x' }, 'forbidden', 'no role allows updates'],
    ['guest', annsDraft, { title: 'x' }, 'forbidden', 'that does not depend on the record'],
    ['clerk', annsDraft, { title: 'x' }, 'forbidden', 'no role allows updates'],
    ['bareKey', annsDraft, { title: 'x' }, 'collectionNotFound', 'who may do nothing sees no collection'],
    ['admin', bobsDraft, { memo: 'x', locked: 'y', internal: 'z', author: ann }, 'allowed', 'admins pass every rule'],
  ]

  it.each(cases)('by %s of %s with %j is %s, since %s', async (actor, record, body, verdict) => {
    const as = () => f.as(actors[actor])
    const before = await f.list('posts')
    const refused = verdict !== 'allowed'
    expect(await verdictOf(updateRecord(as(), 'posts', record, body, {}))).toBe(verdict)
    if (refused) expect(await f.list('posts')).toEqual(before)
    const inBatch = { operations: [{ method: 'update', collection: 'posts', id: record, body }] }
    expect(await verdictOf(runBatch(as(), inBatch))).toBe(verdict)
    if (refused) expect(await f.list('posts')).toEqual(before)
    // Many at once: what one may not read does not match.
    const many = verdictOf(updateRecords(as(), 'posts', `id = '${record}'`, body))
    const manyVerdict =
      verdict === 'recordNotFound'
        ? 'allowed'
        : verdict === 'invalidBody' && ('team' in body || 'author' in body)
          ? 'forbidden'
          : verdict
    expect([manyVerdict, verdict]).toContain(await many)
    if (refused) expect(await f.list('posts')).toEqual(before)
    // By an import, a record that one does not see is a new one, with an id that is taken.
    const row = JSON.stringify({ id: record, ...body })
    const read = imported(as(), 'posts', `${row}\n${row}`, { format: 'ndjson', onConflict: 'update' })
    if (record === missing) return void (await verdictOf(read))
    const byImport: Record<string, string> = { recordNotFound: 'notUnique' }
    // Times in a file are left out; and nothing is a key for who sees nothing.
    const other = 'created' in body ? 'allowed' : actor === 'clerk' ? 'invalidParameter' : byImport[verdict]
    expect(await verdictOf(rowVerdict(read))).toBe(other ?? verdict)
    if (refused) expect(await f.list('posts')).toEqual(before)
  })
})

describe('a creation', () => {
  type Case = readonly [actor: keyof typeof actors, body: Record<string, unknown>, verdict: Verdict, because: string]
  const cases: readonly Case[] = [
    ['ann', { title: 'x' }, 'allowed', 'the preset fills the author in'],
    ['ann', { title: 'x', author: ann }, 'allowed', 'it is what the preset says'],
    [
      'ann',
      { title: 'x', author: bob },
      'invalidBody',
      'the preset insists, and one cannot point to whom one may not read',
    ],
    ['ann', { title: 'x', author: missing }, 'invalidBody', 'nor to who does not exist'],
    ['ann', { title: 'x', author: null }, 'allowed', 'the preset fills it in'],
    ['ann', { status: 'draft' }, 'forbidden', 'writeIf does not hold'],
    ['ann', { memo: 'x' }, 'invalidBody', 'a hidden field does not exist'],
    ['ann', { locked: 'x' }, 'invalidBody', 'a readonly field is not for callers'],
    ['ann', { team: id(21) }, 'invalidBody', 'one cannot point to what one may not read'],
    ['editor', { status: 'published' }, 'allowed', 'writeIf asks for the role'],
    ['editor', { author: bob }, 'invalidBody', 'a role without the preset must still see whom it points to'],
    ['editor', { author: missing }, 'invalidBody', 'and is told the same of who does not exist'],
    ['clerk', { title: 'x', team: id(21) }, 'allowed', 'it may read the team'],
    ['guest', { title: 'x' }, 'forbidden', 'no role allows it'],
    ['bareKey', { title: 'x' }, 'collectionNotFound', 'who may do nothing sees no collection'],
  ]

  it.each(cases)('by %s of %j is %s, since %s', async (actor, body, verdict) => {
    const as = () => f.as(actors[actor])
    const count = async () => (await f.list('posts')).items.length
    const ways: readonly (() => Promise<unknown>)[] = [
      () => createRecord(as(), 'posts', body, undefined),
      () => createRecords(as(), 'posts', [body], undefined),
      () => runBatch(as(), { operations: [{ method: 'create', collection: 'posts', body }] }),
      () => rowVerdict(imported(as(), 'posts', JSON.stringify(body), { format: 'ndjson' })),
      () => rowVerdict(imported(as(), 'posts', csvOf(body))),
    ]
    for (const way of ways) {
      const before = await count()
      const got = await verdictOf(way())
      expect(got).toBe(verdict)
      expect(await count()).toBe(before + (verdict === 'allowed' ? 1 : 0))
    }
  })

  it('is filled in with what the caller may not read, but cannot point to anything else there', async () => {
    await f.create('users', { id: id(3), email: 'cid@example.org', team: id(21) })
    const cid = user(id(3))
    for (const body of [{}, { team: null }, { team: id(21) }]) {
      expect(await f.create('tickets', body, cid, 'team')).toEqual({ team: id(21) })
    }
    const other = (await f.create('teams', { name: 'two' }))['id']
    const refusals = await Promise.all(
      [other, missing].map((team) => problemOf(createRecord(f.as(cid), 'tickets', { team }, undefined))),
    )
    expect(new Set(refusals.map((problem) => JSON.stringify(said(problem)))).size).toBe(1)
  })

  it('refused for one of many creates none', async () => {
    const problem = await problemOf(
      createRecords(f.as(actors.ann), 'posts', [{ title: 'x' }, { status: 'published' }], undefined),
    )
    expect(problem.code).toBe('forbidden')
    expect((await f.list('posts')).items).toHaveLength(3)
  })

  it('of many asks rules about a field only of records that give it', async () => {
    const bodies = [{ title: 'starred', stars: 7 }, { title: 'plain' }, { title: 'starred', stars: 8 }]
    const items = JSON.parse(await createRecords(f.as(actors.ann), 'posts', bodies, 'title,stars')).items
    expect(items).toEqual([bodies[0], { title: 'plain', stars: 50 }, bodies[2]])
    const refused = await problemOf(
      createRecords(f.as(actors.ann), 'posts', [...bodies, { title: 'x', stars: 9 }], undefined),
    )
    expect(refused).toMatchObject({ code: 'forbidden' })
  })

  it('answers only the id to who may create but not read', async () => {
    const created = await f.create('posts', { title: 'x' }, actors.clerk)
    expect(Object.keys(created)).toEqual(['id'])
  })
})

describe('a deletion', () => {
  type Case = readonly [actor: keyof typeof actors, record: string, verdict: Verdict]
  const cases: readonly Case[] = [
    ['ann', annsDraft, 'allowed'],
    ['ann', bobsDraft, 'recordNotFound'],
    ['ann', missing, 'recordNotFound'],
    ['ann', bobsPost, 'forbidden'],
    ['bob', bobsPost, 'forbidden'],
    ['guest', bobsPost, 'forbidden'],
    ['bareKey', bobsPost, 'collectionNotFound'],
    ['admin', bobsPost, 'allowed'],
  ]
  it.each(cases)('by %s of %s is %s', async (actor, record, verdict) => {
    const as = () => f.as(actors[actor])
    const inBatch = {
      operations: [
        { method: 'delete', collection: 'posts', id: record },
        { method: 'get', collection: 'posts', id: missing },
      ],
    }
    // The second operation fails, so that the first is undone and can be tried again.
    expect((await problemOf(runBatch(as(), inBatch))).extra['operation']).toBe(verdict === 'allowed' ? 1 : 0)
    expect(await verdictOf(deleteRecord(as(), 'posts', record, null))).toBe(verdict)
    const many = await verdictOf(deleteRecords(as(), 'posts', `id = '${record}'`))
    expect(many).toBe(verdict === 'recordNotFound' ? 'allowed' : verdict)
  })

  it('of many deletes none if one of them may not be deleted', async () => {
    const problem = await problemOf(deleteRecords(f.as(actors.ann), 'posts', 'true'))
    expect(said(problem)).toMatchObject({ code: 'forbidden', extra: { matched: 2, allowed: 1 } })
    expect((await f.list('posts')).items).toHaveLength(3)
  })
})

describe('a field shown on some records only', () => {
  const editorsView = (actor: Actor) => f.list('posts', { filter: `id = '${bobsPost}'`, select: 'title,stars' }, actor)

  it('cannot be written where it is hidden, so it cannot be probed either', async () => {
    const open = await recordsFixture({
      collections: {
        staff: {
          kind: 'table',
          fields: {
            name: { type: 'text' },
            owner: { type: 'relation', to: 'users' },
            salary: { type: 'integer', max: 100 },
          },
          permissions: {
            authenticated: { read: true, update: true, create: true, readIf: { salary: 'owner = @user.id' } },
          },
        },
      },
    })
    try {
      await open.create('users', { id: ann, email: 'ann@example.org' })
      const { id: hidden } = await open.create('staff', { name: 'Bob', salary: 60 })
      const outcomes = await Promise.all(
        [{ salary: 60 }, { salary: 61 }, { 'salary+': 1 }, { 'salary+': 90 }].map((body) =>
          verdictOf(updateRecord(open.as(user(ann)), 'staff', String(hidden), body, {})),
        ),
      )
      // One answer for the right guess and the wrong, for what would fit and what would not.
      expect(outcomes).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden'])
      await replaceRecord(open.as(user(ann)), 'staff', String(hidden), { name: 'Robert' }, {})
      expect(await open.get('staff', String(hidden), 'name,salary')).toEqual({ name: 'Robert', salary: 60 })
    } finally {
      await open.close()
    }
  })

  it('is absent, not null, where it is hidden', async () => {
    expect((await editorsView(actors.ann)).items).toEqual([{ title: 'b' }])
    expect((await editorsView(actors.bob)).items).toEqual([{ title: 'b', stars: 50 }])
  })
})

describe('what a refusal says', () => {
  it('names no field that does not exist for the caller when values must be unique', async () => {
    const short = { type: 'text', maxLength: 50 }
    const unique = await recordsFixture({
      collections: {
        places: {
          kind: 'table',
          fields: { name: short, secret: { ...short, default: 's' }, code: { ...short, unique: true } },
          indexes: [{ fields: ['name', 'secret'], unique: true }],
          permissions: { anonymous: { read: true, create: true, hide: ['secret'] } },
        },
      },
    })
    try {
      await unique.create('places', { name: 'Rome', code: 'R' })
      const hiding = await problemOf(createRecord(unique.as(guest), 'places', { name: 'Rome' }, undefined))
      expect(said(hiding)).toMatchObject({
        code: 'notUnique',
        message: 'Another record in "places" has the same values.',
      })
      const open = await problemOf(createRecord(unique.as(guest), 'places', { name: 'x', code: 'R' }, undefined))
      expect(open.message).toBe('Another record in "places" has the same "code".')
      const asAdmin = await problemOf(createRecord(unique.as(admin), 'places', { name: 'Rome' }, undefined))
      expect(asAdmin.message).toBe('Another record in "places" has the same "name", "secret".')
    } finally {
      await unique.close()
    }
  })

  it('does not ask for a required field that does not exist for the caller', async () => {
    const strict = await recordsFixture({
      collections: {
        files: {
          kind: 'table',
          fields: { name: { type: 'text', required: true }, secret: { type: 'text', required: true } },
          permissions: { anonymous: { read: true, create: true, update: true, hide: ['secret'] } },
        },
      },
    })
    try {
      const refused = await problemOf(createRecord(strict.as(guest), 'files', {}, undefined))
      expect(said(refused)).toMatchObject({ code: 'forbidden', errors: [] })
      await strict.create('files', { id: id(1), name: 'a', secret: 's' })
      await replaceRecord(strict.as(guest), 'files', id(1), { name: 'b' }, {})
      expect(await strict.get('files', id(1), 'name,secret')).toEqual({ name: 'b', secret: 's' })
    } finally {
      await strict.close()
    }
  })

  it('of a missing record is the same as of a hidden one', async () => {
    const words = async (record: string) => {
      const problems = [
        await problemOf(updateRecord(f.as(actors.ann), 'posts', record, { title: 'x' }, {})),
        await problemOf(updateRecord(f.as(actors.ann), 'posts', record, { title: 'x' }, { rev: '1' })),
        await problemOf(deleteRecord(f.as(actors.ann), 'posts', record, null)),
        await problemOf(deleteRecord(f.as(actors.ann), 'posts', record, '1')),
        await problemOf(f.get('posts', record, undefined, actors.ann)),
        await problemOf(replaceRecord(f.as(actors.clerk), 'posts', record, { title: 'x' }, { rev: '1' })),
      ]
      return problems.map((problem) => JSON.stringify(said(problem)).replaceAll(record, 'ID'))
    }
    expect(await words(bobsDraft)).toEqual(await words(missing))
  })

  it('to a replacement by who may update but not create does not tell a missing record from a hidden one', async () => {
    const updating = await recordsFixture({
      collections: {
        notes: {
          kind: 'table',
          fields: { text: { type: 'text' }, open: { type: 'boolean' } },
          permissions: { anonymous: { read: 'open = true', update: true } },
        },
      },
    })
    try {
      await updating.create('notes', { id: id(1), open: false })
      const problems = await Promise.all(
        [id(1), id(2)].map((each) => problemOf(replaceRecord(updating.as(guest), 'notes', each, { text: 'x' }, {}))),
      )
      expect(problems.map(({ code }) => code)).toEqual(['recordNotFound', 'recordNotFound'])
    } finally {
      await updating.close()
    }
  })

  it('names the changed fields that the caller may see, and no others', async () => {
    const { rev } = await f.get('posts', annsDraft, 'rev')
    await updateRecord(f.as(admin), 'posts', annsDraft, { title: 'new', memo: 'new', internal: 'new', stars: 7 }, {})
    const problem = await problemOf(updateRecord(f.as(actors.ann), 'posts', annsDraft, { title: 'x' }, { rev }))
    expect(said(problem)).toMatchObject({ status: 412, code: 'revisionMismatch', extra: { changed: ['title'] } })
  })
})

describe('a filter that asks for the user', () => {
  it('is false where there is none, however it is negated', async () => {
    const filters = [
      'author = @user.id',
      'author != @user.id',
      '!(author = @user.id)',
      '@user.id = null',
      '!(@user.id != null)',
    ]
    for (const filter of filters) expect((await f.list('posts', { filter }, guest)).items, filter).toEqual([])
    expect((await f.list('posts', { filter: 'author != @user.id' }, actors.ann)).items).toHaveLength(1)
  })

  it('means each user by itself, though their plans are shared', async () => {
    const of = async (actor: Actor) =>
      (await f.list('posts', { filter: 'author = @user.id', select: 'id' }, actor)).items.length
    expect([await of(actors.ann), await of(actors.bob), await of(actors.ann)]).toEqual([1, 2, 1])
    expect(await of({ ...actors.bob, roles: ['admin'] })).toBe(2)
    expect(await of(admin)).toBe(0)
  })
})
