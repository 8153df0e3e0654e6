import type { Client } from '@plinth/sdk'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

export interface User {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly created: string
}

interface Page {
  readonly items: readonly User[]
  readonly next: string | null
}

/** `plinth users …` */
export function addUsersCommands(program: Command, terminal: Terminal): void {
  const users = program.command('users').description('who may sign in')
  const forUser = (name: string, description: string) =>
    users.command(name).description(description).argument('<user>', 'e-mail address or id')
  users
    .command('list')
    .description('all users, the newest first')
    .option('--role <role>', 'only those with this role')
    .action((_, command: Command) => listUsers(terminal, command.optsWithGlobals()))
  users
    .command('invite')
    .description('mail an invitation')
    .argument('<email>', 'whom')
    .option('--role <role...>', 'roles that the new user gets')
    .option('--language <tag>', 'of the mail, such as de')
    .action((email: string, _, command: Command) => inviteUser(terminal, command.optsWithGlobals(), email))
  forUser('roles', 'give a user exactly these roles')
    .argument('[roles...]', 'none takes all away')
    .action((user: string, roles: readonly string[], _, command: Command) =>
      setRoles(terminal, command.optsWithGlobals(), user, roles),
    )
  forUser('block', 'sign a user out everywhere, and let them in no more')
    .option('--reason <text>', 'for the audit trail')
    .action((user: string, _, command: Command) => blockUser(terminal, command.optsWithGlobals(), user))
  forUser('unblock', 'let a user in again').action((user: string, _, command: Command) =>
    unblockUser(terminal, command.optsWithGlobals(), user),
  )
}

async function listUsers(terminal: Terminal, options: ServerOptions & { readonly role?: string }): Promise<void> {
  const client = await connect(terminal, options)
  const items: User[] = []
  const query = { select: 'id,email,roles,created', sort: '-created', limit: 1_000 }
  for (let after: string | null = null; ; ) {
    const page: Page = await client.request<Page>('GET', '/api/records/users', { query: { ...query, after } })
    items.push(...page.items)
    if (page.next === null) break
    after = page.next
  }
  const { role } = options
  const shown = role === undefined ? items : items.filter(({ roles }) => roles.includes(role))
  const rows = shown.map(({ id, email, roles, created }) => [id, email, roles.join(', '), created])
  terminal.result(
    { items: shown },
    shown.length === 0 ? 'There are none.' : table([['id', 'e-mail', 'roles', 'created'], ...rows]),
  )
}

interface Invitation extends ServerOptions {
  readonly role?: readonly string[]
  readonly language?: string
}

async function inviteUser(terminal: Terminal, options: Invitation, email: string): Promise<void> {
  const client = await connect(terminal, options)
  const { role: roles = [], language } = options
  const body = { email, roles, ...(language !== undefined && { language }) }
  const invite = await client.request('POST', '/api/admin/invites', { body })
  terminal.result(invite ?? { email, roles }, `${email} is invited.`)
}

async function setRoles(terminal: Terminal, options: ServerOptions, name: string, roles: readonly string[]) {
  const client = await connect(terminal, options)
  const { id, email } = await findUser(client, name)
  await client.request('PATCH', `/api/records/users/${id}`, { body: { roles } })
  terminal.result(
    { id, email, roles },
    `${email} has ${roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`} now.`,
  )
}

async function blockUser(terminal: Terminal, options: ServerOptions & { readonly reason?: string }, name: string) {
  const client = await connect(terminal, options)
  const { id, email } = await findUser(client, name)
  const body = options.reason === undefined ? {} : { reason: options.reason }
  await client.request('PUT', `/api/admin/users/${id}/block`, { body })
  terminal.result({ id, email, blocked: true }, `${email} is blocked.`)
}

async function unblockUser(terminal: Terminal, options: ServerOptions, name: string) {
  const client = await connect(terminal, options)
  const { id, email } = await findUser(client, name)
  await client.request('DELETE', `/api/admin/users/${id}/block`)
  terminal.result({ id, email, blocked: false }, `${email} may sign in again.`)
}

/** An id, and no address. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @throws CliError where there is no such user */
async function findUser(client: Client, name: string): Promise<User> {
  const where = uuid.test(name) ? { id: name } : { email: name }
  const found = await client.collection('users').list({ where, limit: 1 })
  const [user] = found.items as readonly unknown[] as readonly User[] // The built-in fields of every user.
  if (user === undefined) throw new CliError(`There is no user ${name}: see "plinth users list".`)
  return user
}
