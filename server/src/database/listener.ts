import { setTimeout as pauseFor } from 'node:timers/promises'
import pg from 'pg'
import { quoteIdentifier } from './sql.ts'

type OnNotice = (payload: string) => void

const longestPauseMs = 5_000

/**
 * One connection that waits for notices (`listen`), opened when somebody first wants to hear any, and opened again when it
 * breaks. https://www.postgresql.org/docs/current/sql-notify.html
 */
export class Listener {
  readonly #settings: pg.ClientConfig
  readonly #hearers = new Map<string, Set<OnNotice>>()
  readonly #closing = new AbortController()
  #client: pg.Client | null = null
  #keeping: Promise<void> | null = null

  constructor(settings: pg.ClientConfig) {
    this.#settings = settings
  }

  /**
   * Calls `onNotice` for each notice, and with '' whenever some may have been missed. It is only a hint: while the connection
   * is down, nobody is called. Answers how to stop that.
   */
  listen(channel: string, onNotice: OnNotice): () => void {
    const hearers = this.#hearers.get(channel) ?? new Set()
    this.#hearers.set(channel, hearers.add(onNotice))
    // Otherwise it is told as soon as there is a connection. To listen twice is to listen once.
    this.#client?.query(listenTo(channel)).then(
      () => onNotice(''),
      () => {},
    )
    this.#keeping ??= this.#keep()
    return () => void hearers.delete(onNotice)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#client?.end().catch(() => {})
    await this.#keeping
  }

  /** Connects, and does so again whenever the connection has ended. */
  async #keep(): Promise<void> {
    let pause = 100
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listenUntilItEnds(() => {
          pause = 100
        })
      } catch {
        // The database is away; who listens also looks by itself from time to time.
      }
      await pauseFor(pause, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {})
      pause = Math.min(pause * 2, longestPauseMs)
    }
  }

  async #listenUntilItEnds(onConnected: () => void): Promise<void> {
    const client = new pg.Client(this.#settings)
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
    // `end` follows.
    client.on('error', () => {})
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''))
    try {
      await client.connect()
      this.#client = client
      for (const channel of this.#hearers.keys()) await client.query(listenTo(channel))
      onConnected()
      for (const channel of this.#hearers.keys()) this.#tell(channel, '')
      if (!this.#closing.signal.aborted) await ended
    } finally {
      this.#client = null
      await client.end().catch(() => {})
    }
  }

  #tell(channel: string, payload: string): void {
    for (const onNotice of this.#hearers.get(channel) ?? []) onNotice(payload)
  }
}

const listenTo = (channel: string): string => `listen ${quoteIdentifier(channel)}`
