import type { Database } from '../../database/database.ts'
import { deleteOldEvents } from '../events/delete-old-events.ts'
import { deleteAbandonedUsers } from './delete-abandoned-users.ts'

const hour = 3_600_000
const soon = 60_000
const keepDays = 30

export interface Keeping {
  /** Days after which anonymous users who have no session any more are deleted. */
  readonly anonymousKeepDays: number
  /** Days for which events are kept. */
  readonly eventsKeepDays: number
}

/**
 * Deletes, now and then, what sign-in leaves behind. Ended sessions stay for a while, for whoever asks what happened. All
 * copies of the server do this; it does no harm to do it twice at once.
 */
export function forgetSessions(
  database: Database,
  keeping: Keeping,
  onError: (error: unknown) => void,
): { stop(): void } {
  const run = (): void => void sweep(database, keeping).catch(onError)
  // Soon after the start as well, for a server that never runs for an hour.
  const timers = [setTimeout(run, soon), setInterval(run, hour)]
  for (const timer of timers) timer.unref()
  return { stop: () => timers.forEach((timer) => clearTimeout(timer)) }
}

async function sweep(database: Database, { anonymousKeepDays, eventsKeepDays }: Keeping): Promise<void> {
  await deleteAbandonedUsers(database, anonymousKeepDays)
  await deleteOldEvents(database, eventsKeepDays)
  await database.run({
    text: `delete from plinth.sessions where least(revoked_at, expires_at) < now() - interval '${keepDays} days'`,
    values: [],
  })
  await database.run({
    text: `delete from plinth.refresh_tokens where used_at < now() - interval '${keepDays} days'`,
    values: [],
  })
  await database.run({
    text: 'delete from plinth.user_languages l where not exists (select from public.users u where u.id = l.user_id)',
    values: [],
  })
}
