import type { Credentials, Transport } from '../http/transport.ts'
import { PlinthError } from '../plinth-error.ts'
import type { SessionStorage } from '../storage/session-storage.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { type AuthEvent, type KeptSession, keptSession, parseSession, type SignedIn } from './session.ts'

export interface SessionKeeperOptions {
  /** Under which it is stored; the same for all tabs. */
  readonly name: string
  readonly storage: SessionStorage
  /** The browser keeps the tokens in cookies; then only who it is is known here. */
  readonly cookies: boolean
  readonly transport: Transport
}

type Listener = (event: AuthEvent) => void

/** A token that ends so soon might have ended when it arrives: milliseconds. */
const margin = 5_000

/** Keeps the session: stores it, renews it in time, and tells who listens. */
export class SessionKeeper implements Credentials {
  readonly #options: SessionKeeperOptions
  readonly #listeners = new Set<Listener>()
  #session: KeptSession | null = null
  #loading: Promise<void> | null = null
  #refreshing: Promise<boolean> | null = null

  constructor(options: SessionKeeperOptions) {
    this.#options = options
  }

  /** Who is signed in, as far as it is known without waiting. */
  get known(): KeptSession | null {
    return this.#session
  }

  /** The session as of now; null for a guest. */
  async current(): Promise<KeptSession | null> {
    await this.#ready()
    return this.#session
  }

  /** Keeps what a sign-in answered. */
  enter(answer: SignedIn): Promise<void> {
    return this.#replace(keptSession(answer))
  }

  leave(): Promise<void> {
    return this.#replace(null)
  }

  async token(): Promise<string | null> {
    await this.#ready()
    if (this.#session === null || this.#options.cookies) return null
    if (isFresh(this.#session) || (await this.refresh())) return this.#session?.accessToken ?? null
    // Without a token it would quietly be answered as a guest's.
    throw new PlinthError(401, 'invalidRefreshToken', 'This session has ended. Sign in again.')
  }

  async renew(refused: string | null): Promise<boolean> {
    if (this.#options.cookies) return this.refresh()
    if (this.#session === null) return false
    return this.#session.accessToken === refused ? this.refresh() : true
  }

  /** Renews the session; false where there is none, or it has ended. Whoever asks meanwhile gets the same answer. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    // What other tabs do is only heard of once the storage is watched.
    void this.#ready().catch(() => undefined)
    return () => this.#listeners.delete(listener)
  }

  #ready(): Promise<void> {
    this.#loading ??= this.#begin()
    return this.#loading
  }

  async #begin(): Promise<void> {
    const { storage, name } = this.#options
    this.#session = await this.#load()
    storage.watch?.(name, () => {
      this.#load().then(
        (session) => this.#adopt(session),
        () => undefined,
      )
    })
  }

  async #load(): Promise<KeptSession | null> {
    return parseSession(await this.#options.storage.get(this.#options.name))
  }

  /** After a refresh that is under way, here or in another tab: its answer must not take the place of the new session. */
  async #replace(session: KeptSession | null): Promise<void> {
    await this.#ready()
    await this.#refreshing?.catch(() => false)
    await this.#inTurn(() => this.#keep(session))
  }

  async #keep(session: KeptSession | null): Promise<void> {
    await this.#options.storage.set(this.#options.name, session === null ? null : JSON.stringify(session))
    this.#adopt(session)
  }

  #adopt(next: KeptSession | null): void {
    const type = eventBetween(this.#session, next)
    this.#session = next
    if (type === null) return
    // A listener that throws is its own fault, and not that of whoever signed in.
    for (const listener of this.#listeners) queueMicrotask(() => listener({ type, user: next?.user ?? null }))
  }

  async #refreshOnce(): Promise<boolean> {
    await this.#ready()
    const worn = this.#session
    return this.#inTurn(() => (this.#options.cookies ? this.#renew() : this.#renewStored(worn)))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { storage, name } = this.#options
    return (storage.oneAtATime ?? oneAtATime)(name, work)
  }

  async #renewStored(worn: KeptSession | null): Promise<boolean> {
    // Another tab may have been here first, and this one may have heard of it while it waited.
    const stored = await this.#load()
    const isOver = stored === null || stored.user.id !== worn?.user.id
    if (!isOver && !(stored.accessToken !== worn.accessToken && isFresh(stored)))
      return this.#renew(stored.refreshToken)
    this.#adopt(stored)
    // What one user asked for is not asked for as another one.
    return !isOver
  }

  async #renew(refreshToken?: string): Promise<boolean> {
    try {
      await this.#keep(keptSession(await requestRefresh(this.#options.transport, refreshToken)))
      return true
    } catch (error) {
      if (!(error instanceof PlinthError) || (error.status !== 401 && error.status !== 403)) throw error
      await this.#keep(null)
      return false
    }
  }
}

const isFresh = ({ endsAt }: KeptSession): boolean => endsAt - margin > Date.now()

/** It may be sent twice: within a few seconds the same token gets the same successor. */
async function requestRefresh(transport: Transport, refreshToken: string | undefined): Promise<SignedIn> {
  const answer = await transport.json('POST', '/api/auth/refresh', {
    signedIn: false,
    repeatable: true,
    ...(refreshToken !== undefined && { body: { refreshToken } }),
  })
  // The server answers every session in this shape.
  return answer as SignedIn
}

function eventBetween(before: KeptSession | null, next: KeptSession | null): AuthEvent['type'] | null {
  if (next === null) return before === null ? null : 'signedOut'
  return before?.user.id === next.user.id ? 'refreshed' : 'signedIn'
}
