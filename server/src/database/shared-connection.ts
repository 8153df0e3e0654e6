import type { Pace } from './database.ts'
import { breaksConnection } from './database-error.ts'
import type { StatementClient } from './statement-client.ts'

/** Others had better not wait behind what takes longer than this on average, … */
const quickMs = 10
/** … or behind what takes longer right now. */
export const patienceMs = 50
const maxRunning = 4

/** Whether a statement may be sent before those ahead of it have been answered. */
export const isQuick = (pace: Pace | undefined): pace is Pace =>
  pace?.ms !== undefined && (pace.ms ?? quickMs) < quickMs

interface Running {
  readonly maxBytes: number | undefined
}

/**
 * A connection in use: by one statement, or by several quick reads, one behind the other. PostgreSQL finds the next one
 * waiting when it has done with one, and each is a transaction of its own: both processes wake up less often.
 *
 * https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
 */
export class SharedConnection {
  readonly client: StatementClient
  readonly release: (destroy?: boolean) => void
  /** Why it is of no use any more. */
  failure: Error | undefined
  /** In the order in which they were sent: PostgreSQL is at the first. */
  readonly #running: Running[] = []
  #since = 0
  #closed = false

  constructor(client: StatementClient, release: (destroy?: boolean) => void) {
    this.client = client
    this.release = release
  }

  get running(): number {
    return this.#running.length
  }

  /** Whether one more would not have to wait for long. */
  takes(now: number): boolean {
    return !this.#closed && this.running < maxRunning && now - this.#since < patienceMs
  }

  /** Nobody joins any more. */
  close(): void {
    this.#closed = true
  }

  /** Takes one more. Answers whether it is the only one. */
  begin(maxBytes: number | undefined): boolean {
    if (this.running === 0) this.#since = performance.now()
    return this.#running.push({ maxBytes }) === 1
  }

  /** The first has been answered. Answers how many milliseconds it took, and which is the first now. */
  end(failure: Error | undefined): { readonly took: number; readonly next: Running | undefined } {
    if (failure !== undefined && breaksConnection(failure)) {
      this.failure ??= failure
      this.close()
    }
    const now = performance.now()
    const took = now - this.#since
    this.#since = now
    this.#running.shift()
    return { took, next: this.#running[0] }
  }
}
