import { errors } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { Database } from '../database/database.ts'
import { type AccessToken, AccessTokens } from './access-tokens.ts'
import { createKey, listKeys, type NewKey, revokeKey } from './api-keys.ts'
import { type Authenticate, authenticator } from './authenticate.ts'
import { type Credentials, setUpAdmin } from './first-admin.ts'
import { hashPassword, refuseWeakPassword, verifyPassword } from './passwords.ts'
import { type Attempt, signInLimits } from './sign-in-limits.ts'
import { openSigningKeys } from './signing-keys.ts'
import { findByEmail, findUser, setPassword, type User } from './users.ts'

export interface SignedIn extends AccessToken {
  readonly user: User
}

/** Sign-in, as routes use it. */
export interface Auth {
  readonly authenticate: Authenticate
  /** Counts a try at signing in; the caller looks at it before `signIn`. */
  attempt(email: string, address: string): Promise<Attempt>
  /** @throws Problem wrongCredentials */
  signIn(credentials: Credentials): Promise<SignedIn>
  /** Makes the first admin and signs them in. */
  setUp(token: string, credentials: Credentials, requestId: string): Promise<SignedIn>
  /** The user who asks. */
  me(actor: Actor): Promise<User>
  setPassword(userId: string, password: string): Promise<void>
  createKey(key: NewKey, by: Actor): Promise<{ readonly id: string; readonly key: string }>
  /** JSON text. */
  listKeys(): Promise<string>
  revokeKey(id: string): Promise<void>
}

export interface AuthOptions {
  /** Who signs access tokens: the address of this Plinth. */
  readonly issuer: string
}

/** Opens sign-in on a database that has its schema. */
export async function openAuth(database: Database, { issuer }: AuthOptions): Promise<Auth> {
  const tokens = new AccessTokens(await openSigningKeys(database), issuer)
  const limits = signInLimits(database)
  const welcome = async (user: User): Promise<SignedIn> => ({ ...(await tokens.sign(user.id)), user })

  return {
    authenticate: authenticator(database, tokens),
    attempt: limits.attempt,
    signIn: async ({ email, password }) => {
      const known = await findByEmail(database, email)
      const fits = await verifyPassword(known?.hash ?? null, password)
      if (!fits || known === null) throw errors.wrongCredentials()
      return welcome(known.user)
    },
    setUp: async (token, credentials, requestId) => welcome(await setUpAdmin(database, token, credentials, requestId)),
    me: async ({ userId }) => {
      const user = userId === null ? null : await findUser(database, userId)
      if (user === null) throw errors.notSignedIn()
      return user
    },
    setPassword: async (userId, password) => {
      refuseWeakPassword(password)
      const found = await setPassword(database, userId, await hashPassword(password))
      if (!found) throw errors.userNotFound({ id: userId })
    },
    createKey: (key, by) => createKey(database, key, by),
    listKeys: () => listKeys(database),
    revokeKey: (id) => revokeKey(database, id),
  }
}
