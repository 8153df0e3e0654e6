import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import { recordEvent } from '../events/record-event.ts'
import { hasShownEnoughSql } from '../factors/has-second-factor.ts'
import { secretHash } from '../secret.ts'
import { type User, userColumns, userOf } from '../users.ts'
import { isRefreshToken, newSalt, successorOf } from './refresh-token.ts'
import type { Origin, SessionDeps, SignedIn } from './session.ts'
import { maxDays } from './start-session.ts'

/** Two tabs that send the same token within these seconds get the same answer. */
const graceSeconds = 10

/** A token that was found, its session locked. */
interface Found {
  readonly sessionId: string
  readonly user: User
  readonly isUsed: boolean
  /** Makes the successor that a second tab may still be given; null when that was used itself, or it is too late. */
  readonly salt: string | null
  /** Milliseconds since 1970. */
  readonly authTime: number
  readonly amr: readonly string[]
}

type Outcome =
  | { readonly kind: 'refreshed'; readonly found: Found; readonly successor: string }
  | { readonly kind: 'reused'; readonly sessionId: string }

/**
 * A new access token and the next refresh token. A token that was used before has been copied: its session ends, for
 * whoever holds it. Only a second use within seconds, while the successor is still unused, is taken for another tab; it gets
 * the very same successor. So there is never more than one chain, and a thief who takes part in it is found out by the next
 * refresh of either.
 *
 * @throws Problem invalidRefreshToken
 */
export async function refreshSession(deps: SessionDeps, refreshToken: string, origin: Origin): Promise<SignedIn> {
  if (!isRefreshToken(refreshToken)) throw errors.invalidRefreshToken()
  const outcome = await deps.database.transaction((session) => useToken(session, deps, refreshToken, origin))
  if (outcome?.kind === 'reused') deps.onEnded([outcome.sessionId])
  if (outcome?.kind !== 'refreshed') throw errors.invalidRefreshToken()
  const { sessionId, user, authTime, amr } = outcome.found
  const token = await deps.tokens.sign({ userId: user.id, sessionId, authTime, amr })
  return { ...token, refreshToken: outcome.successor, user }
}

async function useToken(
  session: Session,
  { sessionDays }: SessionDeps,
  token: string,
  origin: Origin,
): Promise<Outcome | null> {
  const found = await lockToken(session, token)
  if (found === null) return null
  if (!found.isUsed)
    return { kind: 'refreshed', found, successor: await rotate(session, token, found, sessionDays, origin) }
  if (found.salt !== null) return { kind: 'refreshed', found, successor: successorOf(token, found.salt) }
  await endForReuse(session, found, origin)
  return { kind: 'reused', sessionId: found.sessionId }
}

async function lockToken(session: Session, token: string): Promise<Found | null> {
  const hash = secretHash(token)
  // All tokens of a session are used one after the other. A lock does not renew what the statement has read of other
  // rows, so it comes first, alone.
  await session.run({
    text: `
      select from plinth.sessions
      where id = (select session_id from plinth.refresh_tokens where hash = $1::bytea)
      for update`,
    values: [hash],
    name: 'auth-lock-session',
  })
  const [row] = await session.run({
    text: `
      select s.id, ${userColumns}, t.used_at is not null,
        case when t.used_at > clock_timestamp() - interval '${graceSeconds} seconds' then encode(t.salt, 'hex') end,
        (extract(epoch from s.auth_time) * 1000)::bigint, to_json(s.amr)::text
      from plinth.refresh_tokens t
      join plinth.sessions s on s.id = t.session_id
      join public.users u on u.id = s.user_id and u.created <= s.created_at
      where t.hash = $1::bytea
        and s.revoked_at is null
        and s.expires_at > clock_timestamp()
        and not exists (select from plinth.blocked_users b where b.user_id = u.id)
        and ${hasShownEnoughSql}`,
    values: [hash],
    name: 'auth-find-refresh',
  })
  const user = userOf(row?.[1])
  if (row === undefined || user === null) return null
  const [sessionId, , isUsed, salt, authTime, amr] = row
  return {
    sessionId: sessionId ?? '',
    user,
    isUsed: isUsed === 't',
    salt: salt ?? null,
    authTime: Number(authTime),
    // Of a column that cannot hold anything else.
    amr: JSON.parse(amr ?? '[]') as readonly string[],
  }
}

/** Answers the next token. The salt by which this token was made is no longer needed, so nobody can make it again. */
async function rotate(
  session: Session,
  token: string,
  { sessionId }: Found,
  sessionDays: number,
  { address }: Origin,
): Promise<string> {
  const salt = newSalt()
  const successor = successorOf(token, salt)
  await session.run({
    text: `
      with used as (
        update plinth.refresh_tokens set used_at = clock_timestamp(), salt = decode($2, 'hex')
        where hash = $1::bytea
        returning parent
      ), parent as (
        update plinth.refresh_tokens t set salt = null from used where t.hash = used.parent
      ), next as (
        insert into plinth.refresh_tokens (hash, session_id, parent) values ($3::bytea, $4::uuid, $1::bytea)
      )
      update plinth.sessions
      set last_used_at = now(), address = $5,
        expires_at = least(now() + $6::int * interval '1 day', created_at + interval '${maxDays} days')
      where id = $4::uuid`,
    values: [secretHash(token), salt, secretHash(successor), sessionId, address, sessionDays],
    name: 'auth-rotate',
  })
  return successor
}

async function endForReuse(session: Session, { sessionId, user }: Found, origin: Origin): Promise<void> {
  await session.run({
    text: `update plinth.sessions set revoked_at = now(), reason = 'reuse' where id = $1::uuid`,
    values: [sessionId],
  })
  await recordEvent(session, {
    kind: 'refreshReused',
    userId: user.id,
    actor: 'anonymous:',
    ...origin,
    details: { session: sessionId },
  })
}
