import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { serverEnvironment, serverProgram } from './server-program.ts'

/** A setting of the server, as it is in force. */
export interface Setting {
  readonly name: string
  readonly description: string
  readonly secret: boolean
  readonly value: string | null
  readonly default: string | null
}

/** How a server that is started here is configured; or what is wrong with that, in its own words. */
export async function readConfig(): Promise<{ readonly settings: readonly Setting[] } | { readonly faults: string }> {
  const child = spawn(process.execPath, serverProgram('print-config'), {
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [output, faults] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  // The program's own output.
  return child.exitCode === 0 ? { settings: JSON.parse(output) as readonly Setting[] } : { faults: faults.trim() }
}
