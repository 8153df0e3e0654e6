import { readFileSync } from 'node:fs'
import { checkSchema } from '@plinth/schema'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../src/create-program.ts'
import { exitCodes } from '../src/exit-codes.ts'
import { findSchema } from '../src/schema-file/find-schema.ts'
import { staticValue } from '../src/schema-file/static-value.ts'
import { createTerminal } from '../src/terminal/terminal.ts'

const guide = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const program = createProgram(createTerminal(false))
const guides = ['cli.md', 'schema-as-code.md']

/** What follows `plinth` in code, up to the end of the line or whatever ends a command. */
const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?<=`|^ *(?:npx )?|&& )plinth ([a-z][^`#\n&]*)/gm)].map(([, words = '']) => words.trim())

/** The command that words name, and the words after it. */
function resolve(words: readonly string[], command: Command = program): { command: Command; rest: readonly string[] } {
  const [first, ...rest] = words
  const next = command.commands.find((each) => each.name() === first)
  return next === undefined ? { command, rest: words } : resolve(rest, next)
}

describe.each(guides)('the commands of %s', (name) => {
  it.each([...new Set(commandsIn(guide(name)))])('plinth %s', (line) => {
    if (line.startsWith('help')) return
    const { command, rest } = resolve(line.split(/\s+/))
    expect(command.commands.length, `"${line}" names no command`).toBe(0)
    const options = rest.flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? [])
    const known = [...command.options, ...program.options].map(({ long }) => long)
    expect(known).toEqual(expect.arrayContaining(options))
  })
})

it('the guide lists every command', () => {
  const text = guide('cli.md')
  for (const command of program.commands) expect(text).toContain(`\`${command.name()}`)
})

it('the guide lists every exit code', () => {
  const codes = [...guide('cli.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  expect(codes).toEqual(Object.values(exitCodes))
})

it('the schema of the guide is one', () => {
  const source = /^```ts\n(import \{ defineSchema \}.*?)^```$/ms.exec(guide('schema-as-code.md'))?.[1] ?? ''
  expect(checkSchema(staticValue(findSchema('guide.ts', source).schema)).faults).toBeUndefined()
})
