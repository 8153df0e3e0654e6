import { errors, type Expression } from '@plinth/schema'
import type { Access, CollectionAccess } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import { checkFilter } from '../../query/check-filter.ts'
import { type Way, waysOfFilter, waysOfRules } from '../../query/ways.ts'
import { findReadable } from '../../records/operation.ts'
import type { PlanCache } from '../../records/plan-cache.ts'
import { shapeOf } from '../../records/read-records.ts'
import type { WireRecord } from '../predicate/predicate-input.ts'
import type { Audience } from './audience.ts'
import { circleKey } from './audience.ts'
import { fingerprintOf } from './cursor-text.ts'
import { recordJudge } from './record-judge.ts'
import { type Selection, selectionOf } from './selection.ts'
import type { SubscriptionPlan, Wish } from './subscription.ts'

/** The audience and the way of showing, before it is known which user asks. */
export interface Prepared {
  readonly wish: Wish
  readonly audience: Audience
  readonly selection: Selection
  readonly record: string | null
}

/**
 * Works out what a wish means for who asks.
 *
 * @throws Problem collectionNotFound, notLogged, invalidExpression, invalidParameter
 */
export function prepare(plans: PlanCache, access: Access, actor: Actor, wish: Wish): Prepared {
  const collection = findReadable(access, wish.collection)
  if (collection.kind === 'view') throw errors.notLogged({ collection: collection.name })
  const roles = actor.roles.toSorted()
  const verified = actor.verified === true
  const audience = plans.planned(access, ['audience', collection.name, roles, verified, wish.filter], (): Audience => {
    const permitted = access.collection(collection.name)
    if (permitted === undefined) throw errors.collectionNotFound({ collection: collection.name })
    const filter: Expression | null = wish.filter === null ? null : checkFilter(access, collection.name, wish.filter)
    const judge = recordJudge(permitted, filter)
    return {
      key: JSON.stringify([access.model.version, access.key, roles, verified, collection.name, wish.filter]),
      access,
      collection,
      filter,
      judge,
      ways: judge === null ? waysOf(access, permitted, filter) : [],
      roles: actor.roles,
      verified,
      circles: new Map(),
    }
  })
  const selection = plans.planned(access, ['selection', collection.name, wish.select], () =>
    selectionOf(access, collection, shapeOf(access, collection.name, wish.select ?? undefined)),
  )
  return { wish, audience, selection, record: wish.record }
}

/** @throws Problem notLogged where the answer depends on a view, whose changes nobody can follow */
function waysOf(
  access: Access,
  { collection, read, visible }: CollectionAccess,
  filter: Expression | null,
): readonly Way[] {
  const rules = [read, ...visible.values()].filter((rule): rule is Expression => typeof rule !== 'boolean')
  const byRules = waysOfRules(access.model, collection.name, rules)
  const ways = filter === null ? byRules : [...byRules, ...waysOfFilter(access, collection.name, filter)]
  if (ways.some(({ to }) => access.model.collections.get(to)?.kind === 'view'))
    throw errors.notLogged({ collection: collection.name })
  return ways
}

/** @param user the fields of the user's record that the audience's judge needs, with the id; null for who is no user */
export function planFor(prepared: Prepared, user: WireRecord | null): SubscriptionPlan {
  const { audience } = prepared
  const viewer = { user, roles: audience.roles, verified: audience.verified }
  return { ...prepared, viewer, circle: circleKey(audience, viewer), fingerprint: fingerprint(prepared, user) }
}

/** Changes when the events would be others: for another user, other roles, another rule, or fields of another kind. */
function fingerprint({ audience, wish, record }: Prepared, user: WireRecord | null): string {
  const { access, collection, roles, verified, judge } = audience
  const permitted = access.collection(collection.name)
  return fingerprintOf([
    access.key,
    roles.toSorted(),
    verified,
    collection.name,
    wish.filter,
    wish.select,
    record,
    permitted?.read,
    [...(permitted?.visible ?? [])],
    [...collection.fields.values()].map(({ name, declared }) => [name, declared]),
    user,
    // What a rule by relation depends on is not in this collection alone.
    judge === null ? access.model.version : 0,
  ])
}
