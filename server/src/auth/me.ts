import { errors } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { Session } from '../database/database.ts'
import { isVerified } from './by-mail/verified-address.ts'
import { isPlaceholder } from './placeholder-address.ts'
import { findUser, type User } from './users.ts'

/** Who asks, as they are told. */
export interface Me extends Omit<User, 'id' | 'email'> {
  /** Null for an admin who views as anybody with certain roles. */
  readonly id: string | null
  readonly email: string | null
  /** Whether they have shown that they read the mail to this address. */
  readonly verified?: boolean
  /** A user who has no address yet. */
  readonly anonymous?: true
  /** The admin who only views as this user. */
  readonly viewedBy?: string
  /** They may do nothing before they have a second factor. */
  readonly mfaEnrolmentRequired?: true
}

/** @throws Problem notSignedIn for who is no user */
export async function findMe(session: Session, { userId, roles, viewedBy, mustEnrol }: Actor): Promise<Me> {
  if (userId === null && viewedBy !== undefined) return { id: null, email: null, roles, viewedBy }
  const user = userId === null ? null : await findUser(session, userId)
  if (user === null) throw errors.notSignedIn()
  return {
    ...user,
    verified: await isVerified(session, user.id),
    ...(isPlaceholder(user.email) && { anonymous: true }),
    ...(viewedBy !== undefined && { viewedBy }),
    ...(mustEnrol && { mfaEnrolmentRequired: true }),
  }
}
