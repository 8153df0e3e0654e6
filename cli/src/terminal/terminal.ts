import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal extends AsyncDisposable {
  /** Whether results are JSON, for programs. */
  readonly json: boolean
  /** Whether somebody is there to answer questions. */
  readonly interactive: boolean
  /** Whether somebody sees what goes on, and no results of theirs come in between. */
  readonly watched: boolean
  /** The exit code of a command that ran through. */
  exitCode: number
  /** The one result of a command: the value for programs, the text for people. */
  result(value: unknown, text: string): void
  /** Something on the way, for people. */
  note(text: string): void
  error(message: string, details?: Readonly<Record<string, unknown>>): void
  /** Does something when the command has ended, however that was. */
  atEnd(work: () => Promise<void>): void
  /** Colour for standard output, where it is shown to somebody who wants it. */
  paint(format: Format, text: string): string
}

export function createTerminal(json: boolean): Terminal {
  const { stdin, stdout, stderr, env } = process
  const paintFor = (stream: NodeJS.WriteStream) => (format: Format, text: string) => styleText(format, text, { stream })
  const paintError = paintFor(stderr)
  const endings: (() => Promise<void>)[] = []
  return {
    json,
    interactive: !json && stdin.isTTY === true && stderr.isTTY === true && !env['CI'],
    watched: !json && stderr.isTTY === true && !env['CI'],
    exitCode: 0,
    result: (value, text) => {
      const printed = json ? JSON.stringify(value, null, 2) : text
      if (printed !== '') stdout.write(`${printed}\n`)
    },
    note: (text) => {
      if (!json) stderr.write(`${text}\n`)
    },
    error: (message, details = {}) => {
      const text = json ? JSON.stringify({ error: { message, ...details } }) : paintError('red', message)
      stderr.write(`${text}\n`)
    },
    paint: paintFor(stdout),
    atEnd: (work) => endings.push(work),
    [Symbol.asyncDispose]: async () => {
      // What goes wrong now has no bearing on what was done.
      await Promise.allSettled(endings.map((work) => work()))
    },
  }
}
