import { errors } from '@plinth/schema'
import type { Actor } from '../../access/actor.ts'

/** Gives the slot back. */
export type Release = () => void

interface Waiting {
  readonly caller: string
  readonly start: () => void
}

/**
 * How many exports and imports run at the same time. Each keeps a connection for as long as it takes, so they may have a
 * third of them at most, and one caller half of that: the others are for requests that are quick.
 */
export class TransferSlots {
  readonly #patience: number
  readonly #total: number
  readonly #each: number
  readonly #running = new Map<string, number>()
  readonly #queue: Waiting[] = []

  /**
   * @param connections how many the pool has
   * @param patience for how many milliseconds a transfer waits for others
   */
  constructor(connections: number, patience = 10_000) {
    this.#patience = patience
    this.#total = Math.max(1, Math.floor(connections / 3))
    this.#each = Math.ceil(this.#total / 2)
  }

  /**
   * Waits for a slot, but not for ever.
   *
   * @throws Problem tooManyTransfers
   */
  take({ kind, id }: Actor): Promise<Release> {
    const caller = `${kind}:${id ?? ''}`
    if (this.#isFree(caller)) return Promise.resolve(this.#start(caller))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        caller,
        start: () => {
          clearTimeout(timer)
          resolve(this.#start(caller))
        },
      }
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1)
        const seconds = Math.ceil(this.#patience / 1000)
        reject(errors.tooManyTransfers({ seconds }, { extra: { retryAfter: seconds } }))
      }, this.#patience)
      this.#queue.push(waiting)
    })
  }

  /** Does work that needs a place, before it takes a connection. @throws Problem tooManyTransfers */
  async hold<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
    const release = await this.take(actor)
    try {
      return await work()
    } finally {
      release()
    }
  }

  #isFree(caller: string): boolean {
    const running = [...this.#running.values()].reduce((sum, count) => sum + count, 0)
    return running < this.#total && (this.#running.get(caller) ?? 0) < this.#each
  }

  #start(caller: string): Release {
    this.#running.set(caller, (this.#running.get(caller) ?? 0) + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#end(caller)
    }
  }

  #end(caller: string): void {
    const left = (this.#running.get(caller) ?? 0) - 1
    if (left > 0) this.#running.set(caller, left)
    else this.#running.delete(caller)
    const next = this.#queue.findIndex((waiting) => this.#isFree(waiting.caller))
    if (next !== -1) this.#queue.splice(next, 1)[0]?.start()
  }
}
