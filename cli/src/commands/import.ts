import { type FileFormat, type ImportFault, type ImportReport, PlinthError } from '@plinth/sdk'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { stopRequested } from '../stop-requested.ts'
import { progressBar } from '../terminal/progress-bar.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { brokenOff } from '../transfer/broken-off.ts'
import { fileFormat, fileFormats } from '../transfer/file-format.ts'
import { describeFaults, describeReport } from '../transfer/import-report.ts'
import { type Input, readInput } from '../transfer/read-input.ts'

type ColumnMap = Readonly<Record<string, string | null>>

interface ImportOptions extends ServerOptions {
  readonly format?: FileFormat
  readonly map?: ColumnMap
  readonly onConflict?: 'fail' | 'skip' | 'update'
  readonly key?: string
  readonly dryRun?: true
}

/** `plinth import` */
export function addImportCommand(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .description('bring a file into a collection, all of it or nothing')
    .argument('<collection>')
    .argument('<file>', 'what it ends in says the format; "-" is standard input')
    .addOption(new Option('--format <format>', 'instead of what the file ends in').choices(fileFormats))
    .option('--map <column=field>', 'another name of a column; "Column=" leaves it out; may be repeated', readMap)
    .addOption(
      new Option('--on-conflict <mode>', 'what becomes of a row whose record is there (default: fail)').choices([
        'fail',
        'skip',
        'update',
      ]),
    )
    .option('--key <field>', 'the unique field by which a record is there; else its id')
    .option(
      '--dry-run',
      'try everything, change nothing, and list the rows that do not fit; exit with 5 if there are any',
    )
    .action((collection: string, file: string, _, command: Command) =>
      importFile(terminal, command.optsWithGlobals(), collection, file),
    )
}

/** Names of fields have no `=`; those of columns may. */
function readMap(pair: string, before: ColumnMap = {}): ColumnMap {
  const at = pair.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as "Full name=name".')
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) || null }
}

async function importFile(terminal: Terminal, options: ImportOptions, collection: string, file: string): Promise<void> {
  const format = fileFormat(options.format, file)
  const input = await readInput(file)
  try {
    const report = await send(terminal, options, collection, format, input)
    if (report.failed > 0) terminal.exitCode = exitCodes.different
    terminal.result(report, describeReport(report))
  } finally {
    input.close()
  }
}

async function send(
  terminal: Terminal,
  { map, onConflict, key, dryRun, ...options }: ImportOptions,
  collection: string,
  format: FileFormat,
  input: Input,
): Promise<ImportReport> {
  const client = await connect(terminal, options)
  const signal = stopRequested()
  const bar = progressBar(terminal, `${dryRun ? 'Trying' : 'Importing'} ${collection}`)
  const onProgress = (rows: number) => bar.show(rows, input.done())
  // The schema is known to the server alone.
  const given = {
    ...(map && { map }),
    ...(onConflict && { onConflict }),
    ...(key && { key }),
    ...(dryRun && { dryRun }),
  }
  try {
    return await client.collection(collection).import(input.stream, { format, ...given, signal, onProgress })
  } catch (error) {
    const transfer = { stopped: signal, consequence: consequenceOf(input), begun: input.state !== 'unread' }
    throw refusedRows(error, onConflict) ?? brokenOff(error, transfer) ?? error
  } finally {
    bar.end()
  }
}

function consequenceOf({ state }: Input): string {
  return state === 'ended'
    ? 'The file had been sent: it was imported as a whole, or not at all.'
    : 'Nothing of the file was imported.'
}

/** Null where it is not about rows. */
function refusedRows(error: unknown, onConflict: ImportOptions['onConflict']): CliError | null {
  if (!(error instanceof PlinthError) || error.code !== 'importFailed') return null
  // The errors of this problem are about rows.
  const faults = error.errors as readonly ImportFault[]
  const lines = describeFaults(faults, Number(error.details['failed'] ?? faults.length))
  const message = error.message.replace(': see "errors"', '')
  const isThere = onConflict === undefined && faults.some(({ code }) => code === 'notUnique')
  const hint =
    'Records that are there already can be left as they are, or changed: --on-conflict skip, --on-conflict update.'
  return new CliError([message, ...lines, ...(isThere ? ['', hint] : [])].join('\n'), exitCodes.failed, {
    details: { code: error.code, status: error.status, ...error.details, errors: faults },
  })
}
