import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SchemaDocument } from '@plinth/schema'
import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { readSchema } from '../server/schema-api.ts'
import { stopRequested } from '../stop-requested.ts'
import { watchSchema } from '../server/watch-schema.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { deriveTypes } from '../types/derive-types.ts'
import { writeWholeFile } from '../write-whole-file.ts'

interface TypesOptions extends ServerOptions {
  readonly output: string
  readonly watch?: true
  readonly check?: true
}

/** `plinth types` */
export function addTypesCommand(program: Command, terminal: Terminal): void {
  program
    .command('types')
    .description('write the types of the running schema, for createClient<Schema>')
    .option('-o, --output <path>', 'the declaration file', 'plinth.d.ts')
    .option('--watch', 'keep the file up to date while the schema changes')
    .option('--check', 'change nothing; exit with 5 if the file is not up to date')
    .action((_, command: Command) => writeTypes(terminal, command.optsWithGlobals()))
}

async function writeTypes(terminal: Terminal, options: TypesOptions): Promise<void> {
  const client = await connect(terminal, options)
  if (options.watch) {
    await watchSchema(client, terminal, (document) => report(terminal, options, document), stopRequested())
    return
  }
  const changed = report(terminal, options, await readSchema(client))
  if (options.check && changed) terminal.exitCode = exitCodes.different
}

/** Answers whether the file was (or, for a check, is) other than it should be. */
export function report(
  terminal: Terminal,
  { output, check }: Pick<TypesOptions, 'output' | 'check'>,
  document: SchemaDocument,
): boolean {
  const [path, text] = [resolve(output), deriveTypes(document)]
  const changed = !existsSync(path) || readFileSync(path, 'utf8') !== text
  if (changed && !check) writeWholeFile(path, text)
  const { version } = document
  const state = changed ? (check ? 'is not up to date with' : 'now has the types of') : 'is up to date with'
  terminal.result({ file: output, version, changed }, `${output} ${state} version ${version}.`)
  return changed
}
