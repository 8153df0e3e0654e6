import type { Rows, Session } from '../database/database.ts'
import type { Change } from './change.ts'
import type { ChangeCursor } from './cursor.ts'
import { hasLost, nothingSeen, parseSnapshot, type Snapshot } from './snapshot.ts'
import { unseenChanges, unseenChangesWithin, type Wanted } from './unseen-changes.ts'

export interface ReadOptions {
  /** At most so many changes (500). */
  readonly limit?: number
  /** Fewer than `limit` once their records reach so many bytes as PostgreSQL stores them, often compressed (8 MB). */
  readonly maxBytes?: number
  /** Only these collections and join tables. Others are passed over: the cursor stands behind them. */
  readonly collections?: readonly string[]
}

export interface ChangeBatch {
  /** May be empty even when there are more. */
  readonly changes: readonly Change[]
  /** Where to read on. Keep it only when the changes are dealt with, and none is lost or comes twice. */
  readonly cursor: ChangeCursor
  /** The version of the schema at the moment of the read: no change was made under a newer one. */
  readonly schemaVersion: number
  /** False when this is all that was committed so far; else read on at once. */
  readonly more: boolean
}

/**
 * Reads what was committed since `cursor`, or, with null, all that the log still has. The changes of one record come in
 * the order in which they were committed; those of different records in no particular one.
 *
 * Answers `'resync'` when the log cannot vouch for completeness: changes were dropped that the cursor had not seen, a
 * table was truncated, or the database was restored. Then read the records themselves, from a `currentCursor` on that
 * was taken before.
 *
 * The session must not be in a transaction that has written, nor in one above READ COMMITTED.
 */
export async function readChanges(
  session: Session,
  cursor: ChangeCursor | null,
  options: ReadOptions = {},
): Promise<ChangeBatch | 'resync'> {
  const wanted: Wanted = {
    seen: cursor?.seen ?? nothingSeen(0n),
    page: cursor?.page,
    limit: options.limit ?? 500,
    maxBytes: options.maxBytes ?? 8_000_000,
    collections: options.collections,
  }
  // Nothing of the page was read yet where a reader is to stop at its target.
  if (cursor?.page !== undefined && cursor.page.seq >= 0n) {
    const near = await readNear(session, { ...cursor, page: cursor.page }, wanted)
    if (near !== undefined) return near
  }
  const { log, found, changes } = parseRows(await session.run(unseenChanges(wanted)), wanted)
  if (cursor !== null && isLost(cursor, log)) return 'resync'
  const { schemaVersion } = log
  const start = cursor ?? { epoch: log.epoch, seen: nothingSeen(log.horizon) }
  const target = cursor?.page?.target ?? log.snapshot
  if (found > changes.length)
    return { changes, cursor: { ...start, page: { target, seq: lastSeq(changes) } }, schemaVersion, more: true }
  // The last page ends where the log did when the first was read.
  return { changes, cursor: { epoch: start.epoch, seen: target }, schemaVersion, more: cursor?.page !== undefined }
}

/**
 * What was committed between two places of the log: after `cursor`, and up to `end`. The last page's cursor stands at `end`.
 */
export const readChangesUpTo = (
  session: Session,
  cursor: ChangeCursor,
  end: Snapshot,
  options: ReadOptions = {},
): Promise<ChangeBatch | 'resync'> =>
  readChanges(session, cursor.page === undefined ? { ...cursor, page: { target: end, seq: -1n } } : cursor, options)

/**
 * The present end of the log; in a transaction that sees one moment throughout (REPEATABLE READ), that moment's: whatever
 * else it reads is what the changes up to here have made.
 */
export async function currentCursor(session: Session): Promise<ChangeCursor> {
  const wanted = { seen: nothingSeen(0n), limit: 0, maxBytes: 0 }
  const { log } = parseRows(await session.run(unseenChanges(wanted)), wanted)
  return { epoch: log.epoch, seen: log.snapshot }
}

/** The next page out of the places just behind the last one; undefined when there is nothing. */
async function readNear(
  session: Session,
  cursor: Required<ChangeCursor>,
  wanted: Wanted,
): Promise<ChangeBatch | 'resync' | undefined> {
  const span = 4 * (wanted.limit + 1)
  const { log, found, changes } = parseRows(await session.run(unseenChangesWithin(wanted, span)), wanted)
  if (isLost(cursor, log)) return 'resync'
  if (changes.length === 0) return undefined
  const seq = found > changes.length ? lastSeq(changes) : cursor.page.seq + BigInt(span)
  return { changes, cursor: { ...cursor, page: { ...cursor.page, seq } }, schemaVersion: log.schemaVersion, more: true }
}

interface LogState {
  readonly snapshot: Snapshot
  readonly xmax: bigint
  readonly epoch: string
  readonly horizon: bigint
  readonly schemaVersion: number
}

function isLost({ epoch, seen, page }: ChangeCursor, log: LogState): boolean {
  // Transactions that have not begun yet cannot have been seen: the database was set back.
  const isFromTheFuture = (page?.target ?? seen).xmax > log.xmax
  return epoch !== log.epoch || isFromTheFuture || hasLost(seen, log.horizon)
}

const lastSeq = (changes: readonly Change[]): bigint => BigInt(changes.at(-1)?.seq ?? -1)

function parseRows(rows: Rows, { seen, limit }: Wanted) {
  const [snapshot, epoch, horizonText, newest = null, unfit, schemaVersion, found] = rows[0] ?? []
  if (!snapshot || !epoch || !horizonText) throw new Error('plinth.log_epoch is empty: it must have exactly one row.')
  if (unfit === 't') throw new Error('Changes are read outside of transactions that write, and in READ COMMITTED.')
  const horizon = BigInt(horizonText)
  const log: LogState = {
    snapshot: parseSnapshot(snapshot, newest, seen, horizon),
    xmax: BigInt(snapshot.split(':')[1] ?? 0),
    epoch,
    horizon,
    schemaVersion: Number(schemaVersion),
  }
  const changes = rows.slice(0, limit).flatMap((row) => (row[7] === null ? [] : [parseChange(row.slice(7))]))
  return { log, found: Number(found), changes }
}

// The columns are as the statement lists them, and all but the last four are `not null` in the table.
const parseChange = (row: Rows[number]): Change => {
  const [seq, at, collection, record, op, before, after, actor, request] = row
  return { seq, at, collection, record, op, before, after, actor, request } as Change
}
