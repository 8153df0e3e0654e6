import { existsSync } from 'node:fs'
import { CommanderError } from 'commander'
import { CliError } from './cli-error.ts'
import { createProgram } from './create-program.ts'
import { exitCodes } from './exit-codes.ts'
import { fileFault } from './file-fault.ts'
import { createTerminal, type Terminal } from './terminal/terminal.ts'
import { toCliError } from './server/to-cli-error.ts'

/** Runs one command to its end. Answers the exit code; what went wrong has been said. */
export async function runCommand(args: readonly string[]): Promise<number> {
  await using terminal = createTerminal(args.includes('--json'))
  try {
    loadEnvironmentFile()
    await createProgram(terminal).parseAsync([...args], { from: 'user' })
    return terminal.exitCode
  } catch (error) {
    return report(terminal, error)
  }
}

/** What a project keeps in `.env` counts like what is set in the shell; the shell goes first. */
function loadEnvironmentFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}

function ofFile(error: unknown): CliError | null {
  const fault = fileFault(error)
  return fault === null ? null : new CliError(`${fault.message}.`, exitCodes.failed, { cause: error })
}

function report(terminal: Terminal, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const known = error instanceof CliError ? error : (toCliError(error) ?? ofFile(error))
  if (known === null) {
    terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error), { code: 'internal' })
    return exitCodes.failed
  }
  terminal.error(known.message, { exitCode: known.exitCode, ...known.details })
  return known.exitCode
}
