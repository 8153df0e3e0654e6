import type { Command } from 'commander'
import { connect } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import { withProof } from '../server/with-proof.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface Key {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly expiresAt: string | null
}

interface NewKey extends ServerOptions {
  readonly role: readonly string[]
  readonly expires?: string
}

/** `plinth keys …` */
export function addKeysCommands(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').description('API keys')
  keys
    .command('list')
    .description('the keys there are; the keys themselves are not kept')
    .action((_, command: Command) => listKeys(terminal, command.optsWithGlobals()))
  keys
    .command('create')
    .description('make a key; it is printed once, and nothing else goes to standard output')
    .argument('<name>', 'what it is for')
    .requiredOption('--role <role...>', 'what it may do')
    .option('--expires <time>', 'when it ends, such as 2030-01-31')
    .action((name: string, _, command: Command) => createKey(terminal, command.optsWithGlobals(), name))
  keys
    .command('revoke')
    .description('end a key: within a second it counts no more')
    .argument('<id>', 'of "plinth keys list"')
    .action((id: string, _, command: Command) => revokeKey(terminal, command.optsWithGlobals(), id))
}

async function listKeys(terminal: Terminal, options: ServerOptions): Promise<void> {
  const client = await connect(terminal, options)
  const { items } = await client.request<{ items: readonly Key[] }>('GET', '/api/admin/keys')
  const rows = items.map(({ id, name, roles, expiresAt }) => [id, name, roles.join(', '), expiresAt ?? 'never'])
  terminal.result(
    { items },
    items.length === 0 ? 'There are no keys.' : table([['id', 'name', 'roles', 'ends'], ...rows]),
  )
}

async function createKey(terminal: Terminal, options: NewKey, name: string): Promise<void> {
  const client = await connect(terminal, options)
  const body = { name, roles: options.role, ...(options.expires !== undefined && { expiresAt: options.expires }) }
  const made = await withProof(terminal, client, () =>
    client.request<{ id: string; key: string }>('POST', '/api/admin/keys', { body }),
  )
  terminal.note(`The key ${made.id} is made. It is shown this once:`)
  terminal.result(made, made.key)
}

async function revokeKey(terminal: Terminal, options: ServerOptions, id: string): Promise<void> {
  const client = await connect(terminal, options)
  await client.request('DELETE', `/api/admin/keys/${encodeURIComponent(id)}`)
  terminal.result({ id, revoked: true }, `The key ${id} is revoked: within a second it counts no more.`)
}
