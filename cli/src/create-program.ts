import { Command } from 'commander'
import { addAdminCommands } from './commands/admin.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addConfigCommand } from './commands/config.ts'
import { addDevCommand } from './commands/dev.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addExportCommand } from './commands/export.ts'
import { addHelpCommand } from './commands/help.ts'
import { addImportCommand } from './commands/import.ts'
import { addInitCommand } from './commands/init.ts'
import { addKeysCommands } from './commands/keys.ts'
import { addLogsCommand } from './commands/logs.ts'
import { addOpenApiCommand } from './commands/openapi.ts'
import { addSchemaCommands } from './commands/schema/schema-commands.ts'
import { addSignInCommand } from './commands/sign-in.ts'
import { addSignOutCommand } from './commands/sign-out.ts'
import { addStartCommand } from './commands/start.ts'
import { addTypesCommand } from './commands/types.ts'
import { addUsersCommands } from './commands/users.ts'
import { addWhoamiCommand } from './commands/whoami.ts'
import { exitCodes } from './exit-codes.ts'
import { ownVersion } from './own-version.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Every command: the table of contents. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('plinth')
    .description('Plinth: a backend of your own, from one schema.')
    .version(ownVersion)
    .option('--url <address>', 'where the server is (default: PLINTH_URL, or http://localhost:8090)')
    .option('--json', 'answer in JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: (text) => sayUsage(terminal, text) })
  for (const add of commands) add(program, terminal)
  return program
}

/** A fault in how a command was given, in our words. */
const sayUsage = (terminal: Terminal, text: string): void =>
  terminal.error(
    `${text
      .trim()
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')} (add --help for what there is)`,
    { exitCode: exitCodes.usage },
  )

const commands: readonly ((program: Command, terminal: Terminal) => void)[] = [
  addInitCommand,
  addStartCommand,
  addDevCommand,
  addSignInCommand,
  addSignOutCommand,
  addWhoamiCommand,
  addSchemaCommands,
  addTypesCommand,
  addImportCommand,
  addExportCommand,
  addDoctorCommand,
  addConfigCommand,
  addAdminCommands,
  addUsersCommands,
  addKeysCommands,
  addLogsCommand,
  addOpenApiCommand,
  addCompletionCommand,
  addHelpCommand,
]
