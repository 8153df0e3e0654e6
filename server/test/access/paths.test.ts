import { Problem } from '@plinth/schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guest, problemOf, said } from '../records/fixture.ts'
import { numberPaths, type Probe, type ReadPath, readPaths } from './read-paths.ts'
import { type ActorName, idOf, linkOf, markerOf, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

type Case = readonly [actor: ActorName, collection: string, record: string, field: string, seen: 'visible' | 'hidden']

// One table: what each actor sees. It is the same by whatever path the actor comes.
const cases: readonly Case[] = [
  // true, and a field hidden from all but admins
  ['guest', 'open', 'openOne', 'note', 'visible'],
  ['guest', 'open', 'openOne', 'amount', 'visible'],
  ['guest', 'open', 'openOne', 'secret', 'hidden'],
  ['ann', 'open', 'openOne', 'note', 'visible'],
  ['ann', 'open', 'openOne', 'secret', 'hidden'],
  ['chief', 'open', 'openOne', 'secret', 'hidden'],
  ['admin', 'open', 'openOne', 'secret', 'visible'],
  ['auditor', 'open', 'openOne', 'note', 'hidden'],
  ['bareKey', 'open', 'openOne', 'note', 'hidden'],
  // false
  ['guest', 'closed', 'closedOne', 'note', 'hidden'],
  ['ann', 'closed', 'closedOne', 'note', 'hidden'],
  ['auditor', 'closed', 'closedOne', 'amount', 'hidden'],
  ['admin', 'closed', 'closedOne', 'note', 'visible'],
  // a rule within the record that asks for the user
  ['guest', 'own', 'annsOwn', 'note', 'hidden'],
  ['guest', 'own', 'nobodysOwn', 'note', 'hidden'],
  ['ann', 'own', 'annsOwn', 'note', 'visible'],
  ['ann', 'own', 'annsOwn', 'amount', 'visible'],
  ['ann', 'own', 'annsOwn', 'secret', 'hidden'],
  ['ann', 'own', 'bobsOwn', 'note', 'hidden'],
  ['ann', 'own', 'nobodysOwn', 'note', 'hidden'],
  ['bob', 'own', 'bobsOwn', 'note', 'visible'],
  ['editor', 'own', 'annsOwn', 'note', 'visible'],
  ['chief', 'own', 'annsOwn', 'note', 'visible'],
  ['chief', 'own', 'bobsOwn', 'note', 'hidden'],
  ['auditor', 'own', 'bobsOwn', 'secret', 'visible'],
  ['auditor', 'own', 'nobodysOwn', 'amount', 'visible'],
  ['bareKey', 'own', 'annsOwn', 'note', 'hidden'],
  // a rule through a relation, with a field of the user
  ['guest', 'teamed', 'redTeam', 'note', 'hidden'],
  ['ann', 'teamed', 'redTeam', 'note', 'visible'],
  ['ann', 'teamed', 'redTeam', 'secret', 'hidden'],
  ['ann', 'teamed', 'blueTeam', 'note', 'hidden'],
  ['bob', 'teamed', 'blueTeam', 'amount', 'visible'],
  ['auditor', 'teamed', 'redTeam', 'note', 'hidden'],
  ['admin', 'teamed', 'blueTeam', 'secret', 'visible'],
  // a rule on a relation to the collection itself
  ['guest', 'tree', 'root', 'note', 'visible'],
  ['guest', 'tree', 'leaf', 'note', 'visible'],
  ['guest', 'tree', 'leaf', 'secret', 'hidden'],
  ['guest', 'tree', 'deepLeaf', 'note', 'hidden'],
  ['ann', 'tree', 'deepLeaf', 'amount', 'hidden'],
  // two roles united: each record shows what the role shows that grants it
  ['ann', 'united', 'kindA', 'note', 'hidden'],
  ['both', 'united', 'kindA', 'note', 'visible'],
  ['both', 'united', 'kindA', 'secret', 'hidden'],
  ['both', 'united', 'kindB', 'secret', 'visible'],
  ['both', 'united', 'kindB', 'note', 'hidden'],
  ['both', 'united', 'kindB', 'amount', 'visible'],
  ['both', 'united', 'kindC', 'note', 'hidden'],
  // an inherited role
  ['editor', 'united', 'kindC', 'note', 'visible'],
  ['chief', 'united', 'kindC', 'note', 'visible'],
  ['chief', 'united', 'kindC', 'secret', 'hidden'],
  ['chief', 'united', 'kindA', 'note', 'hidden'],
  // fields shown on some records only
  ['guest', 'shown', 'annsShown', 'note', 'hidden'],
  ['guest', 'shown', 'annsShown', 'amount', 'hidden'],
  ['ann', 'shown', 'annsShown', 'note', 'visible'],
  ['ann', 'shown', 'bobsShown', 'note', 'hidden'],
  ['ann', 'shown', 'annsShown', 'amount', 'visible'],
  ['ann', 'shown', 'bobsShown', 'amount', 'hidden'],
  ['bob', 'shown', 'bobsShown', 'note', 'visible'],
  ['auditor', 'shown', 'bobsShown', 'note', 'visible'],
  ['auditor', 'shown', 'bobsShown', 'secret', 'visible'],
  // users themselves
  ['guest', 'users', 'bob', 'note', 'visible'],
  ['guest', 'users', 'bob', 'secret', 'hidden'],
  ['guest', 'users', 'ann', 'note', 'hidden'],
  ['ann', 'users', 'ann', 'note', 'visible'],
  ['ann', 'users', 'ann', 'secret', 'hidden'],
  ['ann', 'users', 'bob', 'amount', 'visible'],
  ['ann', 'users', 'eve', 'note', 'hidden'],
  ['bareKey', 'users', 'bob', 'note', 'hidden'],
  ['admin', 'users', 'eve', 'secret', 'visible'],
]

/** All that the caller gets to know: the answer, or everything a problem says. */
interface Outcome {
  readonly text: string
  readonly refused: boolean
}

async function ask(path: ReadPath, probe: Probe): Promise<Outcome> {
  try {
    return { text: await path.ask(probe), refused: false }
  } catch (error) {
    if (!(error instanceof Problem)) throw new Error(`${path.name} failed: ${String(error)}`, { cause: error })
    if (error.status >= 500) throw new Error(`${path.name} failed: ${error.message}`, { cause: error })
    return { text: JSON.stringify(said(error)), refused: true }
  }
}

describe.each(cases)('for %s, of %s %s the field %s is %s', (actor, collection, record, field, seen) => {
  const paths = field === 'amount' ? [...readPaths, ...numberPaths] : readPaths
  it('by every path', async () => {
    const probe = { world, actor: world.actors[actor], collection, record, field }
    // Keys without roles and keys whose roles cannot read `links` have no way through it.
    const usable = actor === 'bareKey' ? paths.filter((path) => !path.name.includes('link')) : paths
    const disclosing: string[] = []
    for (const path of usable) {
      const { text, refused } = await ask(path, probe)
      const marker = markerOf(record, field)
      if (!refused && path.discloses(text, marker)) disclosing.push(path.name)
      // What is asked for comes back in no refusal either.
      if (refused && text.includes(JSON.stringify(marker))) disclosing.push(`${path.name} (its problem)`)
    }
    expect(disclosing).toEqual(seen === 'visible' ? usable.map((path) => path.name) : [])
  })
})

it('a filter that asks about the user sees no more of the user than a list of users shows', async () => {
  const matches = async (field: string, actor: ActorName) =>
    (await world.list('links', { filter: `@user.${field} = '${markerOf('ann', field)}'` }, world.actors[actor])).items
      .length > 0
  expect(await matches('note', 'ann')).toBe(true)
  expect(await matches('note', 'bob')).toBe(false)
  for (const actor of ['ann', 'editor', 'guest', 'auditor'] as const) {
    expect(await problemOf(matches('secret', actor))).toMatchObject({ code: 'invalidExpression' })
  }
})

it('a hidden record is in no list of ids, in no count and a member of nothing', async () => {
  const [leaf, deepLeaf] = [linkOf('leaf'), linkOf('deepLeaf')]
  const ids = async (actor: ActorName) =>
    (
      await world.list(
        'links',
        { filter: `id in ['${leaf}', '${deepLeaf}']`, select: 'many_tree', sort: 'id' },
        world.actors[actor],
      )
    ).items
  const matching = async (filter: string, actor: ActorName) =>
    (await world.list('links', { filter, select: 'id', sort: 'id' }, world.actors[actor])).items.map(
      (item) => item['id'],
    )
  expect(await ids('admin')).toEqual([{ many_tree: [idOf('leaf')] }, { many_tree: [idOf('deepLeaf')] }])
  expect(await ids('guest')).toEqual([{ many_tree: [idOf('leaf')] }, { many_tree: [] }])
  expect(await matching(`'${idOf('deepLeaf')}' in many_tree`, 'admin')).toEqual([deepLeaf])
  expect(await matching(`'${idOf('deepLeaf')}' in many_tree`, 'guest')).toEqual([])
  expect(await matching(`count(many_tree) = 1 && id = '${deepLeaf}'`, 'guest')).toEqual([])
  expect(await matching(`!all(many_tree, false) && id = '${deepLeaf}'`, 'guest')).toEqual([])
  // What leads to a collection that may not be read at all is not even a field.
  expect(await world.get('links', linkOf('closedOne'), '*', guest)).not.toHaveProperty('many_closed')
})

describe('what is hidden cannot be told from what does not exist', () => {
  // A world in which all that a guest may not see has never been.
  const hidden = {
    collections: ['closed', 'own', 'teamed', 'united'],
    fields: ['secret'],
    records: ['ann', 'eve', 'deepLeaf'],
  }
  let without: World
  beforeAll(async () => {
    without = await openWorld(hidden)
  })
  afterAll(() => without?.close())

  const probes = [
    ...['own', 'closed', 'united', 'teamed'].map((collection) => [collection, 'annsOwn', 'note'] as const),
    ['open', 'openOne', 'secret'],
    ['open', 'openOne', 'note'],
    ['tree', 'deepLeaf', 'note'],
    ['tree', 'leaf', 'secret'],
    ['users', 'ann', 'note'],
    ['users', 'eve', 'amount'],
    ['users', 'bob', 'secret'],
    ['shown', 'annsShown', 'secret'],
  ] as const

  it.each(probes)(
    '%s %s, field %s: each path answers a guest the same in both worlds',
    async (collection, record, field) => {
      const paths = field === 'amount' ? [...readPaths, ...numberPaths] : readPaths
      for (const path of paths) {
        const [here, there] = await Promise.all(
          [world, without].map((each) =>
            ask(path, { world: each, actor: each.actors.guest, collection, record, field }),
          ),
        )
        expect(withoutTimes(here?.text ?? ''), path.name).toEqual(withoutTimes(there?.text ?? ''))
      }
    },
  )
})

const withoutTimes = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.+]*/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-(?!0{8})[0-9a-f]{12}/g, 'ID')
