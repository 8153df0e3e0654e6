import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'

export interface SentEvent {
  readonly type: 'create' | 'update' | 'delete' | 'enter' | 'leave'
  readonly id: string
  readonly record?: Readonly<Record<string, unknown>>
}

export interface Batch {
  readonly subscription: string
  readonly cursor: string
  readonly events: readonly SentEvent[]
}

/** A client as an application would have it: socket.io's own, with what it was told in the order in which it came. */
export interface Client {
  readonly socket: Socket
  readonly batches: Batch[]
  readonly resyncs: { subscription: string; reason: string }[]
  readonly actors: { kind: string; id: string | null; reason: string }[]
  readonly farewells: { afterMs: number }[]
  /** Sends a message and answers its acknowledgement. */
  // Tests look into whatever came back.
  ask(name: string, body?: unknown): Promise<ReturnType<typeof JSON.parse>>
  /** `type id` of each event so far of a subscription. */
  events(subscription: string): readonly SentEvent[]
  close(): void
}

type Options = Partial<ManagerOptions & SocketOptions>

export async function connectClient(url: string, token?: string, options: Options = {}): Promise<Client> {
  const socket = io(url, {
    path: '/api/realtime',
    addTrailingSlash: false,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(token !== undefined && { auth: { token } }),
    ...options,
  })
  const client: Client = {
    socket,
    batches: [],
    resyncs: [],
    actors: [],
    farewells: [],
    ask: (name, body) => socket.timeout(20_000).emitWithAck(name, ...(body === undefined ? [] : [body])),
    events: (subscription) =>
      client.batches.filter((batch) => batch.subscription === subscription).flatMap(({ events }) => events),
    close: () => void socket.disconnect(),
  }
  socket.on('events', (batch) => client.batches.push(batch))
  socket.on('resync', (resync) => client.resyncs.push(resync))
  socket.on('actor', (actor) => client.actors.push(actor))
  socket.on('reconnect', (farewell) => client.farewells.push(farewell))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    // A connection that breaks before it is welcomed is told of by the manager alone; a refusal, by both.
    socket.io.once('close', (reason: string) => setImmediate(() => reject(new Error(reason))))
    socket.once('connect_error', (error) => {
      reject(error)
      socket.disconnect()
    })
  })
  return client
}
