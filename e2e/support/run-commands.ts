import { runProcess } from './run-process.ts'

/** What a command printed, and how each of its requests was answered. */
export interface Ran {
  readonly code: number
  /** For a command that sets a variable, the variable's value. */
  readonly output: string
  readonly statuses: readonly number[]
  readonly errors: string
}

// A line that no answer holds, between what commands print.
const mark = '=====9f2c====='

/** Runs commands one after the other in one bash, as somebody does who pastes them into a terminal. */
export async function runCommands(commands: readonly string[]): Promise<readonly Ran[]> {
  const script = [prelude, ...commands.map(step)].join('\n')
  const { output, errors } = await runProcess('bash', ['-c', script])
  const failures = errors.split(`${mark}\n`)
  return output
    .split(`${mark}\n`)
    .slice(0, -1)
    .map((printed, i) => ran(printed, failures[i] ?? ''))
}

/** Commands run as printed, but for this: curl is quiet, and reports the status of each answer. */
const prelude = `set -o pipefail
curl() { command curl --silent --show-error --write-out '%{stderr}status %{http_code}\\n' "$@"; }`

/** Braces, not parentheses: what a command sets must be there for the next. */
function step(command: string): string {
  const variable = /^([A-Z_]+)=/.exec(command)?.[1]
  const shown = variable === undefined ? '' : `printf '%s' "$${variable}"`
  return `{ ${command}\n}\ncode=$?\n${shown}\nprintf '\\n%s\\n${mark}\\n' "$code"\necho '${mark}' >&2`
}

function ran(printed: string, errors: string): Ran {
  const lines = printed.trimEnd().split('\n')
  return {
    code: Number(lines.at(-1)),
    output: lines.slice(0, -1).join('\n').trim(),
    statuses: [...errors.matchAll(/^status (\d+)$/gm)].map(([, status]) => Number(status)),
    errors,
  }
}
