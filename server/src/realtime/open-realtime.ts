import type { Server as HttpServer } from 'node:http'
import { requiresMfa } from '../access/requires-mfa.ts'
import { readCursorKey } from '../changes/cursor-key.ts'
import type { ChangeSignal } from '../changes/wake.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { RecordsDeps } from '../records/operation.ts'
import { type Channels, openChannels } from './channels/open-channels.ts'
import { type Live, openLive } from './live/open-live.ts'
import { type RealtimeMetrics, showRealtime } from './realtime-metrics.ts'
import type { SignIn } from './sockets/credential.ts'
import { openSockets } from './sockets/open-sockets.ts'
import { Admission } from './subscriptions/admission.ts'
import { ChangeHub, type HubDeps } from './subscriptions/change-hub.ts'
import { subscriptionMessages } from './subscriptions/subscribe.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'

export interface RealtimeOptions {
  readonly http: HttpServer
  readonly signIn: SignIn
  readonly records: RecordsDeps & { readonly catalog: Pick<Catalog, 'model' | 'refresh' | 'onChange'> }
  readonly signal: ChangeSignal
  readonly metrics: RealtimeMetrics
  readonly config: RealtimeSettings
  readonly onError: (error: unknown) => void
}

export interface RealtimeSettings {
  /** How many processes serve at one address. */
  readonly workers: number
  readonly corsOrigins: readonly string[]
  readonly publicUrl: string | null
  readonly realtimeSockets: number
  readonly realtimeQueue: number
  readonly realtimeSubscriptions: number
  readonly realtimeWaiting: number
  readonly realtimeMessages: number
  readonly realtimeMessageBytes: number
  readonly realtimeChannels: number
  readonly channelPayloadBytes: number
  readonly channelMembers: number
  readonly redisUrl: string | null
}

export interface Realtime {
  /** Tells all clients when to come again, and closes their connections. */
  drain(): Promise<void>
  /** Ends reading the log. */
  close(): Promise<void>
}

/** How many subscriptions are begun and channels joined at a time: each needs a statement or two, and requests want some of the pool as well. */
const beginsAtATime = 4
/** The client of the SDK asks anew when it has waited for an answer for 20 s: what it gave up must not be done as well. */
const longestWaitMs = 10_000
/** What is around the payload of a message: its event and the name of its channel. */
const envelopeBytes = 4_096

/** Opens realtime: the sockets, and one reader of the change log for all of them. */
export async function openRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { records, config, signal, signIn, onError } = options
  const key = await readCursorKey(records.database)
  const counts = { reads: 0, evaluations: 0, lookups: 0, events: 0, statements: 0, compared: 0, wholes: 0, resyncs: 0 }
  const admission = new Admission(beginsAtATime, config.realtimeWaiting, longestWaitMs)
  const channels = openChannels({
    admission,
    records,
    catalog: records.catalog,
    redisUrl: config.redisUrl,
    channelsPerSocket: config.realtimeChannels,
    payloadBytes: config.channelPayloadBytes,
    membersShown: config.channelMembers,
    onError,
  })
  const live = openLive({ ...options, key })
  const subscriptions: Subscriptions = new Subscriptions(records, () => hub, config.realtimeSubscriptions)
  const hub: ChangeHub = new ChangeHub({
    records,
    signal,
    key,
    counts,
    // A part of the queue, since records are larger as JSON than PostgreSQL stores them.
    batchBytes: config.realtimeQueue / 4,
    usersChanged: (ids) => sockets.identities.usersChanged(ids),
    refreshSchema: (version) => refreshSchema(records, version),
    ...followedBy(channels, live),
    isIdle: () => sockets.isEmpty(),
    onLost: lossOf(subscriptions, counts),
    onError,
  })
  const sockets = openSockets({
    http: options.http,
    signIn,
    ready: () => hub.awake(),
    messages: [
      ...subscriptionMessages({ records, subscriptions, key, admission }),
      ...channels.messages,
      ...live.messages,
    ],
    ...socketSettings(config),
    onError,
  })
  showRealtime(options.metrics, { counts, subscriptions, channels, admission, connections: sockets.connections })
  const stopListening = records.catalog.onChange((model) => {
    for (const each of [subscriptions, live]) each.schemaChanged()
    void sockets.identities.rolesChanged((roles) => requiresMfa(model, roles))
  })
  return {
    drain: () => sockets.stop(),
    close: async () => {
      stopListening()
      live.close()
      await hub.stop()
      await channels.close()
    },
  }
}

const lossOf =
  (subscriptions: Subscriptions, counts: { resyncs: number }): HubDeps['onLost'] =>
  (subscription, reason) => {
    counts.resyncs += 1
    subscriptions.lose(subscription, reason)
  }

const socketSettings = (config: RealtimeSettings) => ({
  corsOrigins: config.corsOrigins,
  publicUrl: config.publicUrl,
  // The requests of a client that polls would come to one worker after another, and each knows its own clients alone.
  transports: config.workers > 1 ? (['websocket'] as const) : (['websocket', 'polling'] as const),
  queueBytes: config.realtimeQueue,
  // A payload that is as large as it may be travels within a message.
  messageBytes: Math.max(config.realtimeMessageBytes, config.channelPayloadBytes + envelopeBytes),
  messagesPerSecond: config.realtimeMessages,
  maxSockets: config.realtimeSockets,
})

/**
 * The log tells which version its changes may be of. The catalog looks for a new one twice a second, which is too late: a
 * change would go out by a rule that had been taken back before it was made.
 */
async function refreshSchema({ catalog }: RecordsDeps, version: number): Promise<void> {
  if (version > catalog.model.version) await catalog.refresh()
}

/** Channels and live queries hear of changes before subscriptions do. */
const followedBy = (channels: Channels, live: Live): Pick<HubDeps, 'onChanges' | 'onPosition' | 'onLogLost'> => ({
  onChanges: (changes, seen) => {
    channels.noteChanges(new Set(changes.map(({ collection }) => ownerOf(collection))))
    live.noteChanges(changes, seen)
  },
  onPosition: live.notePosition,
  onLogLost: () => {
    channels.noteAllChanged()
    live.noteAllChanged()
  },
})

/** The links of a relation to many are logged as `posts.tags`. */
const ownerOf = (table: string): string => table.split('.')[0] ?? table
