import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'
import type { ChannelRights } from './channel-rights.ts'
import type { Delivery, Place } from './channel-transport.ts'

/** One connection's membership of one channel. */
export class Member {
  /** Known to other members; it tells nothing about the connection and is never used again. */
  readonly id = randomUUID()
  readonly connection: Connection
  readonly channel: string
  /** The user who joined, by the server's own knowledge. */
  readonly user: string | null
  /** Null until they were read for the first time. */
  rights: ChannelRights | null = null
  /** What it shows of itself, as JSON text; null while it is not present. */
  state: string | null = null
  /** What came since it asked to join, until its answer is out. */
  waiting: Delivery[] | null = []
  /** What was there when it joined: the rest is sent. */
  place: Place | null = null
  gone = false
  /** Resolves when it has joined, or could not. */
  readonly settled: Promise<void>
  readonly settle: () => void

  constructor(connection: Connection, channel: string) {
    this.connection = connection
    this.channel = channel
    this.user = connection.actor.userId
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.settle = resolve
  }
}
