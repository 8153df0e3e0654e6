import type { Actor } from '../../access/actor.ts'
import type { Session } from '../../database/database.ts'
import { isVerifiedSql } from '../../access/verified-address.ts'
import { hasSecondFactorSql, hasShownEnoughSql } from '../factors/has-second-factor.ts'

/** A session that goes on, and whom it makes of its bearer. */
export interface SessionHolder {
  readonly actor: Actor
  /** The user whom its tokens name. */
  readonly userId: string
  /** The keys whose tokens count. */
  readonly keys: readonly string[]
  /** The roles of who signed in: those of the admin where one views as another. */
  readonly ownRoles: readonly string[]
  /** Whether who signed in has a second factor; then it was shown. */
  readonly hasSecondFactor: boolean
}

interface Found {
  readonly session: string
  readonly user: string
  readonly roles: readonly string[]
  readonly view: 'user' | 'roles' | null
  readonly viewed: string | null
  readonly verified: boolean
  readonly keys: readonly string[]
  readonly ownRoles: readonly string[]
  readonly hasSecondFactor: boolean
}

/**
 * Reads at once all that a request's standing depends on: that the session goes on, that its user exists, is not blocked,
 * which roles they have now, whether their address is verified, and which signing keys count. Null when it does not hold (any more).
 */
export async function findSession(session: Session, id: string): Promise<SessionHolder | null> {
  // A session that is older than its user was another's, who had the same id and was deleted. Who views as somebody must
  // still be an admin.
  const rows = await session.run({
    text: `
      select jsonb_build_object(
        'session', s.id,
        'user', u.id,
        'viewed', v.id,
        'view', case when s.viewed_roles is not null then 'roles' when v.id is not null then 'user' end,
        'verified', case when v.id is null then ${isVerifiedSql('u')} else ${isVerifiedSql('v')} end,
        'keys', (select jsonb_agg(k.kid) from plinth.signing_keys k),
        'roles', coalesce(s.viewed_roles, v.roles, u.roles),
        'ownRoles', u.roles,
        'hasSecondFactor', ${hasSecondFactorSql})::text
      from plinth.sessions s
      join public.users u on u.id = s.user_id and u.created <= s.created_at
      left join public.users v on v.id = s.viewed_user
      where s.id = $1::uuid
        and s.revoked_at is null
        and s.expires_at > now()
        and not exists (select from plinth.blocked_users b where b.user_id = u.id)
        and ${hasShownEnoughSql}
        and (s.viewed_user is null or v.id is not null)
        and (s.method <> 'viewAs' or 'admin' = any(u.roles))`,
    values: [id],
    name: 'auth-session',
  })
  const text = rows[0]?.[0]
  // The statement above writes exactly this.
  return text ? holderOf(JSON.parse(text) as Found) : null
}

function holderOf(found: Found): SessionHolder {
  const { session: sessionId, user, roles, view, viewed, ownRoles, hasSecondFactor, verified, keys } = found
  const id = viewed ?? user
  const shared = { ownRoles: ['authenticated', ...ownRoles], hasSecondFactor, keys }
  if (view === 'roles') {
    return {
      ...shared,
      userId: user,
      actor: { kind: 'user', id: user, userId: null, roles, sessionId, viewedBy: user },
    }
  }
  const actor: Actor = { kind: 'user', id, userId: id, roles: ['authenticated', ...roles], sessionId, verified }
  return { ...shared, userId: id, actor: view === null ? actor : { ...actor, viewedBy: user } }
}
