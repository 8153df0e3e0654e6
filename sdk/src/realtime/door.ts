import type { Credentials } from '../http/transport.ts'
import type { SessionKeeper } from '../auth/session-keeper.ts'
import { loadPart } from '../http/load-part.ts'
import type { Channel, JoinOptions, Room } from '../types/channel.ts'
import type { Subscription } from '../types/realtime.ts'
import type { SessionStorage } from '../storage/session-storage.ts'
import type { Realtime } from './realtime.ts'
import type { Wish } from './wishes.ts'

/** What realtime needs of a client. */
export interface RealtimeOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The browser's cookies say who asks. */
  readonly cookies: boolean
  readonly credentials: Credentials
  /** Null where a token was given, which somebody else looks after. */
  readonly keeper: SessionKeeper | null
  /** Where places are kept. */
  readonly places: SessionStorage
}

/** The way into realtime, which is loaded when it is first used. */
export interface RealtimeDoor {
  start(wish: Wish): Subscription
  channel(name: string): Channel
}

export function realtimeDoor(options: RealtimeOptions): RealtimeDoor {
  let loading: Promise<Realtime> | null = null
  const load = (): Promise<Realtime> => {
    loading ??= loadPart(import('./realtime.ts')).then(
      ({ Realtime }) => new Realtime(options),
      (error: unknown) => {
        loading = null
        throw error
      },
    )
    return loading
  }
  return {
    start: (wish) => {
      const { signal, onError } = wish.options
      const ending = new AbortController()
      const ended = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal])
      const ready = load().then((realtime) => realtime.start(wish, ended))
      // Whoever ends it knows; and so does who is told of errors.
      const settle = (): void => void ready.catch(() => {})
      if (onError !== undefined || ended.aborted) settle()
      ended.addEventListener('abort', settle)
      return { ready, unsubscribe: () => ending.abort() }
    },
    channel: (name) => ({
      join: async <State, Payload>(join: JoinOptions<State, Payload> = {}) =>
        // What is shown and sent goes through unseen: its types are the caller's.
        (await load()).join(name, join as JoinOptions) as Promise<Room<State, Payload>>,
    }),
  }
}
