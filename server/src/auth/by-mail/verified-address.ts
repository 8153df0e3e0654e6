import { isVerifiedSql } from '../../access/verified-address.ts'
import type { Session } from '../../database/database.ts'
import { recordEvent } from '../events/record-event.ts'
import { forgetLoneCodes } from '../factors/remove-factor.ts'
import { dropUnprovenFactors, markFactorsProven } from '../factors/unproven-factors.ts'
import { forgetTokens } from '../mail/one-time-tokens.ts'
import { forgetIdentities } from '../providers/identities.ts'
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
  await markFactorsProven(session, userId)
}

/**
 * For who comes by mail alone. An account that nobody has verified may have been made by a stranger who waits for the
 * owner of the address to come, so what the stranger knows (the password), holds (sessions, apps for codes, passkeys,
 * accounts at providers) and has begun (a change of address) ends here: a passkey of theirs would still open the account, and
 * an app for codes would keep the owner out. Admins are made by admins, not by strangers.
 *
 * A factor stays where the address was proven while the user had it, although the user may have another address now. Else
 * mail to an address that somebody has put into the record would be enough to be rid of a second factor.
 */
export async function claimAddress({ sessions }: ByMailDeps, session: Session, userId: string): Promise<void> {
  const rows = await session.run({
    text: `select ${isVerifiedSql('u')} or 'admin' = any(u.roles) from public.users u where u.id = $1::uuid`,
    values: [userId],
    name: 'auth-is-claimed',
  })
  if (rows[0]?.[0] === 'f') {
    await session.run({ text: 'delete from plinth.passwords where user_id = $1::uuid', values: [userId] })
    await forgetIdentities(session, userId)
    // To an address of the stranger's, who would have the account again by it.
    await forgetTokens(session, userId, ['changeEmail'])
    await endSessions(sessions, userId, { session, reason: 'revoked' })
    await dropFactors(session, userId)
  }
  await markVerified(session, userId)
}

async function dropFactors(session: Session, userId: string): Promise<void> {
  const dropped = await dropUnprovenFactors(session, userId)
  if (dropped === 0) return
  await forgetLoneCodes(session, userId)
  const details = { reason: 'addressClaimed', count: dropped }
  await recordEvent(session, {
    kind: 'factorRemoved',
    userId,
    actor: 'system',
    address: null,
    userAgent: null,
    details,
  })
}
