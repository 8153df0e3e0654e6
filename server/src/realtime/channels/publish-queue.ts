import { errors } from '@plinth/schema'
import type { ChannelEvent, Delivery } from './channel-transport.ts'

interface Waiting {
  readonly event: ChannelEvent
  readonly settle: (error?: unknown) => void
}

const mostEvents = 500
const mostCharacters = 4_000_000
/** Of all that waits. Past it, writing is so slow that whoever sends has to wait, and not our memory. */
const mostWaiting = 64_000_000
const retryMs = 500

export interface PublishQueueOptions {
  /** Writes events in their order, all or none. */
  readonly write: (events: readonly ChannelEvent[]) => Promise<readonly Delivery[]>
  /** Gets what was written, before whoever published it hears of it. */
  readonly onPublished: (deliveries: readonly Delivery[]) => void
  readonly onError: (error: unknown) => void
}

/**
 * Writes events one batch at a time: what comes while one is written goes with the next. So events of this copy are written
 * in the order in which they came, and a thousand small messages cost a few writes.
 */
export class PublishQueue {
  readonly #options: PublishQueueOptions
  readonly #waiting: Waiting[] = []
  #characters = 0
  #running: Promise<void> | null = null
  #closed = false

  constructor(options: PublishQueueOptions) {
    this.#options = options
  }

  publish(event: ChannelEvent): Promise<void> {
    // That somebody has left is small, and must be known.
    if (this.#characters > mostWaiting && event.kind !== 'leave') return Promise.reject(errors.unavailable())
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error))
      this.#add([{ event, settle }])
      this.#start()
    })
  }

  /** Resolves when all that waits has been written, or has failed. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  #add(waiting: readonly Waiting[]): void {
    this.#waiting.push(...waiting)
    for (const { event } of waiting) this.#characters += sizeOf(event)
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null
      if (this.#waiting.length > 0) this.#start()
    })
  }

  async #drain(): Promise<void> {
    // What is handed over in the same moment goes together.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#write(this.#nextBatch())
  }

  #nextBatch(): readonly Waiting[] {
    let characters = 0
    const end = this.#waiting.findIndex(({ event }, i) => {
      characters += sizeOf(event)
      return i > 0 && (i === mostEvents || characters > mostCharacters)
    })
    const batch = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    for (const { event } of batch) this.#characters -= sizeOf(event)
    return batch
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { write, onPublished } = this.#options
    try {
      onPublished(await write(batch.map(({ event }) => event)))
      for (const { settle } of batch) settle()
    } catch (error) {
      this.#fail(batch, error)
    }
  }

  /** Who sent a message is told. That somebody has left must be known in the end, or they would seem present for ever. */
  #fail(batch: readonly Waiting[], error: unknown): void {
    const again = this.#closed ? [] : batch.filter(({ event }) => event.kind === 'leave')
    for (const waiting of batch) if (!again.includes(waiting)) waiting.settle(error)
    if (again.length === 0) return
    this.#options.onError(error)
    setTimeout(() => {
      this.#add(again)
      this.#start()
    }, retryMs).unref()
  }
}

const sizeOf = (event: ChannelEvent): number =>
  (event.kind === 'broadcast' ? event.payload : (event.state ?? '')).length
