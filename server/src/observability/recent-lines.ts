/** A line of the log, and its place among all that this process has written. */
interface Line {
  readonly number: number
  /** As pino counts: 30 is `info`, 50 is `error`. */
  readonly level: number
  readonly text: string
}

/** What was read, and where to go on. */
export interface ReadLines {
  readonly lines: readonly string[]
  /** How many lines came between that are not kept any more. */
  readonly missed: number
  readonly next: number
}

export const maxLines = 1_000
/** Characters. Whatever is logged, the server's memory does not grow. */
const maxSize = 1024 * 1024

/** The last lines of the log, the same as went to standard output. Bounded: the oldest make room. */
export class RecentLines {
  #lines: Line[] = []
  #size = 0
  #count = 0
  readonly #waiting = new Set<() => void>()

  add(level: number, text: string): void {
    this.#lines.push({ number: this.#count, level, text })
    this.#count += 1
    this.#size += text.length
    while (this.#lines.length > maxLines || this.#size > maxSize) this.#size -= this.#lines.shift()?.text.length ?? 0
    for (const wake of this.#waiting) wake()
  }

  /** The last so many lines of at least this level. */
  last(count: number, level: number): ReadLines {
    const fitting = this.#lines.filter((line) => line.level >= level)
    const lines = count === 0 ? [] : fitting.slice(-count).map(({ text }) => text)
    return { lines, missed: 0, next: this.#count }
  }

  /** The lines since `next` of at least this level. */
  since(next: number, level: number): ReadLines {
    const oldest = this.#lines[0]?.number ?? this.#count
    const lines = this.#lines.slice(Math.max(0, next - oldest)).filter((line) => line.level >= level)
    return { lines: lines.map(({ text }) => text), missed: Math.max(0, oldest - next), next: this.#count }
  }

  /** Settles when there is a line from `next` on, when it is stopped, or after so many milliseconds. */
  more(next: number, milliseconds: number, stopped: AbortSignal): Promise<void> {
    if (next < this.#count || stopped.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer)
        stopped.removeEventListener('abort', settle)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, milliseconds)
      stopped.addEventListener('abort', settle)
      this.#waiting.add(settle)
    })
  }
}
