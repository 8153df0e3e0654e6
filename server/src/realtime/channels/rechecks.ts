import type { Member } from './member.ts'

export interface RechecksOptions {
  readonly check: (members: readonly Member[]) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Where what rules look at changes all the time, they are asked as often as a second's promise needs. */
const spacingMs = 250
const mostAtATime = 1_000
const retryMs = 500

/**
 * Asks anew what members may do, one round at a time: whoever is marked while a round runs is asked in the next, so no older
 * answer can replace a newer one.
 */
export class Rechecks {
  readonly #options: RechecksOptions
  readonly #marked = new Set<Member>()
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null
  #closed = false

  constructor(options: RechecksOptions) {
    this.#options = options
  }

  mark(members: Iterable<Member>): void {
    for (const member of members) this.#marked.add(member)
    this.#schedule(0)
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
  }

  #schedule(ms: number): void {
    if (this.#closed || this.#running !== null || this.#timer !== null || this.#marked.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#running = this.#round().finally(() => {
        this.#running = null
        this.#schedule(this.#marked.size >= mostAtATime ? 0 : spacingMs)
      })
    }, ms).unref()
  }

  async #round(): Promise<void> {
    // Those who have waited longest.
    const turn = [...this.#marked].slice(0, mostAtATime)
    for (const member of turn) this.#marked.delete(member)
    const members = turn.filter(({ gone }) => !gone)
    try {
      await this.#options.check(members)
    } catch (error) {
      this.#options.onError(error)
      for (const member of members) this.#marked.add(member)
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
    }
  }
}
