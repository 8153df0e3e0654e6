import type { NewUser } from '../../access/new-user.ts'
import type { Session } from '../../database/database.ts'
import type { MailDeps } from '../mail/mail-deps.ts'
import type { SessionDeps } from '../sessions/session.ts'

/** Who may become a user: nobody by themselves, whom an admin has invited, or everybody. */
export const registrations = ['closed', 'invite', 'open'] as const
export type Registration = (typeof registrations)[number]

/** Makes records of `users`, by the rules of the schema. */
export interface NewUsers {
  /** Does it and undoes it, to find out what is wrong. @throws Problem invalidBody, forbidden, notUnique */
  check(user: NewUser, requestId: string): Promise<void>
  /** Does it, and in the same transaction what belongs to it. */
  create(user: NewUser, requestId: string, also: (session: Session) => Promise<void>): Promise<void>
}

export interface RegistrationDeps {
  readonly sessions: SessionDeps
  readonly mail: MailDeps
  readonly newUsers: NewUsers
  readonly registration: Registration
  /** Whether one can be a user without an address. */
  readonly anonymousUsers: boolean
  /** What who signs up gets besides `authenticated`. */
  readonly defaultRoles: readonly string[]
}
