import type { StandingOptions } from './realtime.ts'

/** A message of a channel. */
export interface ChannelMessage {
  readonly event: string
  readonly payload: unknown
  /** The sender as the server knows it; null for guests and API keys. */
  readonly user: string | null
  /** The connection that it came from. */
  readonly member: string
  readonly at: string
}

/** Somebody who is present: one entry for each connection. */
export interface Present<State = unknown> {
  readonly member: string
  readonly user: string | null
  readonly state: State
}

export interface JoinOptions extends StandingOptions {
  /** How many of the latest messages to be told first, where the channel keeps any. */
  readonly replay?: number
  readonly onMessage?: (message: ChannelMessage) => void
  /** Told who is present: at the beginning, and after each change. */
  readonly onPresence?: (members: readonly Present[]) => void
  /** The channel was joined again after `reason`: messages may have been missed. */
  readonly onRejoin?: (reason: string) => void
}

/** A channel that was joined. It is joined again by itself after lost connections. */
export interface Room {
  readonly name: string
  /** Who is present, as far as one may see. */
  readonly members: readonly Present[]
  /** Sends a message to all others, with `echo` to oneself, too; resolves when it is certain to reach them. */
  broadcast(event: string, payload: unknown, options?: { readonly echo?: boolean }): Promise<void>
  /** Shows oneself with this, or no more; after a lost connection again. */
  present(state: object | null): Promise<void>
  leave(): void
}

/** A channel by its name. */
export interface Channel {
  /**
   * @example
   * const room = await db.channel('room:1').join({ onMessage: ({ event, payload }) => show(event, payload) })
   * await room.broadcast('said', { text: 'Hello' })
   * @throws PlinthError channelNotFound where there is none, or one may not join it
   */
  join(options?: JoinOptions): Promise<Room>
}
