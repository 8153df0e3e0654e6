import type { Client } from '@plinth/sdk'
import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { readVersions, type Version } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import { type User, uuid } from '../users.ts'

/** Lists the versions of the schema, the newest first. */
export async function listHistory(
  terminal: Terminal,
  options: ServerOptions & { readonly limit?: number },
): Promise<void> {
  const client = await connect(terminal, options)
  const items = (await readVersions(client)).slice(0, options.limit)
  const names = terminal.json ? none : await namesOf(client, items)
  const text = items.map(({ version, created, createdBy, summary }) => {
    const head = `${terminal.paint('bold', String(version))}  ${created}  by ${names.get(createdBy) ?? createdBy}`
    return [head, ...summary.map((line) => `   ${line}`)].join('\n')
  })
  terminal.result({ items }, text.join('\n'))
}

/** As many as one expression can name. */
const mostIds = 50

const none: ReadonlyMap<string, string> = new Map()

/** The addresses of those who are still users. */
async function namesOf(client: Client, items: readonly Version[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(items.map(({ createdBy }) => createdBy))].filter((id) => uuid.test(id)).slice(0, mostIds)
  if (ids.length === 0) return none
  const { items: users } = await client.collection('users').list({ where: { id: { in: ids } }, limit: mostIds })
  // The built-in fields of every user.
  return new Map((users as readonly unknown[] as readonly User[]).map(({ id, email }) => [id, email]))
}
