/**
 * Wakes whoever follows the log in this process: writers call `wake` after their commit. It is only a hint. What is
 * written elsewhere is found when the waiting time is over.
 */
export interface ChangeSignal {
  wake(): void
  /** Resolves at the next `wake`, or after so many milliseconds. Call it before reading, so as to miss none. */
  next(timeoutMs: number): Promise<void>
}

export function createChangeSignal(): ChangeSignal {
  const waiting = new Set<() => void>()
  return {
    wake: () => {
      for (const resume of waiting) resume()
    },
    next: (timeoutMs) =>
      new Promise((resolve) => {
        const resume = () => {
          clearTimeout(timer)
          waiting.delete(resume)
          resolve()
        }
        const timer = setTimeout(resume, timeoutMs).unref()
        waiting.add(resume)
      }),
  }
}
