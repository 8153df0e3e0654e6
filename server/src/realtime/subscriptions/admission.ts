import { errors } from '@plinth/schema'

/** Lets so many in at a time; others wait their turn, and past a queue of `maxWaiting` are asked to come again. */
export class Admission {
  readonly #places: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor(places: number, maxWaiting: number) {
    this.#places = places
    this.#maxWaiting = maxWaiting
  }

  /** @throws Problem tooManyRequests, with the seconds after which to come again: another number for each */
  async enter<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#places) {
      if (this.#waiting.length >= this.#maxWaiting) throw comeAgain()
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#inside += 1
    try {
      return await work()
    } finally {
      // The place goes to who has waited longest.
      const next = this.#waiting.shift()
      if (next === undefined) this.#inside -= 1
      else next()
    }
  }
}

/** Not all at the same moment, or they would only meet again. */
function comeAgain() {
  const seconds = 1 + Math.floor(Math.random() * 10)
  return errors.tooManyRequests({ seconds }, { extra: { retryAfter: seconds } })
}
