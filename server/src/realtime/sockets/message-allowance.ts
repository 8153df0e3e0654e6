/** How many messages a client may send: so many a second, and as many at once after a while of silence. */
export class MessageAllowance {
  readonly #perSecond: number
  #left: number
  #at: number

  constructor(perSecond: number, now = performance.now()) {
    this.#perSecond = perSecond
    this.#left = perSecond
    this.#at = now
  }

  /** False when there were too many. */
  take(now = performance.now()): boolean {
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
