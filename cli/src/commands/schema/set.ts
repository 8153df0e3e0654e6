import { checkSchema } from '@plinth/schema'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { membersOf } from '../../members-of.ts'
import { requireSchemaFile } from '../../schema-file/schema-file.ts'
import { changedSource } from '../../schema-file/changed-source.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { writeWholeFile } from '../../write-whole-file.ts'

/** Changes one thing in the schema file; the server hears of it by the next push. */
export async function setInSchema(
  terminal: Terminal,
  options: { readonly file: string },
  path: string,
  text: string | undefined,
): Promise<void> {
  const file = await requireSchemaFile(options.file)
  const wanted = withMember(file.value, path.split('.'), text === undefined ? undefined : parse(text))
  const { faults } = checkSchema(wanted)
  if (faults !== undefined) {
    const lines = faults.map((fault) => `\n  ${fault.path}: ${fault.message}`).join('')
    throw new CliError(`That would not be a schema:${lines}`, exitCodes.usage, { details: { errors: faults } })
  }
  const source = await changedSource(file, wanted)
  const changed = source !== file.parsed.source
  if (changed) writeWholeFile(file.path, source)
  terminal.result(
    { file: options.file, changed },
    changed ? `${options.file} was changed. "plinth schema push" applies it.` : `${options.file} says so already.`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function withMember(at: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const members = Object.entries(membersOf(at))
  const before = members.find(([key]) => key === name)?.[1]
  const after = withMember(before, rest, value)
  const others = members.map(([key, each]): [string, unknown] => [key, key === name ? after : each])
  const all = members.some(([key]) => key === name) ? others : [...others, [name, after] as const]
  return Object.fromEntries(all.filter(([, each]) => each !== undefined))
}
