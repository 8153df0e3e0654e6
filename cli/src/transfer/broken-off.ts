import { PlinthError } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { fileFault } from '../file-fault.ts'

interface Transfer {
  readonly stopped: AbortSignal
  /** What its end means for the file. */
  readonly consequence: string
  /** Whether the server had been reached. */
  readonly begun: boolean
}

/** What ended a transfer before its end, with what that means; null where the server, or the command, says it itself. */
export function brokenOff(error: unknown, { stopped, consequence, begun }: Transfer): CliError | null {
  if (stopped.aborted) return new CliError(`Stopped. ${consequence}`, exitCodes.cancelled)
  if (error instanceof CliError) return null
  const isLost = error instanceof PlinthError && error.code === 'network' && begun
  if (error instanceof PlinthError && !isLost) return null
  const fault = fileFault(error)
  if (fault !== null) return new CliError(`${fault.message}. ${consequence}`, exitCodes.failed, { cause: error })
  return new CliError(`The connection to Plinth broke off. ${consequence}`, exitCodes.unreachable, { cause: error })
}
