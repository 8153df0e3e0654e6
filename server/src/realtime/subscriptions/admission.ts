import { errors } from '@plinth/schema'

/** Clients that are told to wait for longer than this give up. */
const longestSpread = 20
/** How much of the pace is that of the latest. */
const share = 1 / 32

/**
 * Lets so many in at a time; others wait their turn. Past a queue of `maxWaiting`, and when it would take too long, they are
 * asked to come again.
 */
export class Admission {
  readonly #places: number
  readonly #maxWaiting: number
  readonly #longestWaitMs: number
  readonly #waiting: (() => void)[] = []
  #inside = 0
  #refused = 0
  /** Milliseconds from one that is done to the next, while others wait. */
  #pace = 2
  #doneAt = 0

  /** @param longestWaitMs who would wait for longer is asked to come again */
  constructor(places: number, maxWaiting: number, longestWaitMs = Infinity) {
    this.#places = places
    this.#maxWaiting = maxWaiting
    this.#longestWaitMs = longestWaitMs
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** How many were asked to come again so far. */
  get refused(): number {
    return this.#refused
  }

  /**
   * @param closed aborted when whoever wants it has gone, and it need not be done any more
   * @throws Problem tooManyRequests, with the seconds after which to come again: another number for each
   */
  async enter<T>(work: () => Promise<T>, closed?: AbortSignal): Promise<T> {
    const asked = performance.now()
    if (this.#inside >= this.#places) await this.#turn()
    else this.#inside += 1
    try {
      // It is told to nobody.
      if (closed?.aborted === true) throw errors.conflict()
      if (performance.now() - asked > this.#longestWaitMs) throw this.#comeAgain()
      return await work().finally(() => this.#keepPace())
    } finally {
      // The place goes to who has waited longest.
      const next = this.#waiting.shift()
      if (next === undefined) this.#inside -= 1
      else next()
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting || this.#waitMs > this.#longestWaitMs) throw this.#comeAgain()
    if (this.#waiting.length === 0) this.#doneAt = performance.now()
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** How long somebody who comes now would wait. */
  get #waitMs(): number {
    return this.#waiting.length * this.#pace
  }

  #keepPace(): void {
    const now = performance.now()
    if (this.#waiting.length > 0) this.#pace += share * (now - this.#doneAt - this.#pace)
    this.#doneAt = now
  }

  /** After those who wait now, and not all at the same moment, or they would only meet again. */
  #comeAgain() {
    this.#refused += 1
    const spread = Math.min(longestSpread, (2 * this.#waitMs) / 1000)
    const seconds = 1 + Math.floor(Math.random() * spread)
    return errors.tooManyRequests({ seconds }, { extra: { retryAfter: seconds } })
  }
}
