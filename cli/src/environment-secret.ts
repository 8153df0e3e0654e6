import { readFileSync } from 'node:fs'
import { CliError } from './cli-error.ts'

/** A secret of the environment: the variable, or the file that `NAME_FILE` names; null where there is neither. */
export function environmentSecret(name: string): string | null {
  const file = process.env[`${name}_FILE`]
  if (!file) return process.env[name] || null
  if (process.env[name]) throw new CliError(`${name} and ${name}_FILE are both set: keep one.`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new CliError(`${name}_FILE names ${file}, which cannot be read.`, undefined, { cause })
  }
}
