import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Rename } from '@plinth/schema'
import { usualFile } from '../../schema-file/schema-file.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { diffSchema } from './diff.ts'
import { listHistory } from './history.ts'
import { pullSchema } from './pull.ts'
import { pushSchema } from './push.ts'
import { rollBack } from './rollback.ts'
import { setInSchema } from './set.ts'

/** `plinth schema …` */
export function addSchemaCommands(program: Command, terminal: Terminal): void {
  const schema = program.command('schema').description('the schema as code: a file that goes both ways')
  const ofFile = (name: string, description: string) =>
    schema.command(name).description(description).option('--file <path>', 'the schema file', usualFile)

  ofFile('pull', 'take the running schema over into the file')
    .option('--check', 'change nothing; exit with 5 if the file is not up to date')
    .option('--force', 'give up what the file has and the server has not')
    .action((_, command: Command) => pullSchema(terminal, command.optsWithGlobals()))
  ofFile('diff', 'show the migration plan from the running schema to the file')
    .option('--check', 'exit with 5 if there is a difference')
    .addOption(renameOption())
    .option('--sql', 'show the SQL of each step')
    .action((_, command: Command) => diffSchema(terminal, command.optsWithGlobals()))
  ofFile('push', 'apply the file to the server')
    .option('--check', 'change nothing; exit with 5 if there is a difference')
    .addOption(renameOption())
    .option('--accept <steps...>', 'the ids of steps that may lose data')
    .option('--yes', 'apply without asking; what loses data still wants --accept')
    .option('--base <version>', 'the version that the file goes back to, or "current"')
    .option('--sql', 'show the SQL of each step')
    .action((_, command: Command) => pushSchema(terminal, command.optsWithGlobals()))
  ofFile('set', 'change one thing in the file: plinth schema set collections.posts.permissions.anonymous.delete false')
    .argument('<path>', 'names with dots between them')
    .argument('[value]', 'JSON or plain text; left out, it is taken away')
    .action((path: string, value: string | undefined, _, command: Command) =>
      setInSchema(terminal, command.optsWithGlobals(), path, value),
    )
  schema
    .command('history')
    .description('who changed the schema, and when')
    .option('--limit <count>', 'the newest so many', wholeNumber)
    .action((_, command: Command) => listHistory(terminal, command.optsWithGlobals()))
  schema
    .command('rollback')
    .description('go back to an earlier version, by a plan like any other')
    .argument('<version>', 'a number of "plinth schema history"', wholeNumber)
    .addOption(renameOption())
    .option('--accept <steps...>', 'the ids of steps that may lose data')
    .option('--yes', 'apply without asking; what loses data still wants --accept')
    .option('--sql', 'show the SQL of each step')
    .action((version: number, _, command: Command) => rollBack(terminal, command.optsWithGlobals(), version))
}

const renameOption = (): Option =>
  new Option('--rename <old=new>', 'posts=articles, or posts.title=headline; may be repeated')
    .argParser(addRename)
    .default([], 'none')

function addRename(text: string, before: readonly Rename[]): readonly Rename[] {
  const [, collection, from, to] = /^(?:([a-z]\w*)\.)?([a-z]\w*)=([a-z]\w*)$/.exec(text) ?? []
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError('Write posts=articles for a collection, posts.title=headline for a field.')
  return [...before, { ...(collection !== undefined && { collection }), from, to }]
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a whole number.')
}
