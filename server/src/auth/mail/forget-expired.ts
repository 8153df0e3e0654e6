import type { Session } from '../../database/database.ts'
import { forgetTries } from '../limits/count-try.ts'
import { tidyOutbox } from './outbox.ts'

const factorTables = ['totp_factors', 'passkeys', 'recovery_codes']

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
  // Of users who were deleted: nothing opens with them, but a secret that is not there cannot leak.
  for (const table of factorTables) {
    await session.run({
      text: `
        delete from plinth.${table} f
        where not exists (select from public.users u where u.id = f.user_id and u.created <= f.created)`,
      values: [],
    })
  }
  await session.run({
    text: `delete from plinth.known_devices where last_seen < now() - interval '180 days'`,
    values: [],
  })
}
