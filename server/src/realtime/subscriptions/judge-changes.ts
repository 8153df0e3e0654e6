import type { Audience, Circle } from './audience.ts'
import type { LoggedChange, LoggedRecord } from './logged-change.ts'
import type { EventType, RecordJudge, Viewer } from './record-judge.ts'

/** Something that happened, as a circle sees it. */
export interface Happening {
  readonly type: EventType
  readonly id: string
  readonly at: Date
  /** The record as this change has made it; null where it is gone, or where only the database can tell. */
  readonly record: LoggedRecord | null
}

export interface Counts {
  /** Changes that were judged, once for all to whom the verdict applies. */
  evaluations: number
  /** Users that were looked up by an id in a record. */
  lookups: number
}

export interface Judged {
  readonly circle: Circle
  readonly happenings: readonly Happening[]
}

type Judging = Pick<Audience, 'roles' | 'verified'> & { readonly judge: RecordJudge }

/** What changes mean to the circles of an audience. Circles to which they mean nothing are left out. */
export function judgeChanges(
  audience: Judging,
  circles: ReadonlyMap<string, Circle>,
  changes: readonly LoggedChange[],
  counts: Counts,
): readonly Judged[] {
  const { judge } = audience
  const verdict = (change: LoggedChange, viewer: Viewer): EventType | null => {
    counts.evaluations += 1
    return judge.judge(change, viewer)
  }
  const { id, fields, lookups } = judge.needs
  if (id && lookups !== null && fields.size === 0) return lookUp(audience, circles, changes, counts, verdict)
  return [...circles.values()].flatMap((circle) => {
    const happenings = changes.flatMap((change) => happeningOf(change, verdict(change, circle.viewer)))
    return happenings.length === 0 ? [] : [{ circle, happenings }]
  })
}

const happeningOf = (change: LoggedChange, type: EventType | null): readonly Happening[] =>
  type === null ? [] : [{ type, id: change.id, at: change.at, record: change.after }]

/** No user has this id. */
const somebodyElse = 'somebody else'

/**
 * Where the user's id is only compared with fields of the record, one verdict holds for all whose id is in none of them; the
 * others are looked up, however many subscribe.
 */
function lookUp(
  { judge, roles, verified }: Judging,
  circles: ReadonlyMap<string, Circle>,
  changes: readonly LoggedChange[],
  counts: Counts,
  verdict: (change: LoggedChange, viewer: Viewer) => EventType | null,
): readonly Judged[] {
  const others: Viewer = { user: { id: somebodyElse }, roles, verified }
  const named = changes.map((change) => namedCircles(judge, circles, change, counts))
  const general = changes.map((change) => verdict(change, others))
  const shared = changes.flatMap((change, i) => happeningOf(change, general[i] ?? null))
  const special = new Set(named.flatMap((keys) => [...keys]))
  const judgedSpecial = [...special].flatMap((key) => {
    const circle = circles.get(key)
    if (circle === undefined) return []
    const happenings = changes.flatMap((change, i) =>
      happeningOf(change, named[i]?.has(key) === true ? verdict(change, circle.viewer) : (general[i] ?? null)),
    )
    return happenings.length === 0 ? [] : [{ circle, happenings }]
  })
  if (shared.length === 0) return judgedSpecial
  const rest = [...circles].flatMap(([key, circle]) => (special.has(key) ? [] : [{ circle, happenings: shared }]))
  return [...rest, ...judgedSpecial]
}

/** Circles of users whose id is in a field that the rule or the filter compares it with, before or after the change. */
function namedCircles(
  { needs }: RecordJudge,
  circles: ReadonlyMap<string, Circle>,
  { before, after }: LoggedChange,
  counts: Counts,
): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (id: unknown): void => {
    if (typeof id !== 'string' || found.has(id)) return
    counts.lookups += 1
    if (circles.has(id)) found.add(id)
  }
  for (const id of needs.lookups?.ids ?? []) look(id)
  for (const field of needs.lookups?.fields ?? []) {
    look(before?.values[field])
    if (after?.values[field] !== before?.values[field]) look(after?.values[field])
  }
  return found
}
