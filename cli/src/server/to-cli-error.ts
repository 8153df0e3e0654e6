import { PlinthError } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { givenToken } from './connect.ts'
import { printable } from '../terminal/printable.ts'

const exitCodeOf: Readonly<Record<string, number>> = {
  schemaChanged: exitCodes.conflict,
  planNotAccepted: exitCodes.notAccepted,
  planBlocked: exitCodes.notAccepted,
}

/** A server's refusal as a fault of the command; null for anything else. */
export function toCliError(error: unknown): CliError | null {
  if (!(error instanceof PlinthError)) return null
  if (error.cause instanceof CliError) return error.cause
  const { status, code, message, errors, requestId } = error
  const lines = errors.map((fault) => `\n  ${printable(fault.path)}: ${printable(fault.message)}`).join('')
  const details = { code, status, ...(errors.length > 0 && { errors }), ...(requestId !== null && { requestId }) }
  // For programs they are in a member of that name; here they follow.
  const said = printable(message).replace(': see "errors"', '')
  return new CliError(`${advice(code) ?? said}${lines}`, exitCodeOf[code] ?? byStatus(status), {
    details,
  })
}

function byStatus(status: number): number {
  if (status === 0) return exitCodes.unreachable
  return status === 401 || status === 403 ? exitCodes.notAllowed : exitCodes.failed
}

function advice(code: string): string | null {
  if (code === 'invalidToken' && givenToken() !== null)
    return 'The token in PLINTH_TOKEN is not valid, or has expired. Make a new one with "plinth keys create".'
  if (code === 'invalidToken' || code === 'invalidRefreshToken')
    return 'Your session has ended: sign in again with "plinth sign-in".'
  if (code === 'adminOnly')
    return 'Only an admin may do this: sign in as one with "plinth sign-in", or set PLINTH_TOKEN.'
  if (code === 'stepUpRequired')
    return 'You signed in too long ago for this: do it at a terminal, run "plinth sign-in" again, or set PLINTH_TOKEN to an API key.'
  return null
}
