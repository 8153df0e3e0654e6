import { loadPart } from '../http/load-part.ts'
import { segment } from '../http/segment.ts'
import type { AuthCalls } from './auth-calls.ts'
import type { User } from './session.ts'
import type { SessionKeeper } from './session-keeper.ts'

/** Another service to sign in with. */
export interface SignInProvider {
  readonly name: string
  readonly label: string
  readonly preset: string | null
}

/** An account at another service, by which a user signs in. */
export interface Identity {
  readonly id: string
  readonly provider: string
  readonly label: string
  readonly email: string | null
  readonly name: string | null
  readonly linkedAt: string
  readonly lastUsedAt: string | null
}

export interface StartOptions {
  /** Where people come back to: one of the server's `PLINTH_REDIRECT_URLS`. */
  readonly redirectTo: string
  /** Adds a way in to who is signed in. */
  readonly link?: boolean
  /** Fields of `users` that a new user gives. */
  readonly fields?: object
}

/** Signing in with other services, by OAuth 2.1 and OpenID Connect. */
export interface Providers {
  readonly providers: {
    /** For buttons. */
    list(): Promise<readonly SignInProvider[]>
    /**
     * Begins: answers where to send the browser. The verifier is needed by `exchange`; it is null where cookies hold the session.
     *
     * @example
     * const { url, verifier } = await db.auth.providers.start('google', { redirectTo: location.href })
     * sessionStorage.setItem('verifier', verifier ?? '')
     * location.href = url
     */
    start(name: string, options: StartOptions): Promise<{ readonly url: string; readonly verifier: string | null }>
    /**
     * Ends it, with the address that the browser has come back to. Answers who has signed in; null where a way in was added.
     *
     * @throws PlinthError whose `code` is what went wrong at the provider, such as `providerDenied`
     */
    exchange(address: string, verifier?: string | null): Promise<User | null>
  }
  readonly identities: {
    list(): Promise<readonly Identity[]>
    /** @throws PlinthError lastWayIn */
    unlink(id: string): Promise<void>
  }
}

export function providers({ ask, exchange }: AuthCalls, keeper: SessionKeeper, cookies: boolean): Providers {
  const load = () => loadPart(import('./provider-sign-in.ts'))
  const itemsOf = async <T>(path: string) => (await ask<{ readonly items: readonly T[] }>('GET', path)).items
  return {
    providers: {
      list: () => itemsOf('providers'),
      start: async (name, options) => (await load()).start({ ask, exchange }, name, options, cookies),
      exchange: async (address, verifier) => (await load()).finish({ ask, exchange }, keeper, address, verifier),
    },
    identities: {
      list: () => itemsOf('identities'),
      unlink: (id) => ask('DELETE', `identities/${segment(id)}`),
    },
  }
}
