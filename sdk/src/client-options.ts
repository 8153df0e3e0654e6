import type { SessionStorage } from './storage/session-storage.ts'

/** How a client reaches its server, and as whom. Everything has a default. */
export interface ClientOptions {
  /** Used in place of the platform's own. */
  readonly fetch?: typeof fetch
  /** An API key, or an access token, for every request. Then there is nobody to sign in. */
  readonly token?: string | (() => string | null | Promise<string | null>)
  /** Where the session of who has signed in is kept; in browsers `localStorage`, elsewhere memory. */
  readonly storage?: SessionStorage
  /** `cookie`: the browser keeps the session in cookies that no script can read. Default: `token`. */
  readonly session?: 'token' | 'cookie'
  /** Milliseconds one try of a request may take; 0 for as long as it takes. Default: 30,000. */
  readonly timeout?: number
  /** How often to try again where that is safe. Default: 3. */
  readonly retries?: number
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
}
