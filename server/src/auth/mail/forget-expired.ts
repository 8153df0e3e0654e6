import type { Session } from '../../database/database.ts'
import { forgetTries } from '../limits/count-try.ts'
import { tidyOutbox } from './outbox.ts'

/** Forgets what has no use any more: old mail, secrets that have expired, tries, and devices that were not seen for half a year. */
export async function forgetExpired(session: Session): Promise<void> {
  await tidyOutbox(session)
  await forgetTries(session)
  await session.run({ text: 'delete from plinth.one_time_tokens where expires < now()', values: [] })
  await session.run({
    text: `delete from plinth.known_devices where last_seen < now() - interval '180 days'`,
    values: [],
  })
}
