import { spawn } from 'node:child_process'
import type { SystemUser } from './system-user.ts'

export interface ProgramResult {
  /** The exit code; null when it could not be started or was killed. */
  readonly code: number | null
  /** What it wrote, to either output. */
  readonly output: string
}

export interface ProgramOptions {
  readonly as?: SystemUser | undefined
  readonly cwd?: string | undefined
}

/** Runs a program to its end. Never throws: a program that cannot be started has the code null. */
export function runProgram(
  program: string,
  args: readonly string[],
  { as, cwd }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...as, cwd, env: programEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output: output.trim() }))
  })
}

/** Messages in English, since some are read by us, and none of our secrets. */
export const programEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  SystemRoot: process.env['SystemRoot'],
  LC_ALL: 'C',
})
