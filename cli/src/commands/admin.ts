import { stdin } from 'node:process'
import { text } from 'node:stream/consumers'
import type { Client } from '@plinth/sdk'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { environmentSecret } from '../environment-secret.ts'
import { exitCodes } from '../exit-codes.ts'
import { connect, connectAsGuest } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { withProof } from '../server/with-proof.ts'
import { askSecret } from '../terminal/ask.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { User } from './users.ts'

interface NewAdmin extends ServerOptions {
  readonly passwordStdin?: true
  readonly setup?: true
}

/** `plinth admin create` */
export function addAdminCommands(program: Command, terminal: Terminal): void {
  program
    .command('admin')
    .description('admins')
    .command('create')
    .description('make an admin: by another admin, or the first one by the link that the server printed')
    .argument('<email>', 'the address of the new admin')
    .option('--setup', 'the first admin: the link is asked for, or taken from PLINTH_SETUP_LINK')
    .option('--password-stdin', 'read the new password from standard input')
    .action((email: string, _, command: Command) => createAdmin(terminal, command.optsWithGlobals(), email))
}

async function createAdmin(terminal: Terminal, options: NewAdmin, email: string): Promise<void> {
  const user = options.setup ? await setUp(terminal, options, email) : await addAdmin(terminal, options, email)
  terminal.result({ id: user.id, email: user.email }, `${user.email} is an admin now.`)
}

async function setUp(terminal: Terminal, options: NewAdmin, email: string): Promise<Pick<User, 'id' | 'email'>> {
  const client = connectAsGuest(options)
  const link =
    environmentSecret('PLINTH_SETUP_LINK') ??
    (await ask(terminal, 'The link that the server printed', 'PLINTH_SETUP_LINK'))
  const token = link.split('#token=').at(-1) ?? ''
  const password = await newPassword(terminal, options)
  const { id } = await client.auth.setUp({ token, email, password })
  terminal.atEnd(() => client.auth.signOut())
  return { id, email }
}

async function addAdmin(terminal: Terminal, options: NewAdmin, email: string): Promise<Pick<User, 'id' | 'email'>> {
  const client = await connect(terminal, options)
  const password = await newPassword(terminal, options)
  const user = await client.request<User>('POST', '/api/records/users', { body: { email, roles: ['admin'] } })
  await setPassword(terminal, client, user, password)
  return user
}

/** An admin who cannot sign in is none: a password that is refused leaves nothing behind. */
async function setPassword(terminal: Terminal, client: Client, { id }: User, password: string): Promise<void> {
  const body = { password }
  try {
    await withProof(terminal, client, () => client.request('PUT', `/api/admin/users/${id}/password`, { body }))
  } catch (error) {
    await client.request('DELETE', `/api/records/users/${id}`)
    throw error
  }
}

async function newPassword(terminal: Terminal, { passwordStdin }: NewAdmin): Promise<string> {
  if (passwordStdin) return (await text(stdin)).replace(/\r?\n$/, '')
  return environmentSecret('PLINTH_NEW_PASSWORD') ?? ask(terminal, 'The new password', 'PLINTH_NEW_PASSWORD')
}

async function ask(terminal: Terminal, question: string, variable: string): Promise<string> {
  if (terminal.interactive) return askSecret(question)
  throw new CliError(`Nobody is there to be asked: set ${variable} (or ${variable}_FILE).`, exitCodes.usage)
}
