import { JsonText } from '../json-text.ts'
import type { Audience, Circle } from './audience.ts'
import type { LoggedRecord } from './logged-change.ts'
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

/** What was read for a parcel: records by their ids, as they are shown. One that can no longer be seen is not among them. */
export type ReadRecords = ReadonlyMap<string, LoggedRecord>

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
  const single = [...Map.groupBy(happenings, ({ id }) => id)].flatMap(([id, some]) =>
    pack(circle.single.get(id) ?? [], some),
  )
  return [...whole, ...single]
}

/** Whether an event carries the record. */
export const hasRecord = ({ type }: Happening): boolean => type !== 'delete' && type !== 'leave'

/** The events as JSON. */
export function eventsText({ audience, viewer, selection, happenings }: Parcel, read: ReadRecords | null): string {
  const events = happenings.map((happening) => {
    const { type, id, at, record } = happening
    const head = `{"type":"${type}","id":"${id}"`
    if (!hasRecord(happening)) return `${head}}`
    const found = read?.get(id) ?? null
    const look = { judge: audience.judge, viewer, now: at }
    const shown = record === null ? found?.text : selection.present(record, found, look)
    return shown === undefined ? `${head}}` : `${head},"record":${shown}}`
  })
  return `[${events.join(',')}]`
}

/** An event of a subscription's. Everything but the few characters in front is the same text for all. */
export const batchPayload = ({ id, plan }: Subscription, cursor: string, events: string): JsonText =>
  new JsonText(`{"subscription":"${id}","cursor":"${cursor}.${plan.fingerprint}","events":${events}}`)
