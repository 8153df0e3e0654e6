import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { readConfig } from '../server/read-config.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `plinth config` */
export function addConfigCommand(program: Command, terminal: Terminal): void {
  program
    .command('config')
    .description('show how a server that is started here is configured; secrets are masked')
    .action(() => showConfig(terminal))
}

async function showConfig(terminal: Terminal): Promise<void> {
  const config = await readConfig()
  if ('faults' in config) throw new CliError(config.faults)
  const rows = config.settings.map(({ name, value, default: usual }) => [
    name,
    value ?? '',
    value === usual ? terminal.paint('dim', '(default)') : '',
  ])
  terminal.result({ settings: config.settings }, table(rows))
}
