import { connect } from '../../server/connect.ts'
import type { ServerOptions } from '../../server/server-url.ts'
import { readVersions } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'

/** Lists the versions of the schema, the newest first. */
export async function listHistory(
  terminal: Terminal,
  options: ServerOptions & { readonly limit?: number },
): Promise<void> {
  const client = await connect(terminal, options)
  const items = (await readVersions(client)).slice(0, options.limit)
  const text = items.map(({ version, created, createdBy, summary }) => {
    const head = `${terminal.paint('bold', String(version))}  ${created}  by ${createdBy}`
    return [head, ...summary.map((line) => `   ${line}`)].join('\n')
  })
  terminal.result({ items }, text.join('\n'))
}
