import type { LoggedChange } from '../subscriptions/logged-change.ts'
import type { RecordJudge, Viewer } from '../subscriptions/record-judge.ts'
import { anyField } from './shape-expressions.ts'

/** Which changes may make a live query's result another. */
export interface Concern {
  /** Its own collection. */
  readonly collection: string
  /** What the predicate says of the collection's own records; null where only running the query can tell. */
  readonly judged: { readonly judge: RecordJudge; readonly viewer: Viewer } | null
  /** The fields of its records that the result shows, is sorted by, or depends on otherwise. */
  readonly own: ReadonlySet<string>
  /** Other collections that are looked into, and which of their fields count. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** Tables of links that are followed: `posts.tags`. */
  readonly links: ReadonlySet<string>
  /** The result may change although nothing that is logged did: it depends on the time, a view or a revision. */
  readonly timed: boolean
}

/** The collections and tables of links whose changes have to be looked at. */
export const tablesOf = ({ collection, fields, links }: Concern): ReadonlySet<string> =>
  new Set([collection, ...fields.keys(), ...links])

/** Whether a change may matter. When in doubt, it does. */
export function mayMatter(concern: Concern, change: LoggedChange): boolean {
  const { collection, fields, links } = concern
  if (links.has(change.collection)) return true
  if (change.collection === collection && mayMatterItself(concern, change)) return true
  const named = fields.get(change.collection)
  return named !== undefined && differs(change, named)
}

function mayMatterItself({ judged, own }: Concern, change: LoggedChange): boolean {
  if (judged === null) return true
  const verdict = judged.judge.judge(change, judged.viewer)
  return verdict === 'update' ? differs(change, own) : verdict !== null
}

/** A record that comes or goes may be counted; one that is changed matters only in the fields that are named. */
const differs = ({ op, before, after }: LoggedChange, fields: ReadonlySet<string>): boolean =>
  op !== 'update' ||
  fields.has(anyField) ||
  [...fields].some((field) => before?.members.get(field) !== after?.members.get(field))
