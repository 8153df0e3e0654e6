import { segment } from '../http/segment.ts'
import type { Transport } from '../http/transport.ts'
import { PlinthError } from '../plinth-error.ts'
import type { AuthEvent, Me, SignedIn, User } from './session.ts'
import type { SessionKeeper } from './session-keeper.ts'

interface Credentials {
  readonly email: string
  readonly password: string
}

/** One of the places where a user is signed in. */
export interface UserSession {
  readonly id: string
  readonly method: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly expiresAt: string
  readonly userAgent: string | null
  readonly address: string | null
  /** Whether it is the session that asks. */
  readonly current: boolean
}

/** Signing in and out, and everything around it. Each way in answers who has signed in. */
export interface Auth {
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

  signIn(credentials: Credentials): Promise<User>
  /** Forgets the session here, also where the server cannot be reached; `everywhere` ends all of the user's. */
  signOut(options?: { readonly everywhere?: boolean }): Promise<void>

  /** Asks for an account; the mail to the address holds the token for `confirmSignUp`. Further members are fields of `users`. */
  signUp(account: Credentials & Readonly<Record<string, unknown>>): Promise<void>
  confirmSignUp(confirmation: { readonly token: string; readonly password: string }): Promise<User>
  signInAnonymously(): Promise<User>
  /** Gives an anonymous user an address; confirmed by `confirmSignUp`. */
  upgrade(account: Credentials): Promise<void>
  acceptInvite(invitation: { readonly token: string; readonly password: string }): Promise<User>
  /** Makes the first admin, by the one-time link of the server's log. */
  setUp(account: Credentials & { readonly token: string }): Promise<User>

  sendMagicLink(email: string): Promise<void>
  signInWithMagicLink(token: string): Promise<User>
  /** Mails a code of six digits; the ticket stays with who asked for it. */
  sendCode(email: string): Promise<{ readonly ticket: string }>
  signInWithCode(tried: { readonly ticket: string; readonly code: string }): Promise<User>

  sendPasswordReset(email: string): Promise<void>
  resetPassword(reset: { readonly token: string; readonly password: string }): Promise<void>
  /** Ends all other sessions. */
  changePassword(change: { readonly current: string; readonly new: string }): Promise<void>
  sendVerification(email: string): Promise<void>
  verifyEmail(token: string): Promise<void>
  /** Mails a token for `confirmEmail` to the new address. */
  changeEmail(change: Credentials): Promise<void>
  confirmEmail(token: string): Promise<void>

  readonly sessions: {
    list(): Promise<readonly UserSession[]>
    revoke(id: string): Promise<void>
  }
}

export function createAuth(transport: Transport, keeper: SessionKeeper, cookies: boolean): Auth {
  /** A call of a route below `/api/auth` that answers nothing of use. */
  const tell = async (path: string, body?: unknown): Promise<void> => {
    await transport.json('POST', `/api/auth/${path}`, { body })
  }
  /** A way in: keeps the session. It says nothing of who asked before, or a token that has ended would be in the way. */
  const enter = async (path: string, body: object = {}): Promise<User> => {
    const answer = await transport.json('POST', `/api/auth/${path}`, {
      body: { ...body, ...(cookies && { session: 'cookie' }) },
      signedIn: false,
    })
    // The server answers every sign-in in this shape.
    const signedIn = answer as SignedIn
    await keeper.enter(signedIn)
    return signedIn.user
  }

  return {
    get user() {
      return keeper.known?.user ?? null
    },
    ready: async () => (await keeper.current())?.user ?? null,
    token: () => keeper.token(),
    onChange: (listener) => keeper.onChange(listener),
    // The server answers these in these shapes.
    me: async () => (await transport.json('GET', '/api/auth/me')) as Me,
    refresh: () => keeper.refresh(),

    signIn: (credentials) => enter('sign-in', credentials),
    signOut: async ({ everywhere = false } = {}) => {
      try {
        await tell('sign-out', { everywhere })
      } catch (error) {
        // The session has ended already, which is what was wanted.
        if (!(error instanceof PlinthError) || error.status !== 401) throw error
      } finally {
        await keeper.leave()
      }
    },

    signUp: (account) => tell('sign-up', account),
    confirmSignUp: (confirmation) => enter('sign-up/confirm', confirmation),
    signInAnonymously: () => enter('anonymous'),
    upgrade: (account) => tell('upgrade', account),
    acceptInvite: (invitation) => enter('invite/accept', invitation),
    setUp: (account) => enter('setup', account),

    sendMagicLink: (email) => tell('magic-link', { email }),
    signInWithMagicLink: (token) => enter('magic-link/sign-in', { token }),
    sendCode: async (email) => {
      const { ticket } = (await transport.json('POST', '/api/auth/code', { body: { email } })) as {
        readonly ticket: string
      }
      return { ticket }
    },
    signInWithCode: (tried) => enter('code/sign-in', tried),

    sendPasswordReset: (email) => tell('reset', { email }),
    resetPassword: (reset) => tell('reset/confirm', reset),
    changePassword: (change) => tell('password', change),
    sendVerification: (email) => tell('verify-email/request', { email }),
    verifyEmail: (token) => tell('verify-email', { token }),
    changeEmail: (change) => tell('email', change),
    confirmEmail: (token) => tell('email/confirm', { token }),

    sessions: {
      list: async () =>
        ((await transport.json('GET', '/api/auth/sessions')) as { readonly items: readonly UserSession[] }).items,
      revoke: async (id) => {
        await transport.json('DELETE', `/api/auth/sessions/${segment(id)}`, { repeatable: true })
      },
    },
  }
}
