import { Command, Option } from 'commander'
import { addSchemaCommands } from './commands/schema/schema-commands.ts'
import { addTypesCommand } from './commands/types.ts'
import { ownVersion } from './own-version.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Every command: the table of contents. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('plinth')
    .description('Plinth: a backend of your own, from one schema.')
    .version(ownVersion)
    .addOption(new Option('--url <address>', 'where the server is (default: PLINTH_URL, or http://localhost:8090)'))
    .addOption(new Option('--json', 'answer in JSON, for programs'))
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
  addSchemaCommands(program, terminal)
  addTypesCommand(program, terminal)
  return program
}
