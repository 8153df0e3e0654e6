import { isVerifiedSql } from '../access/verified-address.ts'
import type { Session } from '../database/database.ts'

/** Waits for whoever else adds or takes away a way in of this user; until the end of the transaction. */
export async function lockUser(session: Session, userId: string): Promise<void> {
  await session.run({
    text: 'select from public.users where id = $1::uuid for no key update',
    values: [userId],
  })
}

/**
 * Whether a user can sign in again once they are signed out: with a password, a passkey, a provider that is switched on, or by
 * mail where mail is sent and is known to reach them.
 */
export async function hasWayIn(session: Session, userId: string, mailIsSent: boolean): Promise<boolean> {
  const rows = await session.run({
    text: `
      select exists (select from plinth.passwords w where w.user_id = u.id and w.changed >= u.created)
        or exists (select from plinth.passkeys k where k.user_id = u.id and k.created >= u.created)
        or exists (
          select from plinth.identities i join plinth.providers p on p.name = i.provider and p.enabled
          where i.user_id = u.id and i.linked_at >= u.created
        )
        or ($2::bool and ${isVerifiedSql('u')})
      from public.users u where u.id = $1::uuid`,
    values: [userId, mailIsSent],
  })
  return rows[0]?.[0] === 't'
}
