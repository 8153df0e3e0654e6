import { exitCodes } from './exit-codes.ts'

/** A fault that its reader can mend: the message is a sentence or two that say what is wrong and what to do. */
export class CliError extends Error {
  readonly exitCode: number
  /** What `--json` shows besides the message. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    message: string,
    exitCode: number = exitCodes.failed,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CliError'
    this.exitCode = exitCode
    this.details = options.details ?? {}
  }
}
