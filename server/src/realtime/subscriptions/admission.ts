import { errors } from '@plinth/schema'

/** The client of the SDK asks anew when it has waited for an answer for 20 s: what it gave up must not be done as well. */
const longestWaitMs = 10_000
/** About how many begin in a second: whoever is asked to come again comes while or after those who wait now are let in. */
const perSecond = 500
const longestSpread = 20

/** Lets so many in at a time; others wait their turn, and past a queue of `maxWaiting` are asked to come again. */
export class Admission {
  readonly #places: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0
  #refused = 0

  constructor(places: number, maxWaiting: number) {
    this.#places = places
    this.#maxWaiting = maxWaiting
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
    if (this.#inside >= this.#places) {
      if (this.#waiting.length >= this.#maxWaiting) throw this.#comeAgain()
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#inside += 1
    try {
      // It is told to nobody.
      if (closed?.aborted === true) throw errors.conflict()
      if (performance.now() - asked > longestWaitMs) throw this.#comeAgain()
      return await work()
    } finally {
      // The place goes to who has waited longest.
      const next = this.#waiting.shift()
      if (next === undefined) this.#inside -= 1
      else next()
    }
  }

  /** Not all at the same moment, or they would only meet again. */
  #comeAgain() {
    this.#refused += 1
    const spread = Math.min(longestSpread, this.#maxWaiting / perSecond)
    const seconds = 1 + Math.floor(Math.random() * spread)
    return errors.tooManyRequests({ seconds }, { extra: { retryAfter: seconds } })
  }
}
