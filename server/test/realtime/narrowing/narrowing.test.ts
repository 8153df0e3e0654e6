import { checkExpression, modelScope } from '@plinth/schema'
import { createSecretKey, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/access/actor.ts'
import type { ChangeCursor } from '../../../src/changes/cursor.ts'
import { currentCursor, readChanges } from '../../../src/changes/reader.ts'
import { waysOfRules } from '../../../src/query/ways.ts'
import type { Connection } from '../../../src/realtime/connection.ts'
import { type Addressed, address } from '../../../src/realtime/subscriptions/address.ts'
import { affectedBy } from '../../../src/realtime/subscriptions/affected.ts'
import { addToCircle, type Audience, type Circle } from '../../../src/realtime/subscriptions/audience.ts'
import type { DeliveryDeps } from '../../../src/realtime/subscriptions/deliver.ts'
import { judgeByDatabase, type Span } from '../../../src/realtime/subscriptions/judge-by-database.ts'
import { type LoggedChange, loggedChange } from '../../../src/realtime/subscriptions/logged-change.ts'
import { planFor, prepare } from '../../../src/realtime/subscriptions/plan-subscription.ts'
import { touchedBy } from '../../../src/realtime/subscriptions/touched.ts'
import { createRandom, type Random } from '../../changes/random.ts'
import { type Fixture, recordsFixture, user } from '../../records/fixture.ts'
import { conditions, roleOf, schema } from './narrowing-schema.ts'
import { firstWrites, idsOf, randomWrite } from './random-writes.ts'
import { named, nameOf, smallWorld } from './small-world.ts'

const seeds = (process.env['NARROWING_SEEDS'] ?? '4').split(',').map(Number)
const rounds = Number(process.env['NARROWING_ROUNDS'] ?? 4)

let fixture: Fixture
let deps: DeliveryDeps
beforeAll(async () => {
  fixture = await recordsFixture(schema)
  const counts = { evaluations: 0, lookups: 0, events: 0, statements: 0, compared: 0, wholes: 0 }
  deps = { records: fixture.deps, key: createSecretKey(randomBytes(32)), counts }
})
afterAll(() => fixture.close())

/** Nobody is sent anything here. */
const connectionOf = (actor: Actor): Connection => ({
  id: 'none',
  actor,
  send: () => true,
  notify: () => {},
  onActorChanged: () => () => {},
  closed: new AbortController().signal,
})

interface Watched {
  readonly name: string
  readonly audience: Audience
  readonly circles: ReadonlyMap<string, Circle>
}

const subscribers = idsOf('users').slice(0, 2)

function watch(collection: string, roles: readonly string[], filter: string | null): Watched {
  const circles = new Map<string, Circle>()
  const prepared = subscribers.map((id) => {
    const actor = user(id, ...roles)
    const access = fixture.deps.plans.access(fixture.catalog.model, actor)
    const wish = { collection, filter, select: null, record: null }
    const each = prepare(fixture.deps.plans, access, actor, wish)
    const plan = planFor(each, { id })
    addToCircle(circles, { id, connection: connectionOf(actor), plan, ended: false })
    return each
  })
  const [first] = prepared
  if (first === undefined) throw new Error('Nobody subscribes.')
  return { name: `${roles.join()} ${collection} ${filter}`, audience: first.audience, circles }
}

const watchAll = (): readonly Watched[] =>
  conditions.flatMap(([collection, expression], i) => [
    watch(collection, [roleOf(i)], null),
    watch(collection, [], expression),
  ])

async function verdicts(addressed: Addressed, span: Span): Promise<readonly string[]> {
  const judged = await judgeByDatabase(deps, addressed, span)
  return judged
    .flatMap(({ circle, happenings }) =>
      happenings.map(({ type, id }) => `${circle.viewer.user?.['id']} ${type} ${id}`),
    )
    .toSorted()
}

/** The same, with all records compared for everybody. */
const wholly = ({ audience, circles }: Watched, byCollection: ReadonlyMap<string, readonly LoggedChange[]>) => ({
  ...(address(audience, circles, byCollection) ?? { audience, circles, changes: [], linked: [] }),
  touched: [{ root: 'user' as const, steps: [], ends: new Set(subscribers) }],
})

/** Answers what was told of records that nothing has happened to themselves. */
async function compareBatch(
  watched: readonly Watched[],
  changes: readonly LoggedChange[],
  span: Span,
): Promise<readonly string[]> {
  const byCollection = Map.groupBy(changes, ({ collection }) => collection)
  const changed = new Set(changes.map(({ id }) => id))
  const told = await Promise.all(
    watched.map(async (each) => {
      const addressed = address(each.audience, each.circles, byCollection)
      const narrowed = addressed === null ? [] : await verdicts(addressed, span)
      expect(narrowed, each.name).toEqual(await verdicts(wholly(each, byCollection), span))
      return narrowed
    }),
  )
  return told.flat().filter((verdict) => !changed.has(verdict.split(' ')[2] ?? ''))
}

const run = (writes: readonly string[]) =>
  fixture.database.run({ text: `do $do$ begin ${writes.join('\n')} end $do$`, values: [] })

/** What is written by several transactions is read in pieces, which may end within one of them. */
async function writeSome(random: Random): Promise<void> {
  for (let i = 0; i <= random.below(3); i += 1)
    await run(Array.from({ length: 1 + random.below(3) }, () => randomWrite(random)))
}

describe('a related record that changes', () => {
  it.each(seeds)(
    'makes the events that a comparison of all records would (seed %i)',
    async (seed) => {
      const random = createRandom(seed)
      await run(firstWrites(random))
      const watched = watchAll()
      const told: string[] = []
      for (let round = 0; round < rounds; round += 1) {
        let start: ChangeCursor = await currentCursor(fixture.database)
        await writeSome(random)
        const limit = random.pick([2, 500])
        for (let more = true; more; ) {
          const batch = await readChanges(fixture.database, start, { limit })
          if (batch === 'resync') throw new Error('The log was lost.')
          told.push(...(await compareBatch(watched, batch.changes.map(loggedChange), { start, end: batch.cursor })))
          start = batch.cursor
          more = batch.more
        }
      }
      expect(new Set(told.map((verdict) => verdict.split(' ')[1]))).toEqual(new Set(['enter', 'leave']))
      expect(deps.counts.compared).toBeGreaterThan(0)
    },
    600_000,
  )
})

describe('the records that lead to what has changed', () => {
  const set = (record: string, values: string) =>
    `update public.${named(record).collection} set ${values} where id = '${named(record).id}'`
  const idIn = (record: string) => `'${named(record).id}'`
  it.each<[condition: string, what: string, write: string, records: readonly string[], users: readonly string[]]>([
    ['author.team.open = true', 'a team two steps away', set('team0', 'open = true'), ['post0', 'post1'], []],
    ['author.team.open = true', 'a field that is not mentioned', set('team0', "name = 'c'"), [], []],
    ['author.team.open = true', 'a link on the way', set('user0', `team = ${idIn('team1')}`), ['post0'], []],
    ["parent.parent.title = 'a'", 'a record of its own', set('post0', "title = 'c'"), ['post3'], []],
    ['any(comments, hidden = true)', 'a record that links here', set('comment0', 'hidden = true'), ['post0'], []],
    [
      'any(comments, hidden = true)',
      'one that moves',
      set('comment0', `post = ${idIn('post3')}`),
      ['post0', 'post3'],
      [],
    ],
    [
      'count(comments) > 1',
      'one that goes',
      `delete from public.comments where id = ${idIn('comment0')}`,
      ['post0'],
      [],
    ],
    ['pin.open = true', 'the only one that links here', set('pin0', 'open = true'), ['post1'], []],
    ['any(tags, hot = true)', 'one of many', set('tag0', 'hot = true'), ['post0', 'post1'], []],
    [
      'any(tags, hot = true)',
      'a link that goes',
      `delete from public."posts.tags" where source = ${idIn('post1')}`,
      ['post1'],
      [],
    ],
    ["any(tags, any(posts, title = 'a'))", 'one of many of many', set('post1', "title = 'c'"), ['post0', 'post1'], []],
    [
      "any(tags, any(posts, title = 'a'))",
      'a link on the way',
      `delete from public."posts.tags" where source = ${idIn('post1')}`,
      ['post0', 'post1'],
      [],
    ],
    ['author.team = @user.team', 'the user who asks', set('user0', `team = ${idIn('team1')}`), ['post0'], ['user0']],
    [
      '@user.team.open = true && author != null',
      'what the user leads to',
      set('team0', 'open = true'),
      [],
      ['user0', 'user1'],
    ],
    [
      'author = @user.id && parent != null',
      'nothing that is looked into',
      set('user0', `team = ${idIn('team1')}`),
      [],
      [],
    ],
  ])('%s: %s', async (condition, _, write, records, users) => {
    await run(smallWorld)
    const start = await currentCursor(fixture.database)
    await run([`${write};`])
    const batch = await readChanges(fixture.database, start)
    if (batch === 'resync') throw new Error('The log was lost.')
    const { model } = fixture.catalog
    const rule = checkExpression(condition, modelScope(model.collections, { record: 'posts', user: true }))
    const touched = touchedBy(
      waysOfRules(model, 'posts', [rule]),
      Map.groupBy(batch.changes.map(loggedChange), ({ collection }) => collection),
    )
    const actor = user(named('user0').id)
    const access = fixture.deps.plans.access(model, actor)
    const affected = await affectedBy(deps, access, actor, touched, batch.cursor)
    expect([...(affected.records ?? ['all'])].map(nameOf).toSorted()).toEqual(records)
    expect([...(affected.users ?? ['all'])].map(nameOf).toSorted()).toEqual(users)
  })
})
