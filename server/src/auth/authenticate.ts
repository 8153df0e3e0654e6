import { errors } from '@plinth/schema'
import { LRUCache } from 'lru-cache'
import { type Actor, anonymous } from '../access/actor.ts'
import type { Database } from '../database/database.ts'
import type { AccessTokens } from './access-tokens.ts'
import { findKeyHolder, type KeyHolder, keyPrefix, markUsed } from './api-keys.ts'
import { Recent } from './recent.ts'
import { actorOf, findUser } from './users.ts'

/** Who is asking, by the `Authorization` header. At once where that is known already. */
export type Authenticate = (authorization: string | undefined) => Actor | Promise<Actor>

const bearer = /^bearer +([\w.~+/=-]+) *$/i
const markEvery = 60_000

/**
 * Turns tokens and API keys into actors. Roles and keys are looked up at most a second ago, so a role that is taken away
 * or a key that is revoked is gone within a second. A token that is not valid is a 401, never a guest: whoever sends one
 * must learn that it has ended.
 */
export function authenticator(database: Database, tokens: AccessTokens): Authenticate {
  const users = new Recent<Actor>({
    read: async (id) => {
      const user = await findUser(database, id)
      return user === null ? null : actorOf(user)
    },
  })
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
  function byUser(userId: string): Actor | Promise<Actor> {
    const actor = users.get(userId)
    return actor instanceof Promise ? actor.then(required) : actor
  }
  async function byNewToken(token: string): Promise<Actor> {
    return byUser(required(await tokens.check(token)).userId)
  }
  return (authorization) => {
    if (authorization === undefined) return anonymous
    const token = bearer.exec(authorization)?.[1]
    if (token === undefined) throw errors.invalidToken()
    if (token.startsWith(keyPrefix)) return byKey(token)
    const claims = tokens.known(token)
    return claims === null ? byNewToken(token) : byUser(claims.userId)
  }
}

function required<T>(found: T | null): T {
  if (found === null) throw errors.invalidToken()
  return found
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
