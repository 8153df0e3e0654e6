import { type Client, type Me, PlinthError } from '@plinth/sdk'
import type { Command } from 'commander'
import { type Connected, findClient, nobody } from '../server/connect.ts'
import { type ServerOptions, serverUrl } from '../server/server-url.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `plinth whoami` */
export function addWhoamiCommand(program: Command, terminal: Terminal): void {
  program
    .command('whoami')
    .description('who the commands are for the server, and by what')
    .action((_, command: Command) => showWho(terminal, command.optsWithGlobals()))
}

const means: Readonly<Record<Connected['by'], string>> = {
  token: 'by PLINTH_TOKEN',
  session: 'signed in',
  password: 'by PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD',
}

async function showWho(terminal: Terminal, options: ServerOptions): Promise<void> {
  const server = serverUrl(options)
  const found = await findClient(terminal, options)
  if (found === null) throw nobody(server)
  const user = await readUser(found.client)
  const who = user === null ? 'An API key' : `${user.email}${roleText(user)}`
  terminal.result({ server, by: found.by, user }, `${who} at ${server}, ${means[found.by]}.`)
}

const roleText = ({ roles }: Me): string => (roles.length === 0 ? '' : ` (${roles.join(', ')})`)

/** Null for an API key, which is no user. */
async function readUser(client: Client): Promise<Me | null> {
  try {
    return await client.auth.me()
  } catch (error) {
    if (error instanceof PlinthError && error.code === 'notSignedIn') return null
    throw error
  }
}
