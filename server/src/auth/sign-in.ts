import { errors } from '@plinth/schema'
import type { Session } from '../database/database.ts'
import { recordEvent } from './events/record-event.ts'
import type { Credentials } from './first-admin.ts'
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts'
import type { Origin, SessionDeps, SignInAnswer } from './sessions/session.ts'
import { startSession } from './sessions/start-session.ts'
import { findByEmail } from './users.ts'

/** Signs in by address and password. @throws Problem wrongCredentials, the same for an address that is not registered */
export async function signIn(
  deps: SessionDeps,
  { email, password }: Credentials,
  origin: Origin,
): Promise<SignInAnswer> {
  const { database } = deps
  const known = await findByEmail(database, email)
  const fits = await verifyPassword(known?.hash ?? null, password)
  if (!fits || known === null) {
    const userId = known?.user.id ?? null
    await recordEvent(database, {
      kind: 'signInFailed',
      userId,
      actor: 'anonymous:',
      ...origin,
      details: { method: 'password' },
    })
    throw errors.wrongCredentials()
  }
  const { id: userId } = known.user
  if (isOutdated(known.hash)) await rehash(database, userId, known.hash, password)
  return startSession(deps, { userId, method: 'password', ...origin })
}

/** This is the one moment when the password is known. Not where somebody has changed it meanwhile. */
async function rehash(session: Session, userId: string, outdated: string, password: string): Promise<void> {
  await session.run({
    text: 'update plinth.passwords set hash = $3 where user_id = $1::uuid and hash = $2',
    values: [userId, outdated, await hashPassword(password)],
  })
}
