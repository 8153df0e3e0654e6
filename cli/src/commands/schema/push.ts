import { compareSchemas, documentParts, type SchemaDocument } from '@plinth/schema'
import type { Client } from '@plinth/sdk'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { rememberedSchema, rememberVersion } from '../../schema-file/remembered-version.ts'
import { requireSchemaFile } from '../../schema-file/schema-file.ts'
import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { readSchema, readVersion } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { type ApplyOptions, applyChange } from './apply-change.ts'
import { describeDifferences } from './describe-differences.ts'
import { diffSchema, nothingToDo } from './diff.ts'

interface PushOptions extends ServerOptions, ApplyOptions {
  readonly file: string
  readonly check?: true
  readonly base?: string
}

/** Applies the file to the server, unless that would undo what somebody changed there. */
export async function pushSchema(terminal: Terminal, options: PushOptions): Promise<void> {
  if (options.check) return diffSchema(terminal, { ...options, check: true })
  const file = await requireSchemaFile(options.file)
  const client = await connect(terminal, options)
  const current = await readSchema(client)
  const base = (await chosenBase(client, options, current)) ?? (await rememberedSchema(file.path, client))
  refuseUndoing(terminal, base ?? untouched(current), file.model.document, current)
  const { document, steps } = await applyChange(terminal, client, current, file.model, options)
  rememberVersion(file.path, client.url, document)
  const text = steps.length === 0 ? nothingToDo(document.version) : `The server now has version ${document.version}.`
  terminal.result({ version: document.version, steps }, text)
}

/** Nothing was ever declared there, so there is nothing to undo. */
const untouched = (current: SchemaDocument): SchemaDocument | null =>
  documentParts.every((part) => Object.keys(current[part] ?? {}).length === 0) ? current : null

async function chosenBase(
  client: Client,
  { base }: PushOptions,
  current: SchemaDocument,
): Promise<SchemaDocument | null> {
  if (base === undefined) return null
  if (base === 'current') return current
  const found = /^[1-9]\d{0,8}$/.test(base) ? await readVersion(client, Number(base)) : null
  if (found !== null) return found
  throw new CliError(`The server has no version ${base}: see "plinth schema history".`, exitCodes.usage)
}

/** @throws CliError with the three-way view, where the server has changes that the file has not */
function refuseUndoing(
  terminal: Terminal,
  base: SchemaDocument | null,
  mine: SchemaDocument,
  theirs: SchemaDocument,
): void {
  if (base === null) {
    if (compareSchemas({ base: theirs, mine, theirs }).length === 0) return
    throw new CliError(
      `It is not known which version of the server's schema the file goes back to. Run "plinth schema pull" first, or add --base current if the file is all that counts.`,
      exitCodes.conflict,
    )
  }
  const differences = compareSchemas({ base, mine, theirs })
  if (!differences.some(({ by }) => by === 'theirs' || by === 'conflict')) return
  throw new CliError(
    `The server's schema was changed since version ${base.version}, which the file goes back to (it is at ${theirs.version} now):\n${describeDifferences(terminal, differences)}\nTake the changes over with "plinth schema pull", then push again.`,
    exitCodes.conflict,
    { details: { base: base.version, current: theirs.version, differences } },
  )
}
