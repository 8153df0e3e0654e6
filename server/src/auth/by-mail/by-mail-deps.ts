import type { MailDeps } from '../mail/mail-deps.ts'
import type { NewUsers } from '../registration/registration.ts'
import type { Origin, SessionDeps } from '../sessions/session.ts'

/** What the ways in by mail need. */
export interface ByMailDeps {
  readonly mail: MailDeps
  readonly sessions: SessionDeps
  readonly newUsers: NewUsers
  /** False where registration is closed: nobody becomes a user by invitation then. */
  readonly takesInvites: boolean
  /** Wakes whoever follows the change log: after a user was changed. */
  readonly wakeChanges: () => void
}

/** The request that somebody sends: for sessions, events and the change log. */
export interface Arrival extends Origin {
  readonly requestId: string
}
