import { type ChannelModel, matchChannel, type Model } from '@plinth/schema'
import type { Catalog } from '../../catalog/catalog.ts'
import { type LookedAt, lookedAtBy } from '../../query/looked-at.ts'
import type { RecordsDeps } from '../../records/operation.ts'
import type { Message } from '../message.ts'
import type { Admission } from '../subscriptions/admission.ts'
import { type ChannelLimits, ChannelHub } from './channel-hub.ts'
import { channelMessages } from './channel-messages.ts'
import { readRights, readRightsToJoin } from './channel-rights.ts'
import type { ChannelTransport } from './channel-transport.ts'
import { openPostgresTransport } from './postgres/open-postgres-transport.ts'

export interface ChannelsOptions extends ChannelLimits {
  readonly records: RecordsDeps
  readonly catalog: Pick<Catalog, 'model' | 'onChange'>
  readonly admission: Admission
  /** A Redis that carries them instead of PostgreSQL. */
  readonly redisUrl: string | null
  readonly onError: (error: unknown) => void
}

/** Channels: messages and presence among those who may join. */
export interface Channels {
  readonly messages: readonly Message[]
  /** Records of these collections, or links of theirs, were changed: who was let in because of them is asked about anew. */
  noteChanges(collections: ReadonlySet<string>): void
  /** The same where it is not known what was changed. */
  noteAllChanged(): void
  load(): { readonly channels: number; readonly members: number }
  close(): Promise<void>
}

const askAgainMs = 500

/** Opens channels. It costs nothing until somebody joins one. */
export function openChannels(options: ChannelsOptions): Channels {
  const { records, catalog, onError } = options
  const listener = {
    onDeliveries: (deliveries: Parameters<ChannelHub['deliver']>[0]) => hub.deliver(deliveries),
    onGap: () => hub.missed(),
    onError,
  }
  const transport = once(async () => {
    if (options.redisUrl === null) return openPostgresTransport({ ...listener, database: records.database })
    // Loaded only where it is used.
    const { openRedisTransport } = await import('./redis/open-redis-transport.ts')
    return openRedisTransport({ ...listener, url: options.redisUrl })
  })
  const hub = new ChannelHub({
    ...options,
    read: (asks) => readRights(records, asks),
    readToJoin: (ask) => readRightsToJoin(records, ask),
    transport: transport.get,
  })
  const concerned = concernedBy(catalog)
  /** Asks anew about the channels whose rules look at something that this holds for. */
  const mark = (looksAt: (lookedAt: LookedAt) => boolean): void => {
    const channels = concerned(looksAt)
    if (channels.size > 0) hub.mark((name) => channels.has(matchChannel(catalog.model, name)?.channel))
  }
  const stopFollowing = catalog.onChange(() => hub.mark(() => true))
  // What depends on the time changes without anybody writing.
  const timer = setInterval(() => mark(({ always }) => always), askAgainMs).unref()
  return {
    messages: channelMessages(hub),
    noteChanges: (changed) => mark(({ collections }) => [...collections].some((each) => changed.has(each))),
    noteAllChanged: () => hub.mark(() => true),
    load: () => ({ channels: hub.members.channelCount, members: hub.members.memberCount }),
    close: async () => {
      clearInterval(timer)
      stopFollowing()
      await hub.close()
      await transport.close()
    },
  }
}

/** Finds channels by what their rules look at, which is worked out once per model. */
function concernedBy(catalog: {
  readonly model: Model
}): (looksAt: (lookedAt: LookedAt) => boolean) => ReadonlySet<ChannelModel | undefined> {
  let known: { readonly model: Model; readonly lookedAt: readonly (readonly [ChannelModel, LookedAt])[] } | null = null
  return (looksAt) => {
    const { model } = catalog
    if (known?.model !== model)
      known = { model, lookedAt: [...model.channels.values()].map((channel) => [channel, lookedAtBy(channel, model)]) }
    return new Set(known.lookedAt.filter(([, lookedAt]) => looksAt(lookedAt)).map(([channel]) => channel))
  }
}

/** Opened by whoever needs it first; tried anew when that has failed. */
function once(open: () => Promise<ChannelTransport>): { get(): Promise<ChannelTransport>; close(): Promise<void> } {
  let opening: Promise<ChannelTransport> | null = null
  return {
    get: () => {
      opening ??= open().catch((error: unknown) => {
        opening = null
        throw error
      })
      return opening
    },
    close: async () => (await opening)?.close(),
  }
}
