import { setTimeout as pauseFor } from 'node:timers/promises'
import { type Client, connectClient } from '../../../server/test/realtime/client.ts'
import type { Told } from './expected-events.ts'

export interface SubscriberOptions {
  readonly token: string
  readonly filter?: string | undefined
  /** The address of a copy of the server to try next. */
  readonly nextUrl: () => string
}

interface Batch {
  readonly cursor: string
  readonly events: readonly Told[]
}

/** Keeps a subscription going, whatever happens to its connections, and everything it was told. */
export class Subscriber {
  readonly events: Told[] = []
  readonly faults: string[] = []
  /** Why it could not connect: copies that are killed are reason enough. */
  readonly troubles: string[] = []
  resumed = 0
  readonly #options: SubscriberOptions
  #cursor: string | undefined
  #client: Client | undefined
  #stopped = false
  #running: Promise<void> | undefined

  constructor(options: SubscriberOptions) {
    this.#options = options
  }

  /** Subscribes for the first time; from then on it comes back by itself. */
  async start(): Promise<void> {
    await this.#connect()
    this.#running = this.#keep()
  }

  /** As when a cable is pulled: nobody says goodbye. */
  cut(): void {
    this.#client?.socket.io.engine.close()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#client?.close()
    await this.#running
  }

  async #keep(): Promise<void> {
    while (!this.#stopped) {
      const socket = this.#client?.socket
      if (socket?.connected === true) await new Promise<void>((resolve) => socket.once('disconnect', () => resolve()))
      if (this.#stopped) return
      await this.#connect().catch((error: unknown) => {
        this.troubles.push(String(error))
        this.#client?.close()
        return pauseFor(50 + Math.random() * 100)
      })
    }
  }

  async #connect(): Promise<void> {
    this.#client?.socket.removeAllListeners()
    this.#client?.close()
    const client = await connectClient(this.#options.nextUrl(), this.#options.token)
    this.#client = client
    const { filter } = this.#options
    client.socket.on('events', ({ events, cursor }: Batch) => {
      this.events.push(...events)
      this.#cursor = cursor
    })
    client.socket.on('resync', (told: unknown) => this.faults.push(JSON.stringify(told)))
    const wish = { collection: 'items', ...(filter !== undefined && { filter }) }
    if (this.#cursor !== undefined) this.resumed += 1
    const answer = await client.ask('subscribe', {
      ...wish,
      ...(this.#cursor !== undefined && { cursor: this.#cursor }),
    })
    if (answer.error !== undefined) {
      this.faults.push(JSON.stringify(answer.error))
      throw new Error('refused')
    }
    this.#cursor ??= answer.cursor
  }
}
