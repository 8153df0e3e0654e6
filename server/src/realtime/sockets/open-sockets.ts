import type { Server as HttpServer } from 'node:http'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { errors, jsonSchema, type Problem } from '@plinth/schema'
import { Server, type Socket } from 'socket.io'
import { type Actor, anonymous } from '../../access/actor.ts'
import { type Message, message } from '../message.ts'
import { problemObject } from '../problem-object.ts'
import { answerMessages, messagesByName, toProblem } from './answer-messages.ts'
import type { SignIn } from './credential.ts'
import { Identities } from './identities.ts'
import { refusalToConnect } from './refusal-to-connect.ts'
import { rawParser } from './raw-parser.ts'
import { SocketConnection } from './socket-connection.ts'
import { realtimePath } from '../realtime-path.ts'

export interface SocketSettings {
  /** Origins whose pages may connect; `*` for all. The server's own always may. */
  readonly corsOrigins: readonly string[]
  readonly publicUrl: string | null
  /** Bytes that may wait for one client. */
  readonly queueBytes: number
  /** Bytes that one message of a client may have. */
  readonly messageBytes: number
  /** Messages a client may send in a second. */
  readonly messagesPerSecond: number
  /** Connections that this process takes. */
  readonly maxSockets: number
}

export interface SocketsOptions extends SocketSettings {
  readonly http: HttpServer
  readonly transports: readonly ('websocket' | 'polling')[]
  readonly signIn: SignIn
  readonly messages: readonly Message[]
  /** Waited for before it is asked who connects. */
  readonly ready: () => Promise<void>
  /** Told of faults of ours. */
  readonly onError: (error: unknown) => void
}

export interface Sockets {
  readonly connections: ReadonlySet<SocketConnection>
  readonly identities: Identities
  /** Whether nobody is connected, nor is being asked who they are. */
  isEmpty(): boolean
  /** Takes no new connections, tells those that are open when to come again, and closes them. */
  stop(): Promise<void>
}

/** Within so many milliseconds all clients of a server that stops come again, each at a moment of its own. */
const spreadMs = 5_000
const farewellMs = 200

/** Opens the socket.io server at `/api/realtime`, on the HTTP server that is there. */
export function openSockets(options: SocketsOptions): Sockets {
  const connections = new Set<SocketConnection>()
  const arriving = new Set<Socket>()
  const identities = new Identities(options.signIn)
  const admitted = new WeakMap<Socket, Admitted>()
  const messages = messagesByName([authenticateMessage(identities), ...options.messages])
  const state = { stopping: false }
  const io = new Server(options.http, {
    path: realtimePath,
    addTrailingSlash: false,
    transports: [...options.transports],
    serveClient: false,
    maxHttpBufferSize: options.messageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    parser: rawParser,
    connectTimeout: 10_000,
    ...corsOf(options.corsOrigins),
    allowRequest: (request, answer) => {
      const refusal = refusalToConnect(request, options, state.stopping ? Infinity : connections.size)
      answer(refusal, refusal === null)
    },
  })
  const refusalFor = async (socket: Socket): Promise<Error | undefined> => {
    arriving.add(socket)
    socket.client.conn.once('close', () => arriving.delete(socket))
    try {
      await options.ready()
      admitted.set(socket, await admit(socket, options.signIn))
      return undefined
    } catch (error) {
      arriving.delete(socket)
      return refusalOf(toProblem(error, options.onError))
    }
  }
  io.use(async (socket, next) => next(await refusalFor(socket)))
  io.on('connection', (socket) => {
    const { actor, credential } = admitted.get(socket) ?? { actor: anonymous, credential: undefined }
    const connection = new SocketConnection(socket, actor, options.queueBytes)
    connections.add(connection)
    arriving.delete(socket)
    identities.add(connection, credential)
    connection.closed.addEventListener('abort', () => connections.delete(connection), { once: true })
    answerMessages(socket, connection, messages, options)
  })
  return {
    connections,
    identities,
    isEmpty: () => connections.size === 0 && arriving.size === 0,
    stop: async () => {
      state.stopping = true
      await identities.stop()
      for (const each of connections) each.notify('reconnect', { afterMs: Math.ceil(Math.random() * spreadMs) })
      if (connections.size > 0) await pauseFor(farewellMs)
      io.disconnectSockets(true)
      io.engine.close()
    },
  }
}

const corsOf = (origins: readonly string[]) =>
  origins.length === 0
    ? {}
    : { cors: { origin: origins.includes('*') ? '*' : [...origins], credentials: !origins.includes('*') } }

interface Admitted {
  readonly actor: Actor
  readonly credential: string | undefined
}

/** Who connects: by the token of the handshake's `auth`, else by its headers or cookies. */
async function admit({ handshake, request }: Socket, signIn: SignIn): Promise<Admitted> {
  const { token = null }: Readonly<Record<string, unknown>> = handshake.auth
  if (token !== null && typeof token !== 'string') throw errors.invalidToken()
  const credential = token === null ? signIn.credentialOf(request) : `Bearer ${token}`
  return { actor: await signIn.authenticate(credential), credential }
}

/** socket.io hands `data` to the client's `connect_error`. */
const refusalOf = (problem: Problem): Error => Object.assign(new Error(problem.code), { data: problemObject(problem) })

const authenticateMessage = (identities: Identities): Message =>
  message({
    name: 'authenticate',
    body: jsonSchema.object({ token: jsonSchema.optional(jsonSchema.string({ maxLength: 4_096 })) }),
    handle: async (connection, { token }) => {
      const actor = await identities.authenticate(connection, token === undefined ? undefined : `Bearer ${token}`)
      return { kind: actor.kind, id: actor.id, roles: actor.roles }
    },
  })
