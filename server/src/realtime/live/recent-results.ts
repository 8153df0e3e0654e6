import { LRUCache } from 'lru-cache'
import type { LiveResult } from './read-live.ts'
import type { Rows } from './rows.ts'

const maxCharacters = 16 * 1024 * 1024
const aroundEach = 200

/** Remembers what was shown lately, so that who returns is told only what is different. */
export class RecentResults {
  readonly #results = new LRUCache<string, Rows>({
    maxSize: maxCharacters,
    sizeCalculation: (rows) => rows.reduce((sum, { text }) => sum + text.length + aroundEach, aroundEach),
  })

  /** Keeps a result. The same rows are kept once. */
  keep({ hash, rows }: LiveResult): void {
    if (this.#results.get(hash) === undefined) this.#results.set(hash, rows)
  }

  find(hash: string): Rows | undefined {
    return this.#results.get(hash)
  }
}
