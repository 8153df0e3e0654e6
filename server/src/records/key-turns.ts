import { errors } from '@plinth/schema'

/** As long as a statement may take, and so as long as PostgreSQL would let them wait. */
const defaultPatience = 30_000

/**
 * One request at a time for each idempotency key. PostgreSQL sees to that between copies of the server; here the others
 * wait before they take a connection, since a first try that takes long could otherwise be used to take all of them.
 */
export class KeyTurns {
  readonly #patience: number
  /** Those who wait, by the key that somebody works under. */
  readonly #queues = new Map<string, (() => void)[]>()

  /** @param patience milliseconds that a request waits for others */
  constructor(patience = defaultPatience) {
    this.#patience = patience
  }

  /** Does the work when it is its turn. @throws Problem idempotencyInProgress */
  async hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key)
    if (queue === undefined) this.#queues.set(key, [])
    else await this.#turnIn(queue)
    try {
      return await work()
    } finally {
      this.#pass(key)
    }
  }

  #turnIn(queue: (() => void)[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(start), 1)
        reject(errors.idempotencyInProgress())
      }, this.#patience)
      queue.push(start)
    })
  }

  #pass(key: string): void {
    const next = this.#queues.get(key)?.shift()
    if (next === undefined) this.#queues.delete(key)
    else next()
  }
}
