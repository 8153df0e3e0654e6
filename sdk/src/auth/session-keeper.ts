import type { Credentials, Transport } from '../http/transport.ts'
import { PlinthError } from '../plinth-error.ts'
import type { SessionStorage } from '../storage/session-storage.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { type AuthEvent, type KeptSession, keptSession, parseSession, type SignedIn } from './session.ts'

export interface SessionKeeperOptions {
  /** Under which it is stored; the same for all tabs. */
  readonly name: string
  readonly storage: SessionStorage
  /** The browser keeps the tokens in cookies. */
  readonly cookies: boolean
  readonly transport: Transport
}

/** Keeps the session: stores it, renews it in time, and tells who listens. */
export interface SessionKeeper extends Credentials {
  /** The session as of now; null for a guest. */
  current(): Promise<KeptSession | null>
  /** What `current` answered last. */
  readonly known: KeptSession | null
  /** Keeps what a sign-in answered. */
  enter(answer: SignedIn): Promise<void>
  leave(): Promise<void>
  /** Renews the session; false where there is none, or it has ended. */
  refresh(): Promise<boolean>
  onChange(listener: (event: AuthEvent) => void): () => void
}

/** A token that ends so soon might have ended when it arrives. */
const margin = 5_000

export function createSessionKeeper({ name, storage, cookies, transport }: SessionKeeperOptions): SessionKeeper {
  const listeners = new Set<(event: AuthEvent) => void>()
  let session: KeptSession | null = null
  let loading: Promise<void> | null = null
  let refreshing: Promise<boolean> | null = null

  const load = async (): Promise<KeptSession | null> => {
    try {
      return parseSession(await storage.get(name))
    } catch (error) {
      if (error instanceof SyntaxError) return null
      throw error
    }
  }

  const adopt = (next: KeptSession | null): void => {
    const before = session
    session = next
    const type = eventBetween(before, next)
    if (type === null) return
    // A listener that throws is its own fault, and not that of whoever signed in.
    for (const listener of listeners) queueMicrotask(() => listener({ type, user: next?.user ?? null }))
  }

  const keep = async (next: KeptSession | null): Promise<void> => {
    // Secrets that are in cookies are not here either; then this is only who it is.
    await storage.set(name, next === null ? null : JSON.stringify(next))
    adopt(next)
  }

  const ready = (): Promise<void> => {
    loading ??= load().then((found) => {
      session = found
      storage.watch?.(name, () => void load().then(adopt, () => undefined))
    })
    return loading
  }

  const renewStored = async (): Promise<boolean> => {
    // Another tab may have been here first.
    const stored = await load()
    const isNewer =
      stored !== null && stored.accessToken !== session?.accessToken && stored.endsAt - margin > Date.now()
    if (isNewer && !cookies) {
      adopt(stored)
      return true
    }
    if (stored === null && !cookies) {
      adopt(null)
      return false
    }
    try {
      await keep(keptSession(await requestRefresh(transport, cookies ? undefined : stored?.refreshToken)))
      return true
    } catch (error) {
      if (!(error instanceof PlinthError) || (error.status !== 401 && error.status !== 403)) throw error
      await keep(null)
      return false
    }
  }

  const refresh = (): Promise<boolean> => {
    refreshing ??= ready()
      .then(() => oneAtATime(name, renewStored))
      .finally(() => {
        refreshing = null
      })
    return refreshing
  }

  return {
    get known() {
      return session
    },
    current: () => ready().then(() => session),
    enter: async (answer) => {
      await ready()
      await keep(keptSession(answer))
    },
    leave: async () => {
      await ready()
      await keep(null)
    },
    refresh,
    onChange: (listener) => {
      listeners.add(listener)
      void ready().catch(() => undefined)
      return () => listeners.delete(listener)
    },
    token: async () => {
      await ready()
      if (session === null || cookies) return null
      if (session.endsAt - margin <= Date.now()) await refresh()
      return session?.accessToken ?? null
    },
    renew: async (refused) => {
      if (cookies) return refresh()
      if (session === null) return false
      return session.accessToken === refused ? refresh() : true
    },
  }
}

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
