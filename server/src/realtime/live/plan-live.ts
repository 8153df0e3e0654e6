import { type Expression, mentionsRoot, mentionsTime } from '@plinth/schema'
import type { Access, CollectionAccess } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import { parseAggregate, parseGroup } from '../../query/aggregate.ts'
import { checkFilter } from '../../query/check-filter.ts'
import { mentionedFields } from '../../query/mentioned-fields.ts'
import { type Reached, reachedByFilter, reachedByRules } from '../../query/reached-collections.ts'
import type { Shape } from '../../query/shape.ts'
import { parseSort } from '../../query/sort.ts'
import { findReadable, type RecordsDeps } from '../../records/operation.ts'
import { shapeOf } from '../../records/read-records.ts'
import { recordJudge } from '../subscriptions/record-judge.ts'
import type { Concern } from './concern.ts'
import { aggregatesOf, groupsOf, type LiveWish } from './live-wish.ts'
import { pathExpression, shapeExpressions } from './shape-expressions.ts'

/** What a wish means for who asks, under one schema. Equal keys mean equal results. */
export interface LivePlan {
  readonly key: string
  readonly wish: LiveWish
  /** One of those for whom the result is the same. */
  readonly actor: Actor
  readonly access: Access
  readonly concern: Concern
}

/**
 * Works out what a wish means for who asks: with whom the result is shared, and which changes it depends on.
 *
 * @throws Problem collectionNotFound, invalidExpression, invalidParameter
 */
export function planLive({ catalog, plans }: RecordsDeps, actor: Actor, wish: LiveWish): LivePlan {
  const access = plans.access(catalog.model, actor)
  const roles = actor.roles.toSorted()
  const asked = [wish.collection, [...wish.parameters].toSorted(), wish.limit, wish.timeZone]
  const reads = plans.planned(access, ['live', roles, ...asked], () => readsOf(access, wish))
  const viewer = reads.asksUser ? [actor.userId, actor.verified === true] : []
  const key = JSON.stringify([access.model.version, access.key, roles, viewer, ...asked])
  return { key, wish, actor, access, concern: concernOf(reads, actor) }
}

type Reads = Omit<Concern, 'judged'> & {
  readonly judge: ReturnType<typeof recordJudge>
  /** Whether who asks decides about the result, besides their roles. */
  readonly asksUser: boolean
}

const concernOf = ({ judge, ...reads }: Reads, { userId, roles, verified = false }: Actor): Concern => {
  const viewer = { user: userId === null ? null : { id: userId }, roles, verified }
  return { ...reads, judged: judge === null ? null : { judge, viewer } }
}

function readsOf(access: Access, wish: LiveWish): Reads {
  const { name: collection, kind } = findReadable(access, wish.collection)
  const permitted = access.collection(collection)
  const filterText = wish.parameters.get('filter')
  const filter = filterText === undefined ? null : checkFilter(access, collection, filterText)
  const shape = wish.timeZone === null ? shapeOf(access, collection, wish.parameters.get('select')) : null
  const asked = [...(filter === null ? [] : [filter]), ...shownBy(access, collection, wish, shape)]
  const rules = rulesOf(permitted)
  const reached = merge([
    reachedByRules(access.model, collection, rules),
    ...asked.map((each) => reachedByFilter(access, collection, each)),
  ])
  const related = [...reached.fields.keys()].flatMap((name) => rulesOf(access.collection(name)))
  const expressions = [...asked, ...rules, ...related]
  // What is written again byte for byte has another revision, and is in no log.
  const hasRevision = shape !== null && showsRevision(shape)
  const timed = kind === 'view' || reached.views || hasRevision || expressions.some(mentionsTime)
  const judge = timed || permitted === undefined ? null : recordJudge(permitted, filter)
  return {
    collection,
    own: new Set([...asked, ...rules].flatMap((each) => [...mentionedFields(each)])),
    ...reached,
    // What the log tells of a user is not always at hand.
    judge: judge !== null && judge.needs.fields.size > 0 ? null : judge,
    timed,
    asksUser: expressions.some((each) => mentionsRoot(each, 'user')),
  }
}

/** What the result shows, or is sorted by. */
function shownBy(access: Access, collection: string, wish: LiveWish, shape: Shape | null): readonly Expression[] {
  if (shape !== null) {
    const sort = parseSort(access, collection, wish.parameters.get('sort') ?? null)
    return [...shapeExpressions(access.model, shape), ...sort.map(pathExpression)]
  }
  const groups = groupsOf(wish).map((path) => parseGroup(access, collection, path))
  const values = aggregatesOf(wish).map(({ name, path }) => parseAggregate(access, collection, name, path))
  return [...groups, ...values.flatMap(({ path }) => (path === null ? [] : [path]))].map(pathExpression)
}

const showsRevision = ({ entries }: Shape): boolean =>
  entries.some((entry) => entry.kind === 'rev' || ('shape' in entry && showsRevision(entry.shape)))

const rulesOf = (permitted: CollectionAccess | undefined): readonly Expression[] =>
  [permitted?.read, ...(permitted?.visible.values() ?? [])].filter((rule) => typeof rule === 'object')

function merge(all: readonly Reached[]): Reached {
  const names = new Set(all.flatMap(({ fields }) => [...fields.keys()]))
  return {
    fields: new Map(
      [...names].map((name) => [name, new Set(all.flatMap(({ fields }) => [...(fields.get(name) ?? [])]))]),
    ),
    links: new Set(all.flatMap(({ links }) => [...links])),
    views: all.some(({ views }) => views),
  }
}
