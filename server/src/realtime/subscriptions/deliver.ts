import type { KeyObject } from 'node:crypto'
import { type ChangeCursor, encodeCursor } from '../../changes/cursor.ts'
import type { CompiledSql } from '../../database/sql.ts'
import type { Run } from '../../query/run.ts'
import { placeValues } from '../../query/tables-as-of.ts'
import { makeRun, operationOf, type RecordsDeps, runPlan } from '../../records/operation.ts'
import type { Addressed } from './address.ts'
import { judgeByDatabase, type Span } from './judge-by-database.ts'
import { type Counts, type Happening, judgeChanges, type Judged } from './judge-changes.ts'
import { type LoggedChange, LoggedRecord } from './logged-change.ts'
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
  /** Records about which the database was asked, once for all users of an audience, whether they are seen. */
  compared: number
  /** How often it was asked about all records of a collection. */
  wholes: number
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
  span: Span,
): Promise<ReadyBatch> {
  const judged = await Promise.all(addressed.map((each) => judgeAll(deps, each, span)))
  const parcels = judged.flat()
  const read = await readRelated(deps, parcels, span)
  return { parcels: parcels.map((parcel) => ({ parcel, read: read.get(parcel) ?? null })), cursor: span.end }
}

async function judgeAll(deps: DeliveryDeps, addressed: Addressed, span: Span): Promise<readonly Parcel[]> {
  const { audience, circles, changes, linked } = addressed
  const pack = (each: readonly Judged[]): readonly Parcel[] =>
    each.flatMap(({ circle, happenings }) => packParcels(audience, circle, happenings))
  const { judge } = audience
  if (judge === null) return pack(await judgeByDatabase(deps, addressed, span))
  const judged = judgeChanges({ ...audience, judge }, circles, changes, deps.counts)
  if (linked.length === 0) return pack(judged)
  // A record that is told of anyway shows its links as they are.
  const told = new Map(judged.map(({ circle, happenings }) => [circle, new Set(happenings.map(({ id }) => id))]))
  const byLinks = await judgeByDatabase(deps, { ...addressed, changes: [], touched: [] }, span)
  const alone = byLinks.flatMap(({ circle, happenings }) => {
    const left = happenings.filter(({ type, id }) => type === 'update' && told.get(circle)?.has(id) !== true)
    return left.length === 0 ? [] : [{ circle, happenings: left }]
  })
  return [...pack(judged), ...pack(alone).filter(({ selection }) => showsLinks(selection, linked))]
}

const showsLinks = ({ linked }: Selection, changes: readonly LoggedChange[]): boolean =>
  changes.some(({ collection }) => linked.has(collection.slice(collection.indexOf('.') + 1)))

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
async function readRelated(
  deps: DeliveryDeps,
  parcels: readonly Parcel[],
  { end }: Span,
): Promise<ReadonlyMap<Parcel, ReadRecords>> {
  const asking = parcels.filter(
    ({ selection, happenings }) =>
      happenings.some(hasRecord) && (selection.statement !== null || isUnlogged(happenings)),
  )
  const groups = Map.groupBy(asking, ({ selection, happenings }) =>
    isUnlogged(happenings) ? selection.statementAtEnd() : selection.statement,
  )
  const found = await Promise.all(
    [...groups].map(([statement, each]) => (statement === null ? [] : readShown(deps, statement, each, end))),
  )
  return new Map(found.flatMap((each) => [...each]))
}

/** What the database has judged is shown as the database has it. */
const isUnlogged = (happenings: readonly Happening[]): boolean =>
  happenings.some((happening) => hasRecord(happening) && happening.record === null)

async function readShown(
  { records, counts }: DeliveryDeps,
  statement: CompiledSql<Run>,
  parcels: readonly Parcel[],
  end: ChangeCursor,
): Promise<ReadonlyMap<Parcel, ReadRecords>> {
  const [first] = parcels
  const actor = first?.subscriptions[0]?.connection.actor
  if (first === undefined || actor === undefined) return new Map()
  const asked = parcels.flatMap((parcel) =>
    [...new Set(parcel.happenings.filter(hasRecord).map(({ id }) => id))].map((id) => ({ parcel, id })),
  )
  const users = asked.map(({ parcel: { viewer } }) => viewer.user?.['id'] ?? null)
  const values = { users, ids: asked.map(({ id }) => id), end: placeValues(end) }
  counts.statements += 1
  const operation = operationOf(records, actor, 'realtime')
  const plan = records.plans.plan(statement)
  const rows = await runPlan(operation, first.audience.access, plan, makeRun(operation, { values }))
  const found = new Map(parcels.map((parcel) => [parcel, new Map<string, LoggedRecord>()]))
  for (const [, place, json] of rows) {
    const one = place === null ? undefined : asked[Number(place) - 1]
    if (one !== undefined && json) found.get(one.parcel)?.set(one.id, new LoggedRecord(json))
  }
  return found
}
