import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import type { ChangeCursor } from './cursor.ts'
import { renewEpoch } from './renew-epoch.ts'
import { type ChangeBatch, currentCursor, readChanges, type ReadOptions } from './reader.ts'
import type { ChangeSignal } from './wake.ts'

export interface FollowOptions extends ReadOptions {
  /** Gets each batch that has changes; the next is read when it is done. When it throws, following ends with that. */
  readonly onBatch: (batch: ChangeBatch) => Promise<void> | void
  /** Called after each read, also where there was nothing: all up to `cursor` is dealt with, and it may be half way. */
  readonly onRead?: (cursor: ChangeCursor) => Promise<void> | void
  /** The log could not vouch for what was missed: read the records again. Following goes on from `cursor`. */
  readonly onResync: (cursor: ChangeCursor) => Promise<void> | void
  /** Told of each failed read; the next try comes after a pause. */
  readonly onError?: (error: unknown) => void
  readonly signal: ChangeSignal
  /** Ends following, after the batch at hand. */
  readonly stop: AbortSignal
  /** How often to look for what other processes wrote (250). */
  readonly pollMs?: number
  /** At least so many milliseconds between two reads (0): where much is written, one read then takes in many changes. */
  readonly restMs?: number
}

const firstPause = 100
const longestPause = 5_000

/** Follows the log from a cursor on until told to stop. Outlasts a database that is away. */
export async function followChanges(database: Database, from: ChangeCursor, options: FollowOptions): Promise<void> {
  const { signal, stop, pollMs = 250, restMs = 0 } = options
  // One read too many for others who wait for the signal does no harm.
  stop.addEventListener('abort', () => signal.wake(), { once: true })
  let cursor = from
  let pause = 0
  while (!stop.aborted) {
    const woken = signal.next(pollMs)
    const begun = performance.now()
    const step = await readStep(database, cursor, options, pause > 0)
    if (step === undefined) {
      pause = Math.min(Math.max(pause * 2, firstPause), longestPause)
      await pauseFor(pause, undefined, { ref: false, signal: stop }).catch(() => {})
      continue
    }
    pause = 0
    await deliver(step, options)
    cursor = step.cursor
    await options.onRead?.(cursor)
    if (!step.resync && step.more) continue
    await woken
    const rest = restMs - (performance.now() - begun)
    if (rest > 0) await pauseFor(rest, undefined, { ref: false, signal: stop }).catch(() => {})
  }
}

type Step = (ChangeBatch & { readonly resync: false }) | { readonly resync: true; readonly cursor: ChangeCursor }

/** Reads on; undefined when the database could not be read. */
async function readStep(
  database: Database,
  cursor: ChangeCursor,
  options: FollowOptions,
  wasAway: boolean,
): Promise<Step | undefined> {
  try {
    // It may have come back as another server.
    if (wasAway) await renewEpoch(database)
    const batch = await readChanges(database, cursor, options)
    if (batch !== 'resync') return { ...batch, resync: false }
    return { cursor: await currentCursor(database), resync: true }
  } catch (error) {
    options.onError?.(error)
    return undefined
  }
}

async function deliver(step: Step, { onBatch, onResync }: FollowOptions): Promise<void> {
  if (step.resync) return onResync(step.cursor)
  if (step.changes.length > 0) await onBatch(step)
}
