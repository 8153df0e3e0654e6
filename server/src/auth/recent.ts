import { LRUCache } from 'lru-cache'

interface Entry<T> {
  readonly value: T
  /** When its reading began: what was changed before that is in it. */
  readonly readAt: number
}

export interface RecentOptions<T> {
  readonly read: (key: string) => Promise<T | null>
  readonly max?: number
  readonly now?: () => number
}

/** What others changed longer ago than this is seen. */
const maxAge = 1_000
const renewAge = 500

/**
 * Answers values that are a second old at most. What is asked for all the time is read again half way, in the
 * background, so that hardly anybody waits for it; what does not exist is not kept, so that it can be found at once when
 * it is made.
 */
export class Recent<T extends object> {
  readonly #read: (key: string) => Promise<T | null>
  readonly #now: () => number
  readonly #entries: LRUCache<string, Entry<T>>
  readonly #reading = new Map<string, { readonly since: number; readonly value: Promise<T | null> }>()

  constructor({ read, max = 10_000, now = () => performance.now() }: RecentOptions<T>) {
    this.#read = read
    this.#now = now
    this.#entries = new LRUCache({ max })
  }

  /** The value itself where it is recent enough. */
  get(key: string): T | Promise<T | null> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return this.#readAgain(key)
    const age = this.#now() - entry.readAt
    if (age >= maxAge) return this.#readAgain(key)
    // When this fails, the next caller finds out.
    if (age >= renewAge) this.#readAgain(key).catch(() => {})
    return entry.value
  }

  /** Reads it anew when it is asked for next: this copy has just changed it. */
  forget(key: string): void {
    this.#entries.delete(key)
    this.#reading.delete(key)
  }

  #readAgain(key: string): Promise<T | null> {
    const running = this.#reading.get(key)
    // A reading that has taken long may have begun before the change that must be seen now.
    if (running !== undefined && this.#now() - running.since < maxAge) return running.value
    const since = this.#now()
    const value = this.#readOnce(key, since)
    this.#reading.set(key, { since, value })
    return value
  }

  async #readOnce(key: string, since: number): Promise<T | null> {
    try {
      const found = await this.#read(key)
      // A newer reading has overtaken this one.
      if (this.#reading.get(key)?.since !== since) return found
      if (found === null) this.#entries.delete(key)
      else this.#entries.set(key, { value: found, readAt: since })
      return found
    } finally {
      if (this.#reading.get(key)?.since === since) this.#reading.delete(key)
    }
  }
}
