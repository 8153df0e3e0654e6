import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

/** `plinth help` */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('every option of a command, such as: plinth help schema push')
    .argument('[command...]')
    .action((words: readonly string[]) => find(program, words).outputHelp())
}

function find(command: Command, [name, ...rest]: readonly string[]): Command {
  if (name === undefined) return command
  const next = command.commands.find((each) => each.name() === name)
  if (next !== undefined) return find(next, rest)
  throw new CliError(`There is no command "${name}": "plinth help" lists them.`, exitCodes.usage)
}
