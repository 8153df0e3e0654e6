import { randomUUID } from 'node:crypto'
import { errors } from '@plinth/schema'
import { createClient } from '@redis/client'
import type {
  BroadcastEvent,
  ChannelEvent,
  ChannelTransport,
  Delivery,
  Entrance,
  PresenceEvent,
  TransportListener,
} from '../channel-transport.ts'
import { pause } from '../pause.ts'
import { PublishQueue } from '../publish-queue.ts'
import {
  deliveryOf,
  entryOf,
  numberOf,
  placeAt,
  presencesOf,
  presenceText,
  type StreamMessage,
  timeOf,
} from './redis-entries.ts'
import { prefix, redisKeys, sweepScript } from './redis-keys.ts'

export interface RedisTransportOptions extends TransportListener {
  /** `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string
}

const beatMs = 1_000
const goneMs = 7_000
const readMs = 30_000
/** Past this, events may have been forgotten unread. */
const longestSilenceMs = 20_000
const beatsPerSweep = 10
const keptSeconds = 86_400

type Redis = ReturnType<typeof connectTo>

/**
 * Carries channels through a Redis (7 or newer), for where they are used so much that PostgreSQL should not bear it. Events are
 * entries of one stream, which every copy reads; who is present is in hashes, and goes with the copy that gives no sign of life.
 */
export async function openRedisTransport(options: RedisTransportOptions): Promise<ChannelTransport> {
  const copy = randomUUID()
  const redis = connectTo(options)
  const reader = connectTo(options)
  try {
    await Promise.all([redis.connect(), reader.connect()])
    await register(redis, copy)
    const start = await latestId(redis)
    const closing = new AbortController()
    const own: Own = { copy, since: new Map() }
    const queue = new PublishQueue({
      write: (events) => available(writeEvents(redis, own, events)),
      onPublished: options.onDeliveries,
      onError: options.onError,
    })
    const working = [
      keepReading(reader, copy, start, closing.signal, options),
      keepBeating(redis, copy, closing.signal, options),
    ]
    return {
      publish: (event) => queue.publish(event),
      enter: (channel, last) => available(enter(redis, channel, last)),
      present: (channel, limit) =>
        available(redis.hGetAll(redisKeys.present(channel))).then((entries) => ({
          count: Object.keys(entries).length,
          shown: presencesOf(entries, limit),
        })),
      close: async () => {
        await queue.close()
        closing.abort()
        reader.destroy()
        await Promise.all(working)
        await redis
          .del(redisKeys.alive(copy))
          .then(() => sweep(redis))
          .catch(options.onError)
        redis.destroy()
      },
    }
  } catch (error) {
    for (const client of [redis, reader]) if (client.isOpen) client.destroy()
    throw errors.unavailable({ cause: error })
  }
}

function connectTo({ url, onError }: RedisTransportOptions) {
  const state = { connected: false }
  const client = createClient({
    url,
    // What cannot be sent now fails now: whoever sent it is told.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 5_000,
      // Who wants to join does not wait for a Redis that was never there.
      reconnectStrategy: (retries) => state.connected && Math.min(100 * 2 ** retries, 2_000),
    },
  })
  client.on('error', onError)
  client.once('ready', () => {
    state.connected = true
  })
  return client
}

const available = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw errors.unavailable({ cause: error })
  })

const register = (redis: Redis, copy: string): Promise<unknown> =>
  redis
    .multi()
    .set(redisKeys.alive(copy), '1', { expiration: { type: 'PX', value: goneMs } })
    .set(redisKeys.known(copy), '1')
    .sAdd(redisKeys.copies, copy)
    .exec()

async function latestId(redis: Redis): Promise<string> {
  const [latest] = (await redis.xRevRange(redisKeys.events, '+', '-', { COUNT: 1 })) ?? []
  return latest?.id ?? '0-0'
}

type Batch = ReturnType<Redis['multi']>

/** This copy, and since when its members are present, in milliseconds since 1970 with their fractions. */
interface Own {
  readonly copy: string
  readonly since: Map<string, number>
}

/** All of them and what they do to the list of who is present, or nothing. */
async function writeEvents(
  redis: Redis,
  { copy, since }: Own,
  events: readonly ChannelEvent[],
): Promise<readonly Delivery[]> {
  const batch = redis.multi()
  let commands = 0
  const places = events.map((event) => {
    const place = commands
    batch.xAdd(redisKeys.events, '*', entryOf(copy, event))
    commands += 1 + (event.kind === 'broadcast' ? keep(batch, copy, event) : note(batch, { copy, since }, event))
    return place
  })
  const replies = await batch.exec()
  return events.map((event, i) => {
    const id = String(replies[places[i] ?? 0])
    return { written: numberOf(id), at: timeOf(id), event }
  })
}

/** Answers how many commands that takes. */
function keep(batch: Batch, copy: string, event: BroadcastEvent): number {
  if (event.keep === 0) return 0
  const kept = redisKeys.kept(event.channel)
  const TRIM = { strategy: 'MAXLEN', strategyModifier: '=', threshold: event.keep } as const
  batch.xAdd(kept, '*', entryOf(copy, event), { TRIM }).expire(kept, keptSeconds)
  return 2
}

function note(batch: Batch, { copy, since }: Own, { member, user, channel, state }: PresenceEvent): number {
  const from = since.get(member) ?? performance.timeOrigin + performance.now()
  if (state === null) since.delete(member)
  else since.set(member, from)
  const present = redisKeys.present(channel)
  const own = redisKeys.members(copy)
  if (state === null) batch.hDel(present, member).hDel(own, member)
  else batch.hSet(present, member, presenceText(user, state, from)).hSet(own, member, `${user ?? ''} ${channel}`)
  // Who is taken for gone, and does not know it yet, is taken for gone again.
  batch.sAdd(redisKeys.copies, copy)
  return 3
}

/** Redis does one thing at a time: both are of the same moment. */
async function enter(redis: Redis, channel: string, last: number): Promise<Entrance> {
  const [events, kept] = await redis
    .multi()
    .xRevRange(redisKeys.events, '+', '-', { COUNT: 1 })
    .xRevRange(redisKeys.kept(channel), '+', '-', { COUNT: Math.max(last, 1) })
    .execTyped()
  return {
    place: placeAt(events?.[0]?.id ?? '0-0'),
    replayed: last === 0 ? [] : (kept ?? []).toReversed().map(deliveryOf),
  }
}

async function keepReading(
  reader: Redis,
  copy: string,
  start: string,
  closed: AbortSignal,
  { onDeliveries, onGap, onError }: RedisTransportOptions,
): Promise<void> {
  let id = start
  let readAt = performance.now()
  while (!closed.aborted) {
    try {
      const streams = await reader.xRead({ key: redisKeys.events, id }, { BLOCK: beatMs, COUNT: 500 })
      const messages: readonly StreamMessage[] = streams?.[0]?.messages ?? []
      id = messages.at(-1)?.id ?? id
      const now = performance.now()
      if (now - readAt > longestSilenceMs) onGap()
      readAt = now
      onDeliveries(messages.filter(({ message }) => message['copy'] !== copy).map(deliveryOf))
    } catch (error) {
      if (closed.aborted) return
      onError(error)
      await pause(beatMs, closed)
    }
  }
}

async function keepBeating(
  redis: Redis,
  copy: string,
  closed: AbortSignal,
  { onError, onGap }: RedisTransportOptions,
): Promise<void> {
  for (let beats = 1; !closed.aborted; beats += 1) {
    await pause(beatMs, closed)
    if (closed.aborted) return
    try {
      const known = await redis.exists(redisKeys.known(copy))
      await register(redis, copy)
      // The others have taken this copy for gone, or Redis has forgotten everything.
      if (known === 0) onGap()
      await sweep(redis)
      if (beats % beatsPerSweep === 0)
        await redis.xTrim(redisKeys.events, 'MINID', Date.now() - readMs, { strategyModifier: '~' })
    } catch (error) {
      onError(error)
    }
  }
}

const sweep = (redis: Redis): Promise<unknown> =>
  redis.eval(sweepScript, { keys: [redisKeys.copies, redisKeys.events], arguments: [prefix] })
