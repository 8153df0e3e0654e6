import { useEffect, useRef, useState } from 'react'
import type { ClientBase } from '../client.ts'
import type { PlinthError } from '../plinth-error.ts'
import type { ChannelMessage, Present, Room } from '../types/channel.ts'
import type { SchemaShape } from '../types/schema-shape.ts'

/** Who is present in a channel, and a way to be. */
export interface ChannelPresence<State, Payload = unknown> {
  readonly members: readonly Present<State>[]
  /** The channel, once it is joined. */
  readonly room: Room<State, Payload> | null
  readonly error: PlinthError | null
}

/** Joins a channel for as long as a component is shown, and shows there what it says of itself. */
export function useChannelPresence<State extends object, Payload>(
  client: Pick<ClientBase<SchemaShape>, 'channel'>,
  channel: string | null,
  state: State | null,
  onMessage: ((message: ChannelMessage<Payload>) => void) | undefined,
): ChannelPresence<State, Payload> {
  const [shown, setShown] = useState<ChannelPresence<State, Payload>>(nobody)
  const latest = useRef(onMessage)
  useEffect(() => {
    latest.current = onMessage
  })
  useEffect(() => {
    if (channel === null) return
    const ending = new AbortController()
    const patch = (change: Partial<ChannelPresence<State, Payload>>): void => {
      if (!ending.signal.aborted) setShown((before) => ({ ...before, ...change }))
    }
    // The client throws errors of this class alone.
    const onError = (error: unknown): void => patch({ error: error as PlinthError, room: null })
    client
      .channel(channel)
      .join<State, Payload>({
        signal: ending.signal,
        onPresence: (members) => patch({ members }),
        onMessage: (message) => latest.current?.(message),
        onError,
      })
      .then((room) => patch({ room, error: null }), onError)
    return () => {
      ending.abort()
      setShown(nobody)
    }
  }, [client, channel])
  const text = JSON.stringify(state)
  const { room } = shown
  useEffect(() => {
    // A connection that is lost shows it again by itself.
    room?.present(JSON.parse(text)).catch(() => {})
  }, [room, text])
  return shown
}

const nobody = { members: [], room: null, error: null }
