import { errors, Problem } from '@plinth/schema'
import pg from 'pg'
import { CannotStart } from './cannot-start.ts'
import { errorCode } from './error-code.ts'
import { describeAddress, parseAddress } from './connection-settings.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const queryCanceled = '57014'
const tooManyConnections = '53300'
const cachedPlanOutdated = '0A000'
const statementNameUnknown = '26000'

/** Raised by `plinth.answer_too_large()`. No class of PostgreSQL's own codes, nor of the standard's, begins with these letters. */
export const answerTooLargeCode = 'PL001'

/** The answer was larger than it may be, or than the 1 GB for which PostgreSQL has memory. */
export const isAnswerTooLarge = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === answerTooLargeCode || error.routine === 'enlargeStringInfo')

const isConnectionCode = (code = ''): boolean => /^(08|57P0)/.test(code)

/** The connection that met this error must not be used again. */
export const breaksConnection = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || isConnectionCode(error.code)

/**
 * The statement was prepared for tables that have changed their shape since (or a proxy swapped the connection under
 * us). PostgreSQL refuses it before it does anything, so it may simply be run again without the name.
 */
export const isStalePreparation = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  ((error.code === cachedPlanOutdated && error.routine === 'RevalidateCachedQuery') ||
    error.code === statementNameUnknown)

/**
 * Lost connections and timeouts are the same for whatever was asked, so they become problems here. Everything else
 * (`23505`, …) means something to whoever wrote the statement and stays as it is.
 */
export function toProblem(error: Error, timeoutSeconds: number): Error | Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof pg.DatabaseError)) return isOurMistake(error) ? error : errors.unavailable({ cause: error })
  if (error.code === queryCanceled) return errors.timeout({ seconds: timeoutSeconds }, { cause: error })
  if (isStalePreparation(error)) return errors.conflict({ cause: error })
  if (error.code === tooManyConnections || isConnectionCode(error.code)) return errors.unavailable({ cause: error })
  return error
}

// Thrown by `pg` before anything is sent: wrong arguments, or one name for two texts.
const isOurMistake = (error: Error): boolean =>
  error instanceof TypeError || error.message.startsWith('Prepared statements must be unique')

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Is the server running, and are host and port right?',
  ENOENT: 'there is no socket in that folder. Is the server running?',
  EACCES: 'this user may not use that socket.',
  ENOTFOUND: 'no host has that name.',
  EAI_AGAIN: 'the name of the host cannot be looked up at the moment.',
  ETIMEDOUT: 'it does not answer. Is a firewall in the way?',
  EHOSTUNREACH: 'there is no route to that host.',
  ENETUNREACH: 'there is no route to that network.',
  ECONNRESET: 'it closed the connection at once. Is it PostgreSQL, and does it want SSL (?sslmode=verify-full)?',
  '28P01': 'the user name or the password is wrong.',
  '53300': 'it has no connection left (max_connections).',
  '57P03': 'it is starting up or shutting down, and has been for a while.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (to accept it all the same: ?sslmode=no-verify).',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed (to accept it all the same: ?sslmode=no-verify).',
}

/** Why the first connection failed, as one sentence. */
export function explainConnectError(url: string, error: unknown): CannotStart {
  if (error instanceof CannotStart) return error
  const where = describeAddress(url)
  const code = codeOf(error)
  if (code === '3D000') return new CannotStart(`PostgreSQL at ${where} has no database "${databaseName(url)}".`, error)
  const reason = reasons[code] ?? plainReason(error)
  return new CannotStart(`Cannot use PostgreSQL at ${where}: ${reason}`, error)
}

export const isStartingUp = (error: unknown): boolean => codeOf(error) === '57P03'

function codeOf(error: unknown): string {
  // Node tries IPv6 and IPv4 and reports both.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (first instanceof Error && first.message.includes('timeout')) return 'ETIMEDOUT'
  return errorCode(first)
}

const plainReason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const databaseName = (url: string): string => decodeURIComponent(parseAddress(url).pathname.slice(1))
