import { errors } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import { confirmPassword } from './confirm-password.ts'
import { actorText, recordEvent } from './events/record-event.ts'
import type { MailDeps } from './mail/mail-deps.ts'
import { forgetTokens } from './mail/one-time-tokens.ts'
import { tellUser } from './mail/tell-user.ts'
import { hashPassword, refuseWeakPassword, verifyPassword } from './passwords.ts'
import { endSessions } from './sessions/end-sessions.ts'
import type { Origin, SessionDeps } from './sessions/session.ts'
import { findPassword, setPassword } from './users.ts'

/** What changing a password needs: sessions end, and its owner is told. */
export interface PasswordDeps {
  readonly sessions: SessionDeps
  readonly mail: MailDeps
}

export interface OwnPasswordChange {
  readonly current: string
  readonly new: string
}

/** Changes the password of who asks, and ends all their other sessions. @throws Problem wrongCredentials */
export async function changeOwnPassword(
  deps: PasswordDeps,
  { userId, sessionId }: Actor,
  change: OwnPasswordChange,
  origin: Origin,
): Promise<void> {
  if (userId === null || sessionId === undefined) throw errors.notSignedIn()
  refuseWeakPassword(change.new, '/new')
  await confirmPassword(deps.mail.database, userId, change.current, origin)
  await replacePassword(deps, { userId, password: change.new, by: `user:${userId}`, except: sessionId }, origin)
}

/** Gives a user a password, and ends their sessions, unless it is theirs already. @throws Problem userNotFound */
export async function givePassword(
  deps: PasswordDeps,
  userId: string,
  password: string,
  by: Actor,
  origin: Origin,
): Promise<void> {
  refuseWeakPassword(password)
  // Seeds run again and again; what they leave as it is must sign nobody out.
  if (await verifyPassword(await findPassword(deps.mail.database, userId), password)) return
  const except = by.userId === userId ? by.sessionId : undefined
  await replacePassword(deps, { userId, password, by: actorText(by), except }, origin)
}

interface Replacement {
  readonly userId: string
  readonly password: string
  readonly by: string
  /** The session that goes on. */
  readonly except: string | undefined
}

async function replacePassword(
  { sessions, mail }: PasswordDeps,
  { userId, password, by, except }: Replacement,
  origin: Origin,
): Promise<void> {
  const hash = await hashPassword(password)
  await mail.database.transaction(async (session) => {
    const hadOne = (await findPassword(session, userId)) !== null
    if (!(await setPassword(session, userId, hash))) throw errors.userNotFound({ id: userId })
    await endSessions(sessions, userId, { except, reason: 'passwordChanged', session })
    // What was asked for before opens nothing any more: whoever asked may be why the password is changed.
    await forgetTokens(session, userId, ['reset', 'magicLink', 'code', 'changeEmail'])
    await recordEvent(session, { kind: 'passwordChanged', userId, actor: by, ...origin })
    if (!hadOne) return
    const asked = by === `user:${userId}` ? origin.language : undefined
    await tellUser(mail, session, userId, { template: 'passwordChanged', values: {} }, asked)
  })
  mail.wake()
}
