import type { StandingOptions } from './realtime.ts'

/** A message of a channel. */
export interface ChannelMessage<Payload = unknown> {
  readonly event: string
  readonly payload: Payload
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

export interface JoinOptions<State = unknown, Payload = unknown> extends StandingOptions {
  /** How many of the latest messages to be told first, where the channel keeps any. */
  readonly replay?: number
  readonly onMessage?: (message: ChannelMessage<Payload>) => void
  /** Told who is present: at the beginning, and after each change. */
  readonly onPresence?: (members: readonly Present<State>[]) => void
  /** The channel was joined again after `reason`: messages may have been missed. */
  readonly onRejoin?: (reason: string) => void
}

/** A channel that was joined. It is joined again by itself after lost connections. */
export interface Room<State = unknown, Payload = unknown> {
  readonly name: string
  /** Who is present, as far as one may see. */
  readonly members: readonly Present<State>[]
  /** Sends a message to all others, with `echo` to oneself, too; resolves when it is certain to reach them. */
  broadcast(event: string, payload: Payload, options?: { readonly echo?: boolean }): Promise<void>
  /** Shows oneself with this, or no more; after a lost connection again. */
  present(state: (State & object) | null): Promise<void>
  leave(): void
}

/** A channel by its name. */
export interface Channel {
  /**
   * What others send and show is whatever they do: its types are what the program says they are.
   *
   * @example
   * const room = await db.channel('room:1').join<{ name: string }, { text: string }>({
   *   onPresence: (members) => show(members.map(({ state }) => state.name)),
   *   onMessage: ({ payload }) => show(payload.text),
   * })
   * await room.broadcast('said', { text: 'Hello' })
   * @throws PlinthError channelNotFound where there is none, or one may not join it
   */
  join<State = unknown, Payload = unknown>(options?: JoinOptions<State, Payload>): Promise<Room<State, Payload>>
}
