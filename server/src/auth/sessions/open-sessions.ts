import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'
import type { AccessToken } from '../access-tokens.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import { blockUser, unblockUser } from './block-user.ts'
import { endSession, endSessions } from './end-sessions.ts'
import { listSessions } from './list-sessions.ts'
import { refreshSession } from './refresh-session.ts'
import type { Origin, SessionDeps, SignedIn } from './session.ts'
import { type View, viewAs } from './view-as.ts'

/** Sessions, as routes use them. */
export interface Sessions {
  /** @throws Problem invalidRefreshToken */
  refresh(refreshToken: string, origin: Origin): Promise<SignedIn>
  /** Ends the session of who asks, or all of theirs. */
  signOut(actor: Actor, everywhere: boolean, origin: Origin): Promise<void>
  /** JSON text. */
  list(userId: string, actor: Actor): Promise<string>
  /** Ends one session of a user. */
  revoke(id: string, userId: string, by: Actor, origin: Origin): Promise<void>
  /** Ends all sessions of a user. */
  revokeAll(userId: string, by: Actor, origin: Origin): Promise<void>
  block(userId: string, reason: string | null, by: Actor, origin: Origin): Promise<void>
  unblock(userId: string, by: Actor, origin: Origin): Promise<void>
  viewAs(by: Actor, view: View, origin: Origin): Promise<AccessToken>
}

export const openSessions = (deps: SessionDeps): Sessions => ({
  refresh: (refreshToken, origin) => refreshSession(deps, refreshToken, origin),
  signOut: (actor, everywhere, origin) => signOut(deps, actor, everywhere, origin),
  list: (userId, { sessionId = null }) => listSessions(deps.database, userId, sessionId),
  revoke: async (id, userId, by, origin) => {
    await endSession(deps, { id, userId }, 'revoked')
    const details = { session: id }
    await recordEvent(deps.database, { kind: 'sessionRevoked', userId, actor: actorText(by), ...origin, details })
  },
  revokeAll: async (userId, by, origin) => {
    await endSessions(deps, userId)
    await recordEvent(deps.database, { kind: 'sessionsRevoked', userId, actor: actorText(by), ...origin })
  },
  block: (userId, reason, by, origin) => blockUser(deps, userId, reason, by, origin),
  unblock: (userId, by, origin) => unblockUser(deps, userId, by, origin),
  viewAs: (by, view, origin) => {
    // A key is nobody whose doings could be told later.
    const { userId, sessionId } = by
    if (userId === null || sessionId === undefined) throw errors.notSignedIn()
    return viewAs(deps, { id: userId, sessionId }, view, origin)
  },
})

async function signOut(deps: SessionDeps, actor: Actor, everywhere: boolean, origin: Origin): Promise<void> {
  const { sessionId, viewedBy } = actor
  // A view is a session of the admin's; it ends alone.
  const userId = viewedBy ?? actor.userId
  if (userId === null || sessionId === undefined) throw errors.notSignedIn()
  if (everywhere && viewedBy === undefined) await endSessions(deps, userId, { reason: 'signOut' })
  else await endSession(deps, { id: sessionId, userId }, 'signOut')
  const details = everywhere ? { everywhere } : { session: sessionId }
  await recordEvent(deps.database, { kind: 'signedOut', userId, actor: actorText(actor), ...origin, details })
}
