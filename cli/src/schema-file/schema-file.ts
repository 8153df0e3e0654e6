import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { checkSchema, type Fault, type Model } from '@plinth/schema'
import { CliError } from '../cli-error.ts'
import { plainSchema } from '../server/schema-api.ts'
import { findSchema, lineAndColumn, type ParsedFile } from './find-schema.ts'
import { nodeAt } from './node-at.ts'
import { runModule } from './run-module.ts'
import { staticValue, unknown } from './static-value.ts'

/** A schema file and what it says. */
export interface SchemaFile {
  readonly path: string
  readonly parsed: ParsedFile
  /** What is written, as it is written. */
  readonly value: unknown
  readonly model: Model
}

export const usualFile = 'plinth.schema.ts'

/** Reads a schema file; null where there is none. @throws CliError with every fault and its line */
export async function readSchemaFile(file: string): Promise<SchemaFile | null> {
  const path = resolve(file)
  if (!existsSync(path)) return null
  const parsed = findSchema(relative(process.cwd(), path) || file, readFileSync(path, 'utf8'))
  const literal = staticValue(parsed.schema)
  const value = literal === unknown ? await runModule(path) : literal
  const { model, faults } = checkSchema(value)
  if (model === undefined) throw faulty(parsed, faults)
  return { path, parsed, value, model: { ...model, document: plainSchema(model.document) } }
}

/** The same, for commands that need one. */
export async function requireSchemaFile(file: string): Promise<SchemaFile> {
  const found = await readSchemaFile(file)
  if (found !== null) return found
  throw new CliError(
    `There is no ${file} here. "plinth schema pull" writes it from the server, "plinth init" a new one.`,
  )
}

function faulty(parsed: ParsedFile, faults: readonly Fault[]): CliError {
  const lines = faults.map(({ path, message }) => {
    const place = lineAndColumn(parsed.source, nodeAt(parsed.schema, path).start)
    return `${parsed.path}:${place}  ${message} (${path})`
  })
  return new CliError(`The schema has faults:\n${lines.join('\n')}`, undefined, { details: { errors: faults } })
}
