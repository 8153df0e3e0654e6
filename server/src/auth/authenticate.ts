import { errors } from '@plinth/schema'
import { LRUCache } from 'lru-cache'
import { type Actor, anonymous } from '../access/actor.ts'
import type { Database } from '../database/database.ts'
import type { AccessTokens, Claims } from './access-tokens.ts'
import { findKeyHolder, type KeyHolder, keyPrefix, markUsed } from './api-keys.ts'
import { Recent } from './recent.ts'
import { findSession, type SessionHolder } from './sessions/find-session.ts'

/**
 * Who is asking, by the `Authorization` header. At once where that is known already.
 *
 * Who has to have a second factor and has none is refused here, so on every path, with `mfaEnrolmentRequired`; only what
 * serves to get one says `forEnrolment`.
 */
export type Authenticate = (
  authorization: string | undefined,
  options?: { readonly forEnrolment: boolean },
) => Actor | Promise<Actor>

const bearer = /^bearer +([\w.~+/=-]+) *$/i
const markEvery = 60_000

export interface Authenticator {
  readonly authenticate: Authenticate
  /** Looks sessions up anew: this copy has just ended them. */
  forgetSessions(ids: readonly string[]): void
}

/**
 * Turns tokens and API keys into actors. Sessions, roles and keys were looked up at most a second ago, so what is taken away,
 * revoked, blocked or signed out is gone within a second, on every copy of the server. A token that is not valid is a 401, never a guest: whoever sends one
 * must learn that it has ended.
 */
export function authenticator(
  database: Database,
  tokens: AccessTokens,
  requiresMfa: (roles: readonly string[]) => boolean,
): Authenticator {
  const sessions = new Recent<SessionHolder>({ read: (id) => findSession(database, id) })
  const keys = new Recent<KeyHolder>({ read: (key) => findKeyHolder(database, key) })
  const noteUse = useNotes(database)

  function byKey(key: string): Actor | Promise<Actor> {
    const holder = keys.get(key)
    return holder instanceof Promise ? holder.then(admit) : admit(holder)
  }
  function admit(holder: KeyHolder | null): Actor {
    if (holder === null || (holder.expiresAt !== null && holder.expiresAt <= Date.now())) throw errors.invalidToken()
    noteUse(holder.actor.id)
    return holder.actor
  }
  function bySession(claims: Claims, forEnrolment: boolean): Actor | Promise<Actor> {
    const holder = sessions.get(claims.sessionId)
    const admitted = (found: SessionHolder | null) => byHolder(found, claims, forEnrolment)
    return holder instanceof Promise ? holder.then(admitted) : admitted(holder)
  }
  function byHolder(holder: SessionHolder | null, claims: Claims, forEnrolment: boolean): Actor | Promise<Actor> {
    const { sessionId, userId, keyId } = claims
    if (holder === null || holder.keys.includes(keyId)) return actorOf(holder, userId, forEnrolment)
    // Either the key is distrusted, or another copy has made it since the session was read.
    sessions.forget(sessionId)
    return Promise.resolve(sessions.get(sessionId)).then((found) => {
      if (found?.keys.includes(keyId) !== true) throw errors.invalidToken()
      return actorOf(found, userId, forEnrolment)
    })
  }
  function actorOf(holder: SessionHolder | null, userId: string, forEnrolment: boolean): Actor {
    if (holder === null || holder.userId !== userId) throw errors.invalidToken()
    if (holder.hasSecondFactor || !requiresMfa(holder.ownRoles)) return holder.actor
    if (!forEnrolment) throw errors.mfaEnrolmentRequired()
    // Whatever else this reaches, it reaches it as a plain user.
    return { ...holder.actor, roles: ['authenticated'], mustEnrol: true }
  }
  async function byNewToken(token: string, forEnrolment: boolean): Promise<Actor> {
    const claims = await tokens.check(token)
    if (claims === null) throw errors.invalidToken()
    return bySession(claims, forEnrolment)
  }
  const authenticate: Authenticate = (authorization, { forEnrolment } = { forEnrolment: false }) => {
    if (authorization === undefined) return anonymous
    const token = bearer.exec(authorization)?.[1]
    if (token === undefined) throw errors.invalidToken()
    if (token.startsWith(keyPrefix)) return byKey(token)
    const claims = tokens.known(token)
    return claims === null ? byNewToken(token, forEnrolment) : bySession(claims, forEnrolment)
  }
  return { authenticate, forgetSessions: (ids) => ids.forEach((id) => sessions.forget(id)) }
}

/** Keeps when a key was last used: once a minute at most, and nobody waits for it. */
function useNotes(database: Database): (id: string | null) => void {
  const noted = new LRUCache<string, true>({ max: 10_000, ttl: markEvery })
  return (id) => {
    if (id === null || noted.has(id)) return
    noted.set(id, true)
    // It is only a hint for people; the next use tries again after a minute.
    markUsed(database, id).catch(() => {})
  }
}
