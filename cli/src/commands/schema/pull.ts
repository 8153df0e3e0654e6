import { compareSchemas, mergeSchemas, printSchema, type SchemaDocument } from '@plinth/schema'
import { resolve } from 'node:path'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { asWritten } from '../../schema-file/as-written.ts'
import { isSame } from '../../schema-file/is-same.ts'
import { rememberedSchema, rememberVersion } from '../../schema-file/remembered-version.ts'
import { readSchemaFile, type SchemaFile } from '../../schema-file/schema-file.ts'
import { changedSource } from '../../schema-file/changed-source.ts'
import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { plainSchema, readSchema } from '../../server/schema-api.ts'
import { askYesNo } from '../../terminal/ask.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { writeWholeFile } from '../../write-whole-file.ts'
import { describeDifferences } from './describe-differences.ts'

interface PullOptions extends ServerOptions {
  readonly file: string
  readonly check?: true
  readonly force?: true
}

/** Takes the running schema over into the file; what is in the file alone stays. */
export async function pullSchema(terminal: Terminal, options: PullOptions): Promise<void> {
  const client = await connect(terminal, options)
  const [file, document] = [await readSchemaFile(options.file), await readSchema(client)]
  const path = file?.path ?? resolve(options.file)
  const base = file === null ? null : await rememberedSchema(path, client)
  const wanted = file === null ? document : await wantedSchema(terminal, options, file, base, document)
  const text = file === null ? printSchema(document) : await changedSource(file, asWritten(wanted, file.value))
  const changed = text !== file?.parsed.source
  if (options.check !== undefined) {
    if (changed) terminal.exitCode = exitCodes.different
  } else {
    if (changed) writeWholeFile(path, text)
    rememberVersion(path, client.url, document)
  }
  const { version } = document
  terminal.result({ file: options.file, version, changed }, sentence(options, version, changed, file === null))
}

function sentence({ file, check }: PullOptions, version: number, changed: boolean, isNew: boolean): string {
  if (!changed) return `${file} is up to date with version ${version}.`
  if (check) return `${file} is not up to date with version ${version}: run "plinth schema pull".`
  return isNew ? `${file} has been written from version ${version}.` : `${file} now has version ${version}.`
}

/** What the file should say: the server's schema with what was changed in the file since both were the same. */
async function wantedSchema(
  terminal: Terminal,
  { force, file: name }: PullOptions,
  { model: { document: mine } }: SchemaFile,
  base: SchemaDocument | null,
  theirs: SchemaDocument,
): Promise<SchemaDocument> {
  if (force || isSame([], mine.collections, theirs.collections)) return theirs
  if (base === null) {
    const question = `${name} and the server differ, and it is not known what they last had in common. Give up what the file alone has?`
    if (terminal.interactive && (await askYesNo(question))) return theirs
    throw new CliError(
      `${name} differs from the server's schema, and it is not known what they last had in common. "plinth schema diff" shows how; "plinth schema pull --force" takes the server's.`,
      exitCodes.conflict,
    )
  }
  const differences = compareSchemas({ base, mine, theirs })
  if (!differences.some(({ by }) => by === 'conflict')) return plainSchema(mergeSchemas({ base, mine, theirs }))
  throw new CliError(
    `${name} and the server were changed at the same places:\n${describeDifferences(terminal, differences)}\nMake the file say what it should and run "plinth schema push --base ${theirs.version}", or take the server's with "plinth schema pull --force".`,
    exitCodes.conflict,
    { details: { differences } },
  )
}
