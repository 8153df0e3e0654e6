import type { PlinthError } from '../plinth-error.ts'

const firstDelay = 200
const longestDelay = 8_000
/** A server that wants more patience than this is not waited for: the caller should hear of it. */
const longestWish = 20

/** Answers of a server, or of a proxy before it, that says "not now". */
const passing: readonly number[] = [429, 502, 503, 504]

/** Refusals of a write that was not done, which the next try may not meet. */
const contended: readonly string[] = ['idempotencyInProgress', 'conflict']

/** Whether a request that may be sent twice is worth another try after this. */
export const isPassing = ({ status, code, retryAfter }: PlinthError): boolean =>
  (retryAfter ?? 0) <= longestWish &&
  (status === 0
    ? code !== 'aborted' && code !== 'unexpectedAnswer'
    : passing.includes(status) || contended.includes(code))

/**
 * Milliseconds before try number `attempt`: twice as long each time, or as long as the server says, drawn so that clients do
 * not come back in step.
 */
export function delayBefore(attempt: number, retryAfter: number | null): number {
  const bound = Math.min(longestDelay, firstDelay * 2 ** attempt)
  const own = bound * (0.5 + Math.random() / 2)
  // Servers say whole seconds, and the same to many.
  const wished = (retryAfter ?? 0) * (1000 + Math.random() * 250)
  return Math.max(own, wished)
}
