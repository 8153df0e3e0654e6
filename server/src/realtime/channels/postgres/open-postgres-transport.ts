import { randomUUID } from 'node:crypto'
import { openBell } from '../../../changes/bell.ts'
import { type ChangeSignal, createChangeSignal } from '../../../changes/wake.ts'
import type { Database } from '../../../database/database.ts'
import type { ChannelEvent, ChannelTransport, Delivery, TransportListener } from '../channel-transport.ts'
import {
  beat,
  keptEvents,
  parseDelivery,
  parsePresent,
  placeOf,
  presentMembers,
  publishEvents,
  register,
  type SeenEvents,
  seenBy,
  snapshotNow,
  sweepEvents,
  sweepMembers,
  unregister,
  unseenEvents,
} from './channel-statements.ts'
import { pause } from '../pause.ts'
import { PublishQueue } from '../publish-queue.ts'

export interface PostgresTransportOptions extends TransportListener {
  readonly database: Database
}

const beatMs = 1_000
const pollMs = 250
const beatsPerSweep = 10
/** Past this, events may have been swept away unread. */
const longestSilenceMs = 20_000

/**
 * Carries channels through PostgreSQL alone. Events are rows of an unlogged table that are forgotten after seconds; each copy
 * reads those of the others, by what its last snapshot could not see. A copy says every second that it is there, and the
 * members of one that says so no more leave.
 */
export async function openPostgresTransport(options: PostgresTransportOptions): Promise<ChannelTransport> {
  const { database, onDeliveries, onError } = options
  const copy = randomUUID()
  await database.run(register(copy))
  const start = await readSnapshot(database)
  const signal = createChangeSignal()
  const bell = openBell(database, 'plinth_channels', () => {
    // There is somebody; how many there are is known with the next beat.
    state.others ||= 1
    signal.wake()
  })
  const state: State = { others: 0, signal, ring: bell.ring }
  const queue = new PublishQueue({
    write: (events) => writeEvents(database, copy, events),
    onError,
    onPublished: (deliveries) => {
      onDeliveries(deliveries)
      if (state.others > 0) bell.ring()
    },
  })
  const closing = new AbortController()
  const reading = keepReading(copy, start, state, closing.signal, options)
  const beating = keepBeating(copy, state, closing.signal, options)
  // Others poll slowly while they know of nobody: now they do.
  bell.ring()
  return {
    publish: (event) => queue.publish(event),
    enter: async (channel, last) => {
      const rows = await database.run(keptEvents(channel, last))
      return {
        place: placeOf(rows[0]?.[0] ?? ''),
        replayed: rows.flatMap(([, ...event]) => (event[0] === null ? [] : [parseDelivery(event)])),
      }
    },
    present: async (channel, limit) => parsePresent(await database.run(presentMembers(channel, limit))),
    close: async () => {
      await queue.close()
      closing.abort()
      signal.wake()
      await Promise.all([reading, beating])
      // All at once, and the others need not wait until they miss it.
      await database.run(unregister(copy)).catch(onError)
      bell.close()
    },
  }
}

async function writeEvents(
  database: Database,
  copy: string,
  events: readonly ChannelEvent[],
): Promise<readonly Delivery[]> {
  const rows = await database.run(publishEvents(copy, events))
  return events.flatMap((event, i) => {
    const [written, at] = rows[i] ?? []
    return written && at ? [{ written: BigInt(written), at, event }] : []
  })
}

async function readSnapshot(database: Database): Promise<SeenEvents> {
  const [[snapshot] = []] = await database.run(snapshotNow)
  return seenBy(snapshot ?? '')
}

interface State {
  /** How many other copies there are. */
  others: number
  /** Woken when another copy has published something. Else it is found a moment later. */
  readonly signal: ChangeSignal
  /** Wakes the others. */
  readonly ring: () => void
}

async function keepReading(
  copy: string,
  from: SeenEvents,
  state: State,
  closed: AbortSignal,
  options: PostgresTransportOptions,
): Promise<void> {
  let seen = from
  let readAt = performance.now()
  while (!closed.aborted) {
    // Before reading, so that nothing that is published meanwhile waits for the next poll.
    const woken = state.signal.next(state.others > 0 ? pollMs : beatMs)
    try {
      const began = performance.now()
      const rows = await options.database.run(unseenEvents(copy, seen))
      const [snapshot, known] = rows[0] ?? []
      seen = seenBy(snapshot ?? '')
      const lost = known !== 't' || began - readAt > longestSilenceMs
      readAt = began
      if (lost) await recover(copy, options)
      else options.onDeliveries(rows.flatMap((row) => (row[2] === null ? [] : [parseDelivery(row.slice(2))])))
    } catch (error) {
      options.onError(error)
      await pause(beatMs, closed)
    }
    await woken
  }
}

/** The others have taken this copy for gone, PostgreSQL has crashed, or it could not be reached for too long. */
async function recover(copy: string, { database, onGap }: PostgresTransportOptions): Promise<void> {
  await database.run(register(copy))
  onGap()
}

async function keepBeating(
  copy: string,
  state: State,
  closed: AbortSignal,
  { database, onError }: PostgresTransportOptions,
): Promise<void> {
  for (let beats = 0; !closed.aborted; beats += 1) {
    try {
      const [[, others] = []] = await database.run(beat(copy))
      state.others = Number(others)
      const [[left] = []] = await database.run(sweepMembers)
      // This copy reads of it as all others do.
      if (left !== '0') state.ring()
      if (beats % beatsPerSweep === 0) await database.run(sweepEvents)
    } catch (error) {
      onError(error)
    }
    await pause(beatMs, closed)
  }
}
