import { rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'
import { findSchema } from './find-schema.ts'
import { isSame } from './is-same.ts'
import { runModule } from './run-module.ts'
import type { SchemaFile } from './schema-file.ts'
import { staticValue, unknown } from './static-value.ts'
import { updateSource } from './update-source.ts'

/**
 * The text of a schema file that says `wanted`; its own text where it does already. What is more than a literal is run
 * to see that it does: a file may be written in ways in which no part of it can be changed alone.
 *
 * @throws CliError where that is so
 */
export async function changedSource({ path, parsed, value }: SchemaFile, wanted: unknown): Promise<string> {
  if (isSame([], value, wanted)) return parsed.source
  const text = updateSource(parsed, value, wanted)
  const literal = staticValue(findSchema(parsed.path, text).schema)
  const says = literal === unknown ? await runDraft(path, text) : literal
  if (isSame([], says, wanted)) return text
  throw new CliError(
    `${parsed.path} makes its schema in a way that cannot be changed part by part. Change it by hand, or delete it and run "plinth schema pull".`,
  )
}

/** Runs a text as if it stood in the file: beside it, so that what it imports is found. */
async function runDraft(path: string, text: string): Promise<unknown> {
  const draft = join(dirname(path), `.${process.pid}.${basename(path)}`)
  try {
    writeFileSync(draft, text)
    return await runModule(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}
