import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Command } from 'commander'
import { serverEnvironment, serverProgram } from '../server/server-program.ts'
import type { Terminal } from '../terminal/terminal.ts'

export interface StartOptions {
  readonly port?: string
  readonly dataDir?: string
}

export const settingsOf = ({ port, dataDir }: StartOptions) => ({
  PORT: port ?? process.env['PORT'],
  PLINTH_DATA_DIR: dataDir ?? process.env['PLINTH_DATA_DIR'],
})

/** `plinth start` */
export function addStartCommand(program: Command, terminal: Terminal): void {
  program
    .command('start')
    .description('start a server; environment variables configure it')
    .option('--port <number>', 'instead of PORT')
    .option('--data-dir <folder>', 'instead of PLINTH_DATA_DIR')
    .action((options: StartOptions) => start(terminal, options))
}

/** Becomes the server: same terminal, signals and exit code. Where Node can replace its own process it does. */
async function start(terminal: Terminal, options: StartOptions): Promise<void> {
  const [env, args] = [serverEnvironment(settingsOf(options)), serverProgram('main')]
  if (typeof process.execve === 'function' && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...args], env)
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  terminal.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
