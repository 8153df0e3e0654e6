import { createHmac, type KeyObject } from 'node:crypto'
import { errors } from '@plinth/schema'
import type { ChangeCursor } from '../../changes/cursor.ts'
import { currentCursor } from '../../changes/reader.ts'
import { operationOf, type RecordsDeps, withCurrentModel } from '../../records/operation.ts'
import { aggregateRecords, listRecords } from '../../records/read-records.ts'
import type { LivePlan } from './plan-live.ts'
import { type Rows, rowsOf } from './rows.ts'

/** What a live query shows, and when it did. */
export interface LiveResult {
  readonly rows: Rows
  /** The key of its plan: for whom it is, and what it shows. */
  readonly planKey: string
  /** A short name for its plan and its rows. */
  readonly hash: string
  /** The place in the change log of the one moment at which it was read. */
  readonly place: ChangeCursor
}

export interface ReadLiveDeps {
  readonly records: RecordsDeps
  readonly key: KeyObject
  /** How large a result may be. */
  readonly maxBytes: number
}

/**
 * Runs a live query the way a request would.
 *
 * @throws Problem whatever the request would be refused for; answerTooLarge
 */
export async function readLive({ records, key, maxBytes }: ReadLiveDeps, plan: LivePlan): Promise<LiveResult> {
  const outer = operationOf(records, plan.actor, 'realtime')
  const read = await withCurrentModel(outer, () =>
    records.database.transaction(async (session) => {
      await session.run({ text: 'set transaction isolation level repeatable read, read only', values: [] })
      return { place: await currentCursor(session), answer: await answerOf({ ...outer, session }, plan) }
    }),
  )
  if (read.answer.length > maxBytes) throw errors.answerTooLarge({ limit: maxBytes })
  const rows = rowsOf(plan.wish, read.answer)
  const hash = createHmac('sha256', key).update('live:').update(plan.key)
  for (const { text } of rows) hash.update('\n').update(text)
  return { rows, planKey: plan.key, hash: hash.digest('base64url').slice(0, 22), place: read.place }
}

function answerOf(operation: ReturnType<typeof operationOf>, { wish }: LivePlan): Promise<string> {
  const { collection, parameters, limit, timeZone } = wish
  if (timeZone !== null) return aggregateRecords(operation, collection, parameters, limit, timeZone)
  return listRecords(operation, collection, parameters, { limit, page: null, after: null })
}
