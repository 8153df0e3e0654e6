import type { Audience, Circle } from './audience.ts'
import type { LoggedChange } from './logged-change.ts'
import type { Subscription } from './subscription.ts'

/** Those of an audience to whom a batch goes, and what in it concerns them. */
export interface Addressed {
  readonly audience: Audience
  readonly circles: ReadonlyMap<string, Circle>
  /** Changes of the collection's own records. */
  readonly changes: readonly LoggedChange[]
  /** Records whose links have changed, by the relation. */
  readonly linked: readonly LoggedChange[]
  /** Something has changed that the rule or the filter looks into: any record may be seen now, or seen no more. */
  readonly everywhere: boolean
}

/** What in a batch concerns an audience; null for nothing. */
export function address(
  audience: Audience,
  circles: ReadonlyMap<string, Circle>,
  byCollection: ReadonlyMap<string, readonly LoggedChange[]>,
): Addressed | null {
  const { collection, judge, reached } = audience
  const changes = byCollection.get(collection.name) ?? []
  const linked = linkTables(audience).flatMap((table) => byCollection.get(table) ?? [])
  const everywhere = judge === null && hasReached(reached, byCollection)
  if (changes.length === 0 && linked.length === 0 && !everywhere) return null
  return { audience, circles, changes, linked, everywhere }
}

const linkTables = ({ collection, access }: Audience): readonly string[] =>
  [...(access.collection(collection.name)?.visible.keys() ?? [])]
    .filter((field) => collection.fields.get(field)?.column === null)
    .map((field) => `${collection.name}.${field}`)

function hasReached(
  { fields, links }: Audience['reached'],
  byCollection: ReadonlyMap<string, readonly LoggedChange[]>,
): boolean {
  if ([...links].some((table) => byCollection.has(table))) return true
  return [...fields].some(([name, named]) => byCollection.get(name)?.some((change) => concerns(change, named)) === true)
}

/** A record that comes or goes may be counted; one that is changed matters only in the fields that are named. */
const concerns = ({ op, before, after }: LoggedChange, fields: ReadonlySet<string>): boolean =>
  op !== 'update' || [...fields].some((field) => before?.members.get(field) !== after?.members.get(field))

/** The collections and tables of links whose changes can concern a subscription. */
export function collectionsOf({ plan: { audience } }: Subscription): readonly string[] {
  const { collection, judge, reached } = audience
  const users = judge !== null && judge.needs.fields.size > 0 ? ['users'] : []
  const related = judge === null ? [...reached.fields.keys(), ...reached.links] : []
  return [...new Set([collection.name, ...linkTables(audience), ...users, ...related])]
}
