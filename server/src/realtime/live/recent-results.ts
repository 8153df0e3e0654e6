import { LRUCache } from 'lru-cache'
import type { LiveResult } from './read-live.ts'

type Kept = Pick<LiveResult, 'planKey' | 'rows'>

const maxCharacters = 16 * 1024 * 1024
const aroundEach = 200

/** Remembers what was shown lately, so that who returns is told only what is different. */
export class RecentResults {
  readonly #results = new LRUCache<string, Kept>({
    maxSize: maxCharacters,
    sizeCalculation: ({ rows }) => rows.reduce((sum, { text }) => sum + text.length + aroundEach, aroundEach),
  })

  /** Keeps a result. The same rows are kept once. */
  keep({ hash, planKey, rows }: LiveResult): void {
    if (this.#results.get(hash) === undefined) this.#results.set(hash, { planKey, rows })
  }

  find(hash: string): Kept | undefined {
    return this.#results.get(hash)
  }
}
