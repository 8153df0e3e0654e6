import { randomUUID } from 'node:crypto'
import type { Database } from '../database/database.ts'

/** Wakes the other copies of the server. */
export interface Bell {
  /** Call it as often as there is something new. It never waits, and never fails. */
  ring(): void
  close(): void
}

/** All that is rung within so many milliseconds is one notice. */
const togetherMs = 5

/**
 * Opens a bell that all copies of the server hear but the one that rings it. It is only a hint, that may be lost.
 *
 * PostgreSQL lets one transaction with a `notify` commit at a time, so it never goes into a transaction that writes: it is a
 * statement of its own, one at a time and a few milliseconds apart.
 */
export function openBell(database: Database, name: string, onRing: () => void): Bell {
  const self = randomUUID()
  const stopListening = database.listen(name, (payload) => {
    if (payload !== self) onRing()
  })
  const state = { timer: undefined as NodeJS.Timeout | undefined, ringing: false, again: false }
  const ring = (): void => {
    if (state.ringing) state.again = true
    else state.timer ??= setTimeout(notify, togetherMs).unref()
  }
  const notify = (): void => {
    state.timer = undefined
    state.ringing = true
    database
      .run({ name: 'bell', text: 'select pg_notify($1, $2)', values: [name, self] })
      // Who is not woken looks by itself before long.
      .catch(() => {})
      .finally(() => {
        state.ringing = false
        if (state.again) ring()
        state.again = false
      })
  }
  return {
    ring,
    close: () => {
      stopListening()
      clearTimeout(state.timer)
      state.timer = undefined
    },
  }
}
