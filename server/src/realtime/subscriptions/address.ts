import { linksName } from '../../query/ways.ts'
import type { Audience, Circle } from './audience.ts'
import type { LoggedChange } from './logged-change.ts'
import type { Subscription } from './subscription.ts'
import { type Touched, touchedBy } from './touched.ts'

/** Those of an audience to whom a batch goes, and what in it concerns them. */
export interface Addressed {
  readonly audience: Audience
  readonly circles: ReadonlyMap<string, Circle>
  /** Changes of the collection's own records. */
  readonly changes: readonly LoggedChange[]
  /** Records whose links have changed, by the relation. */
  readonly linked: readonly LoggedChange[]
  /** What has changed that the rule or the filter looks into. */
  readonly touched: readonly Touched[]
}

/** What in a batch concerns an audience; null for nothing. */
export function address(
  audience: Audience,
  circles: ReadonlyMap<string, Circle>,
  byCollection: ReadonlyMap<string, readonly LoggedChange[]>,
): Addressed | null {
  const changes = byCollection.get(audience.collection.name) ?? []
  const linked = linkTables(audience).flatMap((table) => byCollection.get(table) ?? [])
  const touched = touchedBy(audience.ways, byCollection)
  if (changes.length === 0 && linked.length === 0 && touched.length === 0) return null
  return { audience, circles, changes, linked, touched }
}

const linkTables = ({ collection, access }: Audience): readonly string[] =>
  [...(access.collection(collection.name)?.visible.keys() ?? [])]
    .filter((field) => collection.fields.get(field)?.column === null)
    .map((field) => `${collection.name}.${field}`)

/** The collections and tables of links whose changes can concern a subscription. */
export function collectionsOf({ plan: { audience } }: Subscription): readonly string[] {
  const { collection, judge, ways } = audience
  const users = judge !== null && judge.needs.fields.size > 0 ? ['users'] : []
  const steps = ways.flatMap((way) => way.steps)
  const links = steps.flatMap((step) => (step.kind === 'many' ? [linksName(step)] : []))
  return [...new Set([collection.name, ...linkTables(audience), ...users, ...ways.map(({ to }) => to), ...links])]
}
