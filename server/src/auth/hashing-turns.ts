import { availableParallelism } from 'node:os'
import { errors } from '@plinth/schema'

/**
 * How many passwords are hashed at once: one processor stays free for everything else, for a hash keeps one busy for as
 * long as it takes. Who signs in waits for a turn; who reads does not wait for those who sign in.
 */
const places = Math.max(1, availableParallelism() - 1)

/** A hash takes some 25 ms, so the last of so many waits 5 s: whoever came after them would have gone away. */
const mostWaiting = 200 * places

const retrySeconds = 5

/**
 * Runs tasks, so many of them at once; the others wait in the order in which they came. More than `most` do not wait.
 *
 * @throws Problem tooManyPasswords (asynchronously) for who would
 */
export function turns(atOnce: number, most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  const next = (): void => {
    const start = waiting.shift()
    if (start === undefined) running -= 1
    else start()
  }
  return async (task) => {
    if (running < atOnce) running += 1
    else if (waiting.length < most) await new Promise<void>((resolve) => waiting.push(resolve))
    else throw errors.tooManyPasswords({ seconds: retrySeconds }, { extra: { retryAfter: retrySeconds } })
    try {
      return await task()
    } finally {
      next()
    }
  }
}

/** The turns of everything that hashes passwords in this process. */
export const hashInTurn = turns(places, mostWaiting)
