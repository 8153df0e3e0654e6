import type { Socket } from 'socket.io'
import type { Actor } from '../../access/actor.ts'
import type { Connection } from '../connection.ts'
import { JsonText } from '../json-text.ts'
import { OutgoingQueue } from './outgoing-queue.ts'

/** A connection over socket.io. */
export class SocketConnection implements Connection {
  readonly id: string
  readonly queue: OutgoingQueue
  #actor: Actor
  readonly #closing = new AbortController()
  readonly #listeners = new Set<(actor: Actor) => void>()

  constructor(socket: Socket, actor: Actor, queueBytes: number) {
    this.id = socket.id
    this.queue = new OutgoingQueue(socket.client.conn, queueBytes)
    this.#actor = actor
    socket.once('disconnect', () => {
      this.#listeners.clear()
      this.#closing.abort()
    })
  }

  get actor(): Actor {
    return this.#actor
  }

  get closed(): AbortSignal {
    return this.#closing.signal
  }

  send(event: string, payload: object | JsonText): boolean {
    return this.queue.push(packetText(event, payload))
  }

  notify(event: string, payload: object): void {
    this.queue.push(packetText(event, payload), true)
  }

  onActorChanged(listener: (actor: Actor) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  setActor(actor: Actor): void {
    this.#actor = actor
    for (const listener of this.#listeners) listener(actor)
  }
}

/** An event in socket.io's protocol: packet type 2, then JSON. https://socket.io/docs/v4/socket-io-protocol/ */
const packetText = (event: string, payload: object | JsonText): string =>
  `2["${event}",${payload instanceof JsonText ? payload.text : JSON.stringify(payload)}]`
