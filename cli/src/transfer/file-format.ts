import { extname } from 'node:path'
import type { FileFormat } from '@plinth/sdk'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

export const fileFormats: readonly FileFormat[] = ['csv', 'json', 'ndjson']

const endings: ReadonlyMap<string, FileFormat> = new Map([
  ['.csv', 'csv'],
  ['.json', 'json'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
])

/** The format that somebody said, else what the file's name ends in. @throws CliError where neither says it */
export function fileFormat(given: FileFormat | undefined, file: string): FileFormat {
  const found = given ?? endings.get(extname(file).toLowerCase())
  if (found !== undefined) return found
  const name = file === '-' ? 'Standard input' : `"${file}"`
  throw new CliError(`${name} does not say what format it has: add --format csv, json or ndjson.`, exitCodes.usage)
}
