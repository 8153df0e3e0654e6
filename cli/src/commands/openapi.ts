import { resolve } from 'node:path'
import type { Command } from 'commander'
import { connect, connectAsGuest } from '../server/connect.ts'
import type { ServerOptions } from '../server/server-url.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { writeWholeFile } from '../write-whole-file.ts'

interface OpenApiOptions extends ServerOptions {
  readonly output?: string
  readonly guest?: true
}

/** `plinth openapi` */
export function addOpenApiCommand(program: Command, terminal: Terminal): void {
  program
    .command('openapi')
    .description('the OpenAPI 3.1 document of the API, as whoever asks may use it')
    .option('-o, --output <path>', 'write it to a file')
    .option('--guest', 'as a guest sees it')
    .action((_, command: Command) => showOpenApi(terminal, command.optsWithGlobals()))
}

async function showOpenApi(terminal: Terminal, options: OpenApiOptions): Promise<void> {
  const client = options.guest ? connectAsGuest(options) : await connect(terminal, options)
  const document = await client.request('GET', '/api/openapi.json')
  const text = JSON.stringify(document, null, 2)
  if (options.output === undefined) return terminal.result(document, text)
  writeWholeFile(resolve(options.output), `${text}\n`)
  terminal.result({ file: options.output }, `${options.output} is written.`)
}
