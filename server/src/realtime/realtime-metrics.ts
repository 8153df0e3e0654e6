import type { Channels } from './channels/open-channels.ts'
import type { SocketConnection } from './sockets/socket-connection.ts'
import type { Admission } from './subscriptions/admission.ts'
import type { HubDeps } from './subscriptions/change-hub.ts'
import type { Subscriptions } from './subscriptions/subscriptions.ts'

/** Where numbers are shown. */
export interface RealtimeMetrics {
  gauge(name: string, help: string, read: () => number): void
  counter(name: string, help: string, read: () => number): void
}

interface Shown {
  readonly counts: HubDeps['counts'] & { readonly resyncs: number }
  readonly subscriptions: Pick<Subscriptions, 'count'>
  readonly channels: Pick<Channels, 'load'>
  readonly admission: Pick<Admission, 'waiting' | 'refused'>
  readonly connections: ReadonlySet<SocketConnection>
}

/** What realtime costs, for `/metrics`. */
export function showRealtime(metrics: RealtimeMetrics, shown: Shown): void {
  const { counts, subscriptions, channels, admission, connections } = shown
  metrics.gauge('plinth_realtime_connections', 'Open realtime connections.', () => connections.size)
  metrics.gauge('plinth_realtime_subscriptions', 'Subscriptions on them.', () => subscriptions.count)
  metrics.gauge('plinth_channels', 'Channels that have members here.', () => channels.load().channels)
  metrics.gauge('plinth_channel_members', 'Memberships of channels.', () => channels.load().members)
  metrics.gauge('plinth_realtime_waiting_bytes', 'Bytes that wait to be taken by clients.', () =>
    [...connections].reduce((sum, { queue }) => sum + queue.bytes, 0),
  )
  metrics.gauge(
    'plinth_realtime_waiting',
    'Subscriptions and joins that wait for their turn to begin.',
    () => admission.waiting,
  )
  metrics.counter(
    'plinth_realtime_postponed_total',
    'Those whose clients were told to come later, since too many waited.',
    () => admission.refused,
  )
  metrics.counter('plinth_realtime_reads_total', 'Times that the change log was read.', () => counts.reads)
  metrics.counter('plinth_realtime_events_total', 'Events handed to connections.', () => counts.events)
  metrics.counter(
    'plinth_realtime_evaluations_total',
    'Changes judged by a rule and a filter: once for all subscriptions that the verdict holds for.',
    () => counts.evaluations,
  )
  metrics.counter(
    'plinth_realtime_lookups_total',
    'Users looked up by an id that a rule compares with theirs.',
    () => counts.lookups,
  )
  metrics.counter(
    'plinth_realtime_statements_total',
    'Statements that read what the change log does not tell.',
    () => counts.statements,
  )
  metrics.counter(
    'plinth_realtime_compared_total',
    'Records compared before and after a batch, since their rule or filter follows relations.',
    () => counts.compared,
  )
  metrics.counter(
    'plinth_realtime_wholes_total',
    'Comparisons of all records of a collection, not counted among those.',
    () => counts.wholes,
  )
  metrics.counter('plinth_realtime_resyncs_total', 'Subscriptions that had to begin anew.', () => counts.resyncs)
}
