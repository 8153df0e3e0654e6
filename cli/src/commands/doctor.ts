import { buildModel } from '@plinth/schema'
import { PlinthError } from '@plinth/sdk'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { checkIndexes } from '../doctor/check-indexes.ts'
import { checkPermissions } from '../doctor/check-permissions.ts'
import type { Finding } from '../doctor/finding.ts'
import { exitCodes } from '../exit-codes.ts'
import { connect, connectAsGuest } from '../server/connect.ts'
import { isUnencrypted, type ServerOptions, serverUrl } from '../server/server-url.ts'
import { readConfig } from '../server/read-config.ts'
import { readSchema } from '../server/schema-api.ts'
import { toCliError } from '../server/to-cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `plinth doctor` */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description('look for what is wrong or dangerous, with the command that mends it; exit with 5 if there is such')
    .action((_, command: Command) => examine(terminal, command.optsWithGlobals()))
}

async function examine(terminal: Terminal, options: ServerOptions): Promise<void> {
  const findings = [...(await checkEnvironment()), ...(await checkServer(terminal, options))]
  if (findings.some(({ level }) => level !== 'advice')) terminal.exitCode = exitCodes.different
  const text = findings.map((finding) => describe(terminal, finding))
  terminal.result({ findings }, text.length === 0 ? 'Nothing was found: all is well.' : text.join('\n'))
}

const colours = { fault: 'red', warning: 'yellow', advice: 'cyan' } as const

function describe({ paint }: Terminal, { level, message, mend }: Finding): string {
  const head = `${paint(colours[level], level.padEnd(8))} ${message}`
  return mend === null ? head : `${head}\n         ${paint('dim', mend)}`
}

async function checkEnvironment(): Promise<readonly Finding[]> {
  const config = await readConfig()
  return 'faults' in config ? [fault('environment', config.faults)] : []
}

/** From the outside in: what cannot be asked is not known. */
async function checkServer(terminal: Terminal, options: ServerOptions): Promise<readonly Finding[]> {
  const url = serverUrl(options)
  const plain = isUnencrypted(url) ? [unencrypted(url)] : []
  try {
    await connectAsGuest(options).request('GET', '/health/ready', { retries: 0 })
    const model = buildModel(await readSchema(await connect(terminal, options)))
    return [...plain, ...checkPermissions(model), ...checkIndexes(model)]
  } catch (error) {
    return [...plain, explain(error)]
  }
}

function explain(error: unknown): Finding {
  if (error instanceof PlinthError && error.status === 503)
    return fault('database', 'The server runs, but does not reach its database: look at its log, and at DATABASE_URL.')
  const known = error instanceof CliError ? error : toCliError(error)
  if (known === null) throw error
  return fault(known.exitCode === exitCodes.unreachable ? 'server' : 'signIn', known.message)
}

const fault = (code: string, message: string): Finding => ({ level: 'fault', code, message, mend: null })

const unencrypted = (url: string): Finding => ({
  level: 'warning',
  code: 'unencrypted',
  message: `${url} is not encrypted: tokens and passwords can be read on the way. Use its https address.`,
  mend: null,
})
