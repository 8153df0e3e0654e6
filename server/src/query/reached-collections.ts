import type { Expression, Model } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { linksName, type Way, waysOfFilter, waysOfRules } from './ways.ts'

/** What the answer of rules and filters depends on besides the record they are about. */
export interface Reached {
  /** Collections that are looked into, and which of their fields count. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** Tables of links that are followed: `posts.tags`. */
  readonly links: ReadonlySet<string>
  /** A view is looked into: what changes there, no log tells. */
  readonly views: boolean
}

/** What a rule looks into: the tables themselves, whoever may read them. */
export const reachedByRules = (model: Model, collection: string, rules: readonly Expression[]): Reached =>
  reachedOn(model, waysOfRules(model, collection, rules))

/** What a caller's filter looks into: other records as the caller may see them, so their rules count as well. */
export const reachedByFilter = (access: Access, collection: string, filter: Expression): Reached =>
  reachedOn(access.model, waysOfFilter(access, collection, filter))

/** What is reached on certain ways. */
function reachedOn(model: Model, ways: readonly Way[]): Reached {
  const byEnd = Map.groupBy(ways, ({ to }) => to)
  const steps = ways.flatMap((way) => way.steps)
  return {
    fields: new Map([...byEnd].map(([name, each]) => [name, new Set(each.flatMap(({ fields }) => [...fields]))])),
    links: new Set(steps.flatMap((step) => (step.kind === 'many' ? [linksName(step)] : []))),
    views: [...byEnd.keys()].some((name) => model.collections.get(name)?.kind === 'view'),
  }
}
