import type { Connection } from '../connection.ts'
import type { LiveWish } from './live-wish.ts'
import type { Rows } from './rows.ts'

/** A client's interest in a live query. */
export interface Watcher {
  /** Unique on its connection. */
  readonly id: string
  readonly connection: Connection
  readonly wish: LiveWish
  /** What the client has. */
  sent: Rows
}

/** Why a live query ends for a client, which has to ask for it again. */
export type EndReason =
  /** The query is not allowed any more, or means nothing under the new schema. */
  | 'access'
  /** The client took what it was sent too slowly. */
  | 'slow'
  /** The result has become larger than it may be. */
  | 'size'
  /** Something went wrong on our side. */
  | 'fault'
