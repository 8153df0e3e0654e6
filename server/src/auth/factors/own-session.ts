import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'

/** A user who asks, and the session in which they do. */
export interface OwnSession {
  readonly userId: string
  readonly sessionId: string
}

/** @throws Problem notSignedIn for a guest, a key, and who views as another */
export function ownSession({ userId, sessionId, viewedBy }: Actor): OwnSession {
  if (userId === null || sessionId === undefined || viewedBy !== undefined) throw errors.notSignedIn()
  return { userId, sessionId }
}
