import { JsonText } from '../json-text.ts'
import type { Audience, Circle } from './audience.ts'
import type { Happening } from './judge-changes.ts'
import type { Viewer } from './record-judge.ts'
import type { Selection } from './selection.ts'
import type { Subscription } from './subscription.ts'

/** The same events for one or more subscriptions. */
export interface Parcel {
  readonly audience: Audience
  readonly viewer: Viewer
  readonly selection: Selection
  readonly subscriptions: readonly Subscription[]
  readonly happenings: readonly Happening[]
}

/** What was read for a parcel: a record's members by its id. Null where it can no longer be seen. */
export type ReadRecords = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Puts together who gets the same events, shown in the same way. */
export function packParcels(audience: Audience, circle: Circle, happenings: readonly Happening[]): readonly Parcel[] {
  const { viewer } = circle
  const pack = (subscriptions: Iterable<Subscription>, some: readonly Happening[]): readonly Parcel[] =>
    [...Map.groupBy(subscriptions, ({ plan }) => plan.selection)].map(([selection, each]) => ({
      audience,
      viewer,
      selection,
      subscriptions: each,
      happenings: some,
    }))
  const whole = pack(circle.whole, happenings)
  if (circle.single.size === 0) return whole
  const single = [...Map.groupBy(happenings, ({ change }) => change.id)].flatMap(([id, some]) =>
    pack(circle.single.get(id) ?? [], some),
  )
  return [...whole, ...single]
}

/** Whether an event carries the record. */
export const hasRecord = ({ type }: Happening): boolean => type !== 'delete' && type !== 'leave'

/** The events as JSON. */
export function eventsText(
  { audience: { judge }, viewer, selection, happenings }: Parcel,
  read: ReadRecords | null,
): string {
  const events = happenings.map((happening) => {
    const { type, change } = happening
    const head = `{"type":"${type}","id":"${change.id}"`
    if (!hasRecord(happening) || change.after === null) return `${head}}`
    const look = { judge, viewer, now: change.at }
    return `${head},"record":${selection.present(change.after, read?.get(change.id) ?? null, look)}}`
  })
  return `[${events.join(',')}]`
}

/** An event of a subscription's. Everything but the few characters in front is the same text for all. */
export const batchPayload = ({ id, plan }: Subscription, cursor: string, events: string): JsonText =>
  new JsonText(`{"subscription":"${id}","cursor":"${cursor}.${plan.fingerprint}","events":${events}}`)
