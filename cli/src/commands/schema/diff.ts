import type { Rename } from '@plinth/schema'
import { exitCodes } from '../../exit-codes.ts'
import { requireSchemaFile } from '../../schema-file/schema-file.ts'
import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { planSchema, readSchema } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { describePlan, renameText } from './describe-plan.ts'
import { likelyRenames } from './likely-renames.ts'

interface DiffOptions extends ServerOptions {
  readonly file: string
  readonly check?: true
  readonly sql?: true
  readonly rename: readonly Rename[]
}

/** Shows what a push would do. */
export async function diffSchema(terminal: Terminal, options: DiffOptions): Promise<void> {
  const { model } = await requireSchemaFile(options.file)
  const client = await connect(terminal, options)
  const from = await readSchema(client)
  const request = { schema: model.document, base: from.version, renames: options.rename }
  const { steps } = await planSchema(client, request)
  if (options.check && steps.length > 0) terminal.exitCode = exitCodes.different
  const likely = likelyRenames(from, model, options.rename)
  const hints = likely.map((each) => `Was it renamed, not dropped? Then add --rename ${renameText(each)}`)
  const text = steps.length === 0 ? nothingToDo(from.version) : describePlan(terminal, steps, options.sql === true)
  terminal.result({ base: from.version, steps, likelyRenames: likely }, [text, ...hints].join('\n'))
}

export const nothingToDo = (version: number): string => `The server has the schema of the file (version ${version}).`
