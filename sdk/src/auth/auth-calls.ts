import type { Transport } from '../http/transport.ts'
import type { SignedIn, User } from './session.ts'
import type { SessionKeeper } from './session-keeper.ts'

/** How every part of `db.auth` calls the routes below `/api/auth`. */
export interface AuthCalls {
  /** A call whose answer says nothing of use. */
  tell(path: string, body?: unknown): Promise<void>
  /** A way in: keeps the session that it answers. */
  enter(path: string, body?: object): Promise<User>
  readonly transport: Transport
  readonly keeper: SessionKeeper
}

export const authCalls = (transport: Transport, keeper: SessionKeeper, cookies: boolean): AuthCalls => ({
  transport,
  keeper,
  tell: async (path, body) => {
    await transport.json('POST', `/api/auth/${path}`, { body })
  },
  enter: async (path, body = {}) => {
    // It does not say who asked before: a token that has ended would be in the way.
    const answer = await transport.json('POST', `/api/auth/${path}`, {
      body: { ...body, ...(cookies && { session: 'cookie' }) },
      signedIn: false,
    })
    // The server answers every sign-in in this shape.
    const signedIn = answer as SignedIn
    await keeper.enter(signedIn)
    return signedIn.user
  },
})

/** An address and a password. */
export interface PasswordCredentials {
  readonly email: string
  readonly password: string
}

/** The token of a mail, with a password. */
export interface PasswordWithToken {
  readonly token: string
  readonly password: string
}
