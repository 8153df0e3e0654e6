import type { Database } from '../../database/database.ts'

const hour = 3_600_000
const keepDays = 30

/** Deletes, now and then, what sessions leave behind. Ended ones stay for a while, for whoever asks what happened. */
export function forgetSessions(database: Database, onError: (error: unknown) => void): { stop(): void } {
  const timer = setInterval(() => void sweep(database).catch(onError), hour)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

async function sweep(database: Database): Promise<void> {
  await database.run({
    text: `delete from plinth.sessions where least(revoked_at, expires_at) < now() - interval '${keepDays} days'`,
    values: [],
  })
  await database.run({
    text: `delete from plinth.refresh_tokens where used_at < now() - interval '${keepDays} days'`,
    values: [],
  })
}
