import type { Session } from '../../database/database.ts'
import { forgetTries } from '../limits/count-try.ts'
import { tidyOutbox } from './outbox.ts'

/** What belongs to a user, and when it began to. */
const ownedTables = {
  passwords: 'changed',
  identities: 'linked_at',
  verified_addresses: 'at',
  totp_factors: 'created',
  passkeys: 'created',
  recovery_codes: 'created',
}

/** Forgets what has no use any more: old mail, secrets that have expired, tries, and devices that were not seen for half a year. */
export async function forgetExpired(session: Session): Promise<void> {
  await tidyOutbox(session)
  await forgetTries(session)
  await session.run({ text: 'delete from plinth.one_time_tokens where expires < now()', values: [] })
  await session.run({ text: 'delete from plinth.mfa_tickets where expires < now()', values: [] })
  await session.run({ text: 'delete from plinth.passkey_challenges where expires < now()', values: [] })
  await session.run({
    text: `delete from plinth.totp_factors where confirmed is null and created < now() - interval '1 day'`,
    values: [],
  })
  // Of users who were deleted: nothing opens with it, but what is not there cannot leak.
  for (const [table, since] of Object.entries(ownedTables)) {
    await session.run({
      text: `
        delete from plinth.${table} o
        where not exists (select from public.users u where u.id = o.user_id and u.created <= o.${since})`,
      values: [],
    })
  }
  await session.run({
    text: `delete from plinth.known_devices where last_seen < now() - interval '180 days'`,
    values: [],
  })
}
