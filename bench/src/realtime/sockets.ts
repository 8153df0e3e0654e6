import { io, type Socket } from 'socket.io-client'
import { inTurns } from './in-turns.ts'

interface Events {
  readonly events: readonly { readonly record: { readonly n: number } }[]
}

/** A client, and the numbers of the writes that it has heard of. */
export interface Listener {
  readonly socket: Socket
  readonly heard: number[]
}

/** How many connect, or subscribe, at a time. */
const atATime = 100

/** Connects one listener for each of the tokens. `onEvent` gets the number of a write when it is heard of. */
export function connectAll(
  url: string,
  tokens: readonly (string | null)[],
  onEvent: (n: number) => void = () => {},
): Promise<readonly Listener[]> {
  return inTurns(tokens, atATime, (token) => connect(url, token, onEvent))
}

async function connect(url: string, token: string | null, onEvent: (n: number) => void): Promise<Listener> {
  const socket = io(url, {
    path: '/api/realtime',
    addTrailingSlash: false,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(token !== null && { auth: { token } }),
  })
  const heard: number[] = []
  socket.on('events', ({ events }: Events) => {
    for (const { record } of events) {
      heard.push(record.n)
      onEvent(record.n)
    }
  })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
  return { socket, heard }
}

export async function subscribeAll(listeners: readonly Listener[]): Promise<void> {
  await inTurns(listeners, atATime, async ({ socket }) => {
    const answer: unknown = await socket.emitWithAck('subscribe', { collection: 'ticks' })
    if (typeof answer === 'object' && answer !== null && 'error' in answer)
      throw new Error(`A subscription was refused: ${JSON.stringify(answer)}`)
  })
}
