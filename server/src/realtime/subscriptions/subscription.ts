import type { Connection } from '../connection.ts'
import type { Audience } from './audience.ts'
import type { Viewer } from './record-judge.ts'
import type { Selection } from './selection.ts'

/** What a client wants to hear of. */
export interface Wish {
  readonly collection: string
  readonly filter: string | null
  readonly select: string | null
  /** Only this record. */
  readonly record: string | null
}

/** A live interest in the records of a collection. */
export interface Subscription {
  /** Unique on its connection. */
  readonly id: string
  readonly connection: Connection
  /** Another where the schema or the actor has changed, and what is sent has not. */
  plan: SubscriptionPlan
  /** Nothing is sent any more. */
  ended: boolean
}

/** What a wish means for who asks, under one schema. */
export interface SubscriptionPlan {
  readonly wish: Wish
  readonly record: string | null
  readonly audience: Audience
  readonly circle: string
  readonly viewer: Viewer
  readonly selection: Selection
  /** What its events depend on besides the log: who asks, and by which rule. A cursor is good for this alone. */
  readonly fingerprint: string
}

/** Why a subscription ends, and the records have to be read again. */
export type ResyncReason =
  /** The log no longer reaches back, or was broken off: changes were dropped, a table was emptied, the database restored. */
  | 'log'
  /** Another user, other roles, or another rule: what may be seen is another set of records. */
  | 'access'
  /** The client took its events too slowly. */
  | 'slow'
  /** Something went wrong on our side. */
  | 'fault'
