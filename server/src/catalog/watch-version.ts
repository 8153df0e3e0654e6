import type { Session } from '../database/database.ts'
import { readVersion } from './read-schema.ts'

const everyMs = 500

/**
 * Looks for a newer version twice a second. A version that a statement meets earlier is found at once, so this only
 * serves a copy that has nothing to do.
 */
export function watchVersion(
  session: Session,
  known: () => number,
  refresh: () => Promise<unknown>,
): { stop(): Promise<void> } {
  let looking = Promise.resolve()
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    looking = look().finally(() => {
      isLooking = false
    })
  }, everyMs)
  timer.unref()

  async function look(): Promise<void> {
    try {
      if ((await readVersion(session)) > known()) await refresh()
    } catch {
      // The database cannot be reached: whoever needs it hears so, and the next look may find it again.
    }
  }
  return {
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}
