import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Client, FileFormat } from '@plinth/sdk'
import { type Command, Option } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { stopRequested } from '../stop-requested.ts'
import { type ProgressBar, progressBar } from '../terminal/progress-bar.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { brokenOff } from '../transfer/broken-off.ts'
import { fileFormat, fileFormats } from '../transfer/file-format.ts'
import { rowCounter } from '../transfer/row-counter.ts'
import { writeStreamedFile } from '../transfer/write-streamed-file.ts'

interface ExportOptions extends ServerOptions {
  readonly format?: FileFormat
  readonly filter?: string
  readonly sort?: string
  readonly select?: string
  readonly bom?: true
}

/** `plinth export` */
export function addExportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write the records of a collection to a file, or to standard output')
    .argument('<collection>')
    .argument('[file]', 'what it ends in says the format; without it, or with "-", standard output')
    .addOption(new Option('--format <format>', 'instead of what the file ends in').choices(fileFormats))
    .option('--filter <expression>', "such as status = 'published'")
    .option('--sort <fields>', 'such as -created,title')
    .option('--select <fields>', 'such as id,title,author(name)')
    .option('--bom', 'begin a CSV with a byte order mark, for spreadsheets that ask for one')
    .action((collection: string, file: string | undefined, _, command: Command) =>
      exportRecords(terminal, command.optsWithGlobals(), collection, file ?? '-'),
    )
}

async function exportRecords(
  terminal: Terminal,
  options: ExportOptions,
  collection: string,
  file: string,
): Promise<void> {
  const isOutput = file === '-'
  if (isOutput && terminal.json && (options.format ?? 'json') !== 'json')
    throw new CliError('--json and the file both want standard output: name a file.', exitCodes.usage)
  const format = isOutput ? (options.format ?? 'json') : fileFormat(options.format, file)
  const client = await connect(terminal, options)
  const stopped = stopRequested()
  const bar = progressBar(
    { watched: terminal.watched && !(isOutput && process.stdout.isTTY) },
    `Exporting ${collection}`,
  )
  const consequence = isOutput ? 'What was written is not whole.' : `${file} was not written.`
  const counted = { rows: 0 }
  let begun = false
  try {
    const pieces = await open(client, options, collection, format, stopped)
    begun = true
    const total = terminal.watched ? await countRecords(client, options, collection, stopped) : null
    const shown = showing(pieces, format, bar, total, counted)
    if (isOutput) await pipeline(shown, process.stdout, { signal: stopped, end: false })
    else await writeStreamedFile(resolve(file), shown, stopped)
  } catch (error) {
    throw brokenOff(error, { stopped, consequence, begun }) ?? error
  } finally {
    bar.end()
  }
  if (!isOutput) terminal.result({ file, format, rows: counted.rows }, `${file} has ${records(counted.rows)}.`)
}

const records = (rows: number): string => `${rows.toLocaleString('en')} ${rows === 1 ? 'record' : 'records'}`
const pathOf = (collection: string): string => `/api/records/${encodeURIComponent(collection)}`

/** Filter and the like go to the server as they were typed, so that what it says of them fits. */
async function open(
  client: Client,
  { filter, sort, select, bom }: ExportOptions,
  collection: string,
  format: FileFormat,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const query = { format, filter, sort, select, bom }
  const { body } = await client.send('GET', `${pathOf(collection)}/export`, { query, signal, timeout: 0 })
  if (body === null) throw new CliError('The server answered nothing. Is this the address of a Plinth server?')
  return body
}

/** How many there are to come, for the bar; null where that is not to be had. */
async function countRecords(
  client: Client,
  { filter }: ExportOptions,
  collection: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const query = { count: '*', filter }
    const answer = await client.request<{ items: readonly { readonly count: number }[] }>(
      'GET',
      `${pathOf(collection)}/aggregate`,
      { query, signal },
    )
    return answer.items[0]?.count ?? null
  } catch {
    return null
  }
}

async function* showing(
  pieces: AsyncIterable<Uint8Array>,
  format: FileFormat,
  bar: ProgressBar,
  total: number | null,
  counted: { rows: number },
): AsyncGenerator<Uint8Array> {
  const count = rowCounter(format)
  for await (const piece of pieces) {
    counted.rows = count(piece)
    bar.show(counted.rows, total === null ? null : counted.rows / Math.max(1, total))
    yield piece
  }
}
