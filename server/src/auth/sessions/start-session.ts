import { errors } from '@plinth/schema'
import { recordEvent } from '../events/record-event.ts'
import { secretHash } from '../secret.ts'
import { type User, userColumns, userOf } from '../users.ts'
import { newRefreshToken } from './refresh-token.ts'
import type { Origin, SessionDeps, SignedIn, SignInMethod } from './session.ts'

export interface NewSession extends Origin {
  readonly userId: string
  readonly method: SignInMethod
}

/** However long it is used, a session ends a year after its sign-in. */
export const maxDays = 365

/**
 * Signs a user in, who has proved who they are. Always a new session with new secrets: nothing that a browser held before
 * lives on in it.
 *
 * @throws Problem userBlocked
 */
export async function startSession(deps: SessionDeps, started: NewSession): Promise<SignedIn> {
  const refreshToken = newRefreshToken()
  const { sessionId, user } = await insertSession(deps, started, refreshToken)
  await deps.onStarted(user, started)
  const token = await deps.tokens.sign({ userId: user.id, sessionId })
  return { ...token, refreshToken, user }
}

function insertSession(
  { database, sessionDays }: SessionDeps,
  { userId, method, userAgent, address }: NewSession,
  refreshToken: string,
): Promise<{ readonly sessionId: string; readonly user: User }> {
  return database.transaction(async (session) => {
    const [row] = await session.run({
      text: `
        with account as (
          select u.id, u.created, ${userColumns} as text,
            exists (select from plinth.blocked_users b where b.user_id = u.id) as blocked
          from public.users u
          where u.id = $1::uuid
        ), started as (
          insert into plinth.sessions (user_id, method, user_agent, address, created_at, expires_at)
          select id, $2, left($3::text, 400), $4, greatest(now(), created), now() + $5::int * interval '1 day'
          from account
          where not blocked
          returning id
        ), token as (
          insert into plinth.refresh_tokens (hash, session_id) select $6::bytea, id from started
        )
        select text, blocked, (select id from started) from account`,
      values: [userId, method, userAgent, address, Math.min(sessionDays, maxDays), secretHash(refreshToken)],
      name: 'auth-start-session',
    })
    const user = userOf(row?.[0])
    if (user === null) throw errors.userNotFound({ id: userId })
    const sessionId = row?.[2]
    if (!sessionId) throw errors.userBlocked()
    await recordEvent(session, {
      kind: 'signedIn',
      userId,
      actor: `user:${userId}`,
      address,
      userAgent,
      details: { method, session: sessionId },
    })
    return { sessionId, user }
  })
}
