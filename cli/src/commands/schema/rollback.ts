import { checkSchema } from '@plinth/schema'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { plainSchema, readSchema, readVersion } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { type ApplyOptions, applyChange } from './apply-change.ts'

/** Makes an earlier version the newest one. */
export async function rollBack(
  terminal: Terminal,
  options: ServerOptions & ApplyOptions,
  version: number,
): Promise<void> {
  const client = await connect(terminal, options)
  const [found, from] = [await readVersion(client, version), await readSchema(client)]
  if (found === null)
    throw new CliError(`There is no version ${version}: see "plinth schema history".`, exitCodes.usage)
  const { model } = checkSchema(found)
  if (model === undefined) throw new CliError(`Version ${version} is not valid for this plinth: update it.`)
  const wanted = { ...model, document: plainSchema(model.document) }
  const { document, steps } = await applyChange(terminal, client, from, wanted, options)
  const text =
    steps.length === 0
      ? `The server has the schema of version ${version} already.`
      : `The server now has version ${document.version}, which is as version ${version} was. Run "plinth schema pull" to take it over into the file.`
  terminal.result({ version: document.version, steps }, text)
}
