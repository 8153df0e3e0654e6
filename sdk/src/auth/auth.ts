import type { Transport } from '../http/transport.ts'
import { PlinthError } from '../plinth-error.ts'
import { authCalls, type PasswordCredentials } from './auth-calls.ts'
import { type ByMail, byMail } from './by-mail.ts'
import { type Passkeys, passkeys } from './passkeys.ts'
import { type Registration, registration } from './registration.ts'
import { type SecondFactors, secondFactors } from './second-factors.ts'
import type { AuthEvent, Me, User } from './session.ts'
import type { SessionKeeper } from './session-keeper.ts'
import { type UserSessions, userSessions } from './user-sessions.ts'

/** Signing in and out, and everything around it. Each way in answers who has signed in. */
export interface Auth extends Registration, ByMail, SecondFactors {
  /** Who is signed in, as far as it is known without asking: right after the start that may be nobody yet. */
  readonly user: User | null
  /** Who is signed in, once what was stored has been read; null for a guest. */
  ready(): Promise<User | null>
  /** The access token, renewed where it has ended; null for a guest, and where cookies hold it. */
  token(): Promise<string | null>
  /** Calls when somebody has signed in or out, here or in another tab; answers what ends that. */
  onChange(listener: (event: AuthEvent) => void): () => void
  /** The user who asks, as the server sees them now. */
  me(): Promise<Me>
  /** Renews the session now; false where there is none any more. */
  refresh(): Promise<boolean>
  signIn(credentials: PasswordCredentials): Promise<User>
  /** Forgets the session here, also where the server cannot be reached; `everywhere` ends all of the user's. */
  signOut(options?: { readonly everywhere?: boolean }): Promise<void>
  /** Ends all other sessions. */
  changePassword(change: { readonly current: string; readonly new: string }): Promise<void>
  readonly sessions: UserSessions
  readonly passkeys: Passkeys
}

export function createAuth(transport: Transport, keeper: SessionKeeper, cookies: boolean): Auth {
  const calls = authCalls(transport, keeper, cookies)
  return {
    ...registration(calls),
    ...byMail(calls),
    ...secondFactors(calls),
    ...passkeys(calls),
    get user() {
      return keeper.known?.user ?? null
    },
    ready: async () => (await keeper.current())?.user ?? null,
    token: () => keeper.token(),
    onChange: (listener) => keeper.onChange(listener),
    // The server answers every user who asks for themselves in this shape.
    me: async () => (await transport.json('GET', '/api/auth/me')) as Me,
    refresh: () => keeper.refresh(),
    signIn: (credentials) => calls.enter('sign-in', credentials),
    signOut: async ({ everywhere = false } = {}) => {
      try {
        await calls.tell('sign-out', { everywhere })
      } catch (error) {
        // The session has ended already, which is what was wanted.
        if (!(error instanceof PlinthError) || error.status !== 401) throw error
      } finally {
        await keeper.leave()
      }
    },
    changePassword: (change) => calls.tell('password', change),
    sessions: userSessions(transport),
  }
}
