import type { Transport } from '../http/transport.ts'
import { PlinthError } from '../plinth-error.ts'
import type { SignedIn, User } from './session.ts'
import type { SessionKeeper } from './session-keeper.ts'

/** How every part of `db.auth` calls the routes below `/api/auth`. */
export interface AuthCalls {
  /** A call whose answer says nothing of use. */
  tell(path: string, body?: unknown): Promise<void>
  /** A call and its answer, which the server gives in the shape that it describes. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>
  /**
   * A way in: keeps the session that it answers.
   *
   * @throws PlinthError `mfaRequired` with the `ticket` for `signInWithFactor` in its details
   */
  enter(path: string, body?: object): Promise<User>
}

export const authCalls = (transport: Transport, keeper: SessionKeeper, cookies: boolean): AuthCalls => ({
  // Its callers know the shape from the server's description.
  ask: async <T>(method: string, path: string, body?: unknown) =>
    (await transport.json(method, `/api/auth/${path}`, { body })) as T,
  tell: async (path, body) => {
    await transport.json('POST', `/api/auth/${path}`, { body })
  },
  enter: async (path, body = {}) => {
    // It does not say who asked before: a token that has ended would be in the way.
    const answer = await transport.json('POST', `/api/auth/${path}`, {
      body: { ...body, ...(cookies && { session: 'cookie' }) },
      signedIn: false,
    })
    // The server answers every sign-in in one of these shapes.
    const signedIn = answer as SignedIn | ({ readonly mfaRequired: true } & Readonly<Record<string, unknown>>)
    if ('mfaRequired' in signedIn) throw mfaRequired(signedIn)
    await keeper.enter(signedIn)
    return signedIn.user
  },
})

const mfaRequired = (details: Readonly<Record<string, unknown>>): PlinthError =>
  new PlinthError(200, 'mfaRequired', 'This account needs a second factor to sign in.', { details })

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
