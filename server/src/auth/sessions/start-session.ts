import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { recordEvent } from '../events/record-event.ts'
import { hasSecondFactorSql } from '../factors/has-second-factor.ts'
import { issueTicket } from '../factors/mfa-ticket.ts'
import { secretHash } from '../secret.ts'
import { type User, userColumns, userOf } from '../users.ts'
import { authenticationMethods } from './authentication-methods.ts'
import { newRefreshToken } from './refresh-token.ts'
import type { MfaRequired, Origin, SecondProof, SessionDeps, SignInAnswer, SignInMethod } from './session.ts'

export interface NewSession extends Origin {
  readonly userId: string
  readonly method: SignInMethod
  /** The second factor that was shown as well. */
  readonly second?: SecondProof
  /** With which provider, for `oidc`. */
  readonly provider?: string
}

/** However long it is used, a session ends a year after its sign-in. */
export const maxDays = 365

/**
 * Signs a user in, who has proved who they are. Always a new session with new secrets: nothing that a browser held before
 * lives on in it.
 *
 * Every way in comes through here, and nothing else begins a session that can be refreshed: so none can forget that a user
 * who has a second factor gets no session for one factor alone.
 *
 * @throws Problem userBlocked
 */
export async function startSession(deps: SessionDeps, started: NewSession): Promise<SignInAnswer> {
  const refreshToken = newRefreshToken()
  const begun = await deps.database.transaction((session) => begin(session, deps, started, refreshToken))
  if ('mfaRequired' in begun) return begun
  const { sessionId, user } = begun
  await deps.onStarted(user, started)
  const amr = authenticationMethods(started.method, started.second)
  const token = await deps.tokens.sign({ userId: user.id, sessionId, authTime: Date.now(), amr })
  return { ...token, refreshToken, user }
}

interface Begun {
  readonly sessionId: string
  readonly user: User
}

async function begin(
  session: Session,
  { sessionDays }: SessionDeps,
  started: NewSession,
  refreshToken: string,
): Promise<Begun | MfaRequired> {
  const { userId, method, second, provider, userAgent, address } = started
  const amr = authenticationMethods(method, second)
  const [row] = await session.run({
    text: `
      with account as (
        select u.id, u.created, ${userColumns} as text,
          exists (select from plinth.blocked_users b where b.user_id = u.id) as blocked,
          $7::text is null and ${hasSecondFactorSql} as incomplete
        from public.users u
        where u.id = $1::uuid
      ), started as (
        insert into plinth.sessions (user_id, method, user_agent, address, created_at, expires_at, amr)
        select id, $2, left($3::text, 400), $4, greatest(now(), created), now() + $5::int * interval '1 day', $8::text[]
        from account
        where not blocked and not incomplete
        returning id
      ), token as (
        insert into plinth.refresh_tokens (hash, session_id) select $6::bytea, id from started
      )
      select text, blocked, incomplete, (select id from started) from account`,
    values: [
      userId,
      method,
      userAgent,
      address,
      Math.min(sessionDays, maxDays),
      secretHash(refreshToken),
      second ?? null,
      amr,
    ],
    name: 'auth-start-session',
  })
  const user = userOf(row?.[0])
  if (row === undefined || user === null) throw errors.userNotFound({ id: userId })
  const [, blocked, incomplete, sessionId] = row
  if (blocked === 't') throw errors.userBlocked()
  if (incomplete === 't') {
    const details = { method }
    await recordEvent(session, { kind: 'secondFactorAsked', userId, actor: 'anonymous:', address, userAgent, details })
    return issueTicket(session, userId, method)
  }
  await recordEvent(session, {
    kind: 'signedIn',
    userId,
    actor: `user:${userId}`,
    address,
    userAgent,
    details: { method, session: sessionId, ...(second !== undefined && { second }), ...(provider && { provider }) },
  })
  return { sessionId: sessionId ?? '', user }
}
