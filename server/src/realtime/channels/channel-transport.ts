/** Something that members of a channel are told: a message, or that somebody came, changed or went. */
export type ChannelEvent = BroadcastEvent | PresenceEvent

interface Origin {
  readonly channel: string
  /** The membership that it comes from. */
  readonly member: string
  /** The user behind it, as the server knows them; null for guests and API keys. */
  readonly user: string | null
}

export interface BroadcastEvent extends Origin {
  readonly kind: 'broadcast'
  /** What the sender calls it. */
  readonly event: string
  /** JSON text. */
  readonly payload: string
  /** Whether the sender gets it as well. */
  readonly echo: boolean
  /** How many of the channel's latest messages are kept. */
  readonly keep: number
}

export interface PresenceEvent extends Origin {
  readonly kind: 'join' | 'update' | 'leave'
  /** JSON text of an object; null for who leaves. */
  readonly state: string | null
}

export interface Delivery {
  /** Tells, by a `Place`, whether it was there at a certain moment. */
  readonly written: bigint
  /** ISO 8601. */
  readonly at: string
  readonly event: ChannelEvent
}

/** Somebody who is present. */
export interface Presence {
  readonly member: string
  readonly user: string | null
  readonly state: string
}

export interface PresenceList {
  /** Those who have been there longest. */
  readonly shown: readonly Presence[]
  readonly count: number
}

/** What was there at a moment. */
export interface Place {
  covers(delivery: Delivery): boolean
}

/** What somebody who joins finds. All that this place does not cover is delivered later. */
export interface Entrance {
  readonly place: Place
  /** The latest kept messages of the channel, oldest first. */
  readonly replayed: readonly Delivery[]
}

/**
 * Carries events between the copies of the server, and keeps who is present. Whatever one copy publishes reaches all, itself
 * included, once and in the order in which it was published; events of several copies come in no particular order.
 */
export interface ChannelTransport {
  /** Resolves when the event is certain to reach every copy. */
  publish(event: ChannelEvent): Promise<void>
  enter(channel: string, last: number): Promise<Entrance>
  /** Who is present, at the moment of the call or later. */
  present(channel: string, limit: number): Promise<PresenceList>
  /** The members of this copy leave. */
  close(): Promise<void>
}

/** What a transport tells the copy that opened it. */
export interface TransportListener {
  onDeliveries(deliveries: readonly Delivery[]): void
  /** Events may have been missed. */
  onGap(): void
  onError(error: unknown): void
}
