import { isVerifiedSql } from '../../access/verified-address.ts'
import type { Session } from '../../database/database.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { ByMailDeps } from './by-mail-deps.ts'

export async function isVerified(session: Session, userId: string): Promise<boolean> {
  const rows = await session.run({
    text: `select ${isVerifiedSql('u')} from public.users u where u.id = $1::uuid`,
    values: [userId],
    name: 'auth-is-verified',
  })
  return rows[0]?.[0] === 't'
}

/** Notes that the user reads the mail to the address they have now. */
export async function markVerified(session: Session, userId: string): Promise<void> {
  await session.run({
    text: `
      insert into plinth.verified_addresses (user_id, email, at)
      select u.id, u.email, greatest(now(), u.created) from public.users u where u.id = $1::uuid
      on conflict (user_id) do update set email = excluded.email, at = excluded.at`,
    values: [userId],
    name: 'auth-mark-verified',
  })
}

/**
 * For who signs in by mail alone. An account that nobody has verified may have been made by a stranger who waits for the
 * owner of the address to come, so what the stranger knows (the password) and holds (sessions) ends here. Admins are
 * made by admins, not by strangers.
 */
export async function claimAddress({ sessions }: ByMailDeps, session: Session, userId: string): Promise<void> {
  const rows = await session.run({
    text: `select ${isVerifiedSql('u')} or 'admin' = any(u.roles) from public.users u where u.id = $1::uuid`,
    values: [userId],
    name: 'auth-is-claimed',
  })
  if (rows[0]?.[0] === 'f') {
    await session.run({ text: 'delete from plinth.passwords where user_id = $1::uuid', values: [userId] })
    await endSessions(sessions, userId, { session, reason: 'revoked' })
  }
  await markVerified(session, userId)
}
