import type { Actor } from '../access/actor.ts'
import type { JsonText } from './json-text.ts'

/** One client's open connection. Whatever is told to clients goes through it, so that its queue stays bounded. */
export interface Connection {
  /** Unique among all copies of the server; a client that connects again gets another. */
  readonly id: string
  /** Who is asking at this moment. It is replaced as a whole, so read it when it is needed and keep it no longer. */
  readonly actor: Actor
  /**
   * Hands an event to the client, after all that was handed over before.
   *
   * False where the client takes its events too slowly and its queue is full: then this event was dropped. Whoever sent it
   * keeps in mind that the client lacks something, sends it no more of the kind, and says so by `notify`.
   */
  send(event: string, payload: object | JsonText): boolean
  /** The same for the few words that must arrive, whatever waits: that something was missed, or has ended. */
  notify(event: string, payload: object): void
  /**
   * Called with each new actor: signed in again, other roles, or none any more (`anonymous` when the sign-in has ended and
   * the connection stays open). Answers how to stop that.
   */
  onActorChanged(listener: (actor: Actor) => void): () => void
  /** Aborted when the client is gone. */
  readonly closed: AbortSignal
}
