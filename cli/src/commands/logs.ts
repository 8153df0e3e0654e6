import { type Command, InvalidArgumentError, Option } from 'commander'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { describeLogLine } from '../logs/describe-log-line.ts'
import { followLogs, type LogQuery, logPath } from '../logs/follow-logs.ts'
import { stopRequested } from '../stop-requested.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface LogsOptions extends ServerOptions, LogQuery {
  readonly follow?: true
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** `plinth logs` */
export function addLogsCommand(program: Command, terminal: Terminal): void {
  program
    .command('logs')
    .description('what the server has logged')
    .option('-f, --follow', 'go on, until Ctrl-C')
    .option('-n, --lines <number>', 'how many of the last lines', readNumber, 100)
    .addOption(new Option('--level <level>', 'only of this level and above').choices(levels))
    .action((_, command: Command) => showLogs(terminal, command.optsWithGlobals()))
}

function readNumber(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= 1_000) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 0 to 1000.')
}

async function showLogs(terminal: Terminal, { follow, lines, level, ...options }: LogsOptions): Promise<void> {
  const client = await connect(terminal, options)
  const query = { lines, level }
  const describe = (line: string): string => describeLogLine(terminal, line)
  if (follow) {
    const show = (line: string) => process.stdout.write(`${terminal.json ? line : describe(line)}\n`)
    return followLogs(client, terminal, query, show, stopRequested())
  }
  const { items } = await client.request<{ items: readonly unknown[] }>('GET', logPath, { query })
  terminal.result({ items }, items.map((item) => describe(JSON.stringify(item))).join('\n'))
}
