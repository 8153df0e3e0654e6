import { encodeCursor, type ChangeCursor } from '../../changes/cursor.ts'
import { makeRun, operationOf, type RecordsDeps, runPlan } from '../../records/operation.ts'
import type { KeyObject } from 'node:crypto'
import type { Audience, Circle } from './audience.ts'
import { type Counts, judgeChanges } from './judge-changes.ts'
import type { LoggedChange } from './logged-change.ts'
import { memberTexts } from './member-texts.ts'
import { batchPayload, eventsText, hasRecord, packParcels, type Parcel, type ReadRecords } from './parcels.ts'
import type { Selection } from './selection.ts'
import type { Subscription } from './subscription.ts'

export interface DeliveryDeps {
  readonly records: RecordsDeps
  readonly key: KeyObject
  readonly counts: DeliveryCounts
}

export interface DeliveryCounts extends Counts {
  /** Events that were handed to connections. */
  events: number
  /** Statements that read what the log does not tell. */
  statements: number
}

/** Those of an audience to whom a batch goes. */
export interface Addressed {
  readonly audience: Audience
  readonly circles: ReadonlyMap<string, Circle>
  readonly changes: readonly LoggedChange[]
}

/** A batch that is ready to go out: nothing can fail any more. */
export interface ReadyBatch {
  readonly parcels: readonly { readonly parcel: Parcel; readonly read: ReadRecords | null }[]
  readonly cursor: ChangeCursor
}

/** Works out what changes mean to whom, and reads what has to be read for it. Sends nothing. */
export async function prepareBatch(
  deps: DeliveryDeps,
  addressed: readonly Addressed[],
  cursor: ChangeCursor,
): Promise<ReadyBatch> {
  const parcels = addressed.flatMap(({ audience, circles, changes }) => {
    const { judge } = audience
    if (judge === null) return []
    return judgeChanges({ judge, roles: audience.roles }, circles, changes, deps.counts).flatMap(
      ({ circle, happenings }) => packParcels(audience, circle, happenings),
    )
  })
  const read = await readRelated(deps, parcels)
  return { parcels: parcels.map((parcel) => ({ parcel, read: read.get(parcel) ?? null })), cursor }
}

/** Hands a batch over; answers the subscriptions whose connections could not take it. */
export function sendBatch({ key, counts }: DeliveryDeps, { parcels, cursor }: ReadyBatch): readonly Subscription[] {
  if (parcels.length === 0) return []
  const place = encodeCursor(cursor, key)
  return parcels.flatMap(({ parcel, read }) => {
    const events = eventsText(parcel, read)
    return parcel.subscriptions.filter((subscription) => {
      if (subscription.ended) return false
      counts.events += parcel.happenings.length
      return !subscription.connection.send('events', batchPayload(subscription, place, events))
    })
  })
}

/** One statement for each way of showing records, for all users and all records of the batch. */
async function readRelated(deps: DeliveryDeps, parcels: readonly Parcel[]): Promise<ReadonlyMap<Parcel, ReadRecords>> {
  const asking = parcels.filter(
    ({ selection, happenings }) => selection.statement !== null && happenings.some(hasRecord),
  )
  const groups = Map.groupBy(asking, ({ selection }) => selection)
  const found = await Promise.all([...groups].map(([selection, each]) => readShown(deps, selection, each)))
  return new Map(found.flatMap((each) => [...each]))
}

async function readShown(
  { records, counts }: DeliveryDeps,
  { statement }: Selection,
  parcels: readonly Parcel[],
): Promise<ReadonlyMap<Parcel, ReadRecords>> {
  const [first] = parcels
  const actor = first?.subscriptions[0]?.connection.actor
  if (statement === null || first === undefined || actor === undefined) return new Map()
  const asked = parcels.flatMap((parcel) =>
    [...new Set(parcel.happenings.filter(hasRecord).map(({ change }) => change.id))].map((id) => ({ parcel, id })),
  )
  const values = {
    users: asked.map(({ parcel }) => userIdOf(parcel)),
    ids: asked.map(({ id }) => id),
  }
  counts.statements += 1
  const operation = operationOf(records, actor, 'realtime')
  const run = makeRun(operation, { values })
  const rows = await runPlan(operation, first.audience.access, records.plans.plan(statement), run)
  const found = new Map(parcels.map((parcel) => [parcel, new Map<string, ReadonlyMap<string, string>>()]))
  for (const [, place, json] of rows) {
    const one = place === null ? undefined : asked[Number(place) - 1]
    if (one !== undefined && json) found.get(one.parcel)?.set(one.id, memberTexts(json))
  }
  return found
}

const userIdOf = ({ subscriptions }: Parcel): string | null => subscriptions[0]?.connection.actor.userId ?? null
