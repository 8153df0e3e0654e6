import type { KeyObject } from 'node:crypto'
import type { ChangeSignal } from '../../changes/wake.ts'
import type { RecordsDeps } from '../../records/operation.ts'
import type { Message } from '../message.ts'
import type { RealtimeMetrics } from '../realtime-metrics.ts'
import { Admission } from '../subscriptions/admission.ts'
import { liveMessages } from './live-messages.ts'
import { LiveQueries } from './live-queries.ts'
import { RecentResults } from './recent-results.ts'

export interface LiveOptions {
  readonly records: RecordsDeps
  /** Signs cursors. */
  readonly key: KeyObject
  readonly signal: ChangeSignal
  readonly metrics: RealtimeMetrics
  readonly config: { readonly realtimeQueue: number; readonly realtimeSubscriptions: number }
  readonly onError: (error: unknown) => void
}

export type Live = Pick<LiveQueries, 'noteChanges' | 'noteAllChanged' | 'notePosition' | 'schemaChanged' | 'close'> & {
  readonly messages: readonly Message[]
}

/** How many live queries are run at a time. */
const runsAtATime = 2
const maxWaiting = 5_000

/** Opens live queries. */
export function openLive({ records, key, signal, metrics, config, onError }: LiveOptions): Live {
  // What is larger could not be sent to whoever has to get all of it anew.
  const reading = { records, key, maxBytes: config.realtimeQueue }
  const counts = { runs: 0, skipped: 0, changes: 0 }
  const recent = new RecentResults()
  const queries = new LiveQueries({
    ...reading,
    counts,
    limit: config.realtimeSubscriptions,
    wake: () => signal.wake(),
    onError,
    places: new Admission(runsAtATime, maxWaiting),
    onResult: (result) => recent.keep(result),
  })
  metrics.gauge(
    'plinth_live_queries',
    'Live queries that are kept right, each once for all who see the same.',
    () => queries.count,
  )
  metrics.gauge('plinth_live_watchers', 'Live queries that clients have.', () => queries.watcherCount)
  metrics.counter('plinth_live_runs_total', 'Times that a live query was run.', () => counts.runs)
  metrics.counter(
    'plinth_live_skipped_total',
    'Batches of changes that were seen not to matter to a live query without running it.',
    () => counts.skipped,
  )
  metrics.counter('plinth_live_changes_total', 'Differences handed to connections.', () => counts.changes)
  return {
    messages: liveMessages({ ...reading, queries, recent }),
    noteChanges: (changes, seen) => queries.noteChanges(changes, seen),
    noteAllChanged: () => queries.noteAllChanged(),
    notePosition: (position) => queries.notePosition(position),
    schemaChanged: () => queries.schemaChanged(),
    close: () => queries.close(),
  }
}
