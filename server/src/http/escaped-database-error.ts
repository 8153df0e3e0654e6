import { errors, type Problem, type ProblemDetails } from '@plinth/schema'

type Meaning = (details: ProblemDetails) => Problem

/**
 * What a database error means that nobody on its way understood better. Only what may pass by itself is listed; anything
 * else is a fault of ours.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const meanings: Readonly<Record<string, Meaning>> = {
  '40001': errors.conflict,
  '40P01': errors.conflict,
  '55P03': errors.conflict,
  '25006': errors.unavailable,
  '57014': errors.unavailable,
}

/** Lost connections, no resources (disk full, too many connections), shutting down, failing hardware. */
const unavailableClasses = /^(?:08|53|57P|58)[0-9A-Z]{2,3}$/

/** The problem for a database error that may pass by itself; null for everything else. */
export function escapedDatabaseError(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null
  if (isLostConnection(error)) return errors.unavailable({ cause: error })
  const code = 'code' in error ? String(error.code) : ''
  if (unavailableClasses.test(code)) return errors.unavailable({ cause: error })
  return meanings[code]?.({ cause: error }) ?? null
}

/** Node's own errors on a socket (a missing file has a `syscall` too, but another), and those of the pools. */
const isLostConnection = (error: Error): boolean =>
  ('syscall' in error && /^(?:connect|read|write)$/.test(String(error.syscall)) && !('path' in error)) ||
  ('syscall' in error && error.syscall === 'connect') ||
  error.name === 'KnexTimeoutError' ||
  error.message.startsWith('Connection terminated')
