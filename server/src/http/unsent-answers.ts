import type { ServerResponse } from 'node:http'

export interface UnsentLimits {
  /** Bytes from which on an answer counts. */
  readonly large: number
  /** Bytes that may wait to be sent, in all. */
  readonly most: number
  /** Milliseconds that any reader has; … */
  readonly patience: number
  /** … and how much more must have been read for each further one, in bytes: slower readers are cut off. */
  readonly pace: number
}

const defaults: UnsentLimits = { large: 1024 ** 2, most: 256 * 1024 ** 2, patience: 30_000, pace: 64 }

/**
 * Large answers that have not been read yet: they are in memory until then. Without a limit a few clients that ask for
 * much and read nothing could take all there is.
 */
export class UnsentAnswers {
  readonly #limits: UnsentLimits
  #bytes = 0

  constructor(limits: Partial<UnsentLimits> = {}) {
    this.#limits = { ...defaults, ...limits }
  }

  /** Whether there is room for one more; it counts until it is sent, and is cut off where that takes too long. */
  admit(res: ServerResponse, bytes: number): boolean {
    const { large, most, patience, pace } = this.#limits
    if (bytes < large) return true
    if (this.#bytes + bytes > most) return false
    this.#bytes += bytes
    const timer = setTimeout(() => res.destroy(), patience + bytes / pace)
    res.once('close', () => {
      this.#bytes -= bytes
      clearTimeout(timer)
    })
    return true
  }
}
