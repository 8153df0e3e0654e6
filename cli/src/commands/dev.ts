import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { describeLogLine } from '../logs/describe-log-line.ts'
import { toCliError } from '../server/to-cli-error.ts'
import { connect } from '../server/connect.ts'
import { serverEnvironment, serverProgram } from '../server/server-program.ts'
import { watchSchema } from '../server/watch-schema.ts'
import { openInBrowser } from '../terminal/open-in-browser.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { settingsOf, type StartOptions } from './start.ts'
import { report } from './types.ts'

interface DevOptions extends StartOptions {
  readonly output: string
  readonly open?: true
}

/** `plinth dev` */
export function addDevCommand(program: Command, terminal: Terminal): void {
  program
    .command('dev')
    .description('start a server and keep the types of its schema up to date')
    .option('--port <number>', 'instead of PORT')
    .option('--data-dir <folder>', 'instead of PLINTH_DATA_DIR')
    .option('-o, --output <path>', 'the declaration file', 'plinth.d.ts')
    .option('--open', 'open the reference of the API in the browser')
    .action((options: DevOptions) => develop(terminal, options))
}

async function develop(terminal: Terminal, options: DevOptions): Promise<void> {
  const env = serverEnvironment(settingsOf(options))
  const child = spawn(process.execPath, serverProgram('main'), { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      stopping.abort()
      child.kill(signal)
    })
  const ended = once(child, 'exit')
  const url = await readyUrl(child, terminal)
  if (url !== null) void watchTypes(terminal, url, options, stopping.signal)
  if (url !== null && options.open) void openReference(terminal, `${url}/docs`)
  const [code]: (number | null)[] = await ended
  stopping.abort()
  terminal.exitCode = code ?? exitCodes.failed
}

async function openReference(terminal: Terminal, address: string): Promise<void> {
  if (!(await openInBrowser(address))) terminal.note(`No browser was found: open ${address} yourself.`)
}

/** Shows what the server prints, and answers where it listens once it says so; null where it ends before. */
function readyUrl(child: ChildProcess, terminal: Terminal): Promise<string | null> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve(null))
    if (child.stdout === null) return
    createInterface(child.stdout).on('line', (line) => {
      process.stdout.write(`${terminal.json ? line : describeLogLine(terminal, line)}\n`)
      const url = /ready at (https?:\/\/\S+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

/** The server goes on where its types cannot be watched. */
async function watchTypes(
  terminal: Terminal,
  url: string,
  { output }: DevOptions,
  stopped: AbortSignal,
): Promise<void> {
  try {
    const client = await connect(terminal, { url })
    await watchSchema(client, terminal, (document) => report(terminal, { output }, document), stopped)
  } catch (error) {
    const known = error instanceof CliError ? error : toCliError(error)
    terminal.note(`Types are not written: ${known?.message ?? String(error)}`)
  }
}
