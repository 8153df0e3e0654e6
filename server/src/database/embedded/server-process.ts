import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '../cannot-start.ts'
import type { Installation } from './installation.ts'
import { programEnvironment, runProgram } from './run-program.ts'
import type { SystemUser } from './system-user.ts'

export interface ServerOptions {
  readonly installation: Installation
  /** PostgreSQL's data folder, as `as` can reach it. */
  readonly cluster: string
  readonly cwd: string
  readonly as: SystemUser | undefined
  readonly settings: Readonly<Record<string, string>>
  /** What the server writes, in pieces. */
  readonly write: (text: string) => void
}

/** A PostgreSQL that accepts connections. */
export interface ServerProcess {
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const stopSeconds = 60
const startSeconds = 600
const childrenSeconds = 60

/** Starts the server. The children of a killed one may need a moment to die, so where they are in the way it is retried. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const deadline = Date.now() + childrenSeconds * 1000
  for (;;) {
    const attempt = await tryStart(options)
    if (typeof attempt !== 'string') return attempt
    if (!isLeftoverInTheWay(attempt) || Date.now() > deadline) throw didNotStart(attempt)
    await sleep(100)
  }
}

const isLeftoverInTheWay = (output: string): boolean =>
  /pre-existing shared memory block|is still in use|Address already in use/.test(output)

function didNotStart(output: string): CannotStart {
  const reason = output.split('\n').find((line) => /FATAL|PANIC|rror/.test(line)) ?? output.trim()
  return new CannotStart(`The embedded PostgreSQL did not start: ${reason.replace(/^.*?(FATAL|PANIC): */, '')}`)
}

/** The running server, or what it wrote before it gave up. */
function tryStart({ installation, cluster, cwd, as, settings, write }: ServerOptions): Promise<ServerProcess | string> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(installation.postgres, ['-D', cluster, ...flags], {
    ...as,
    cwd,
    env: programEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl+C is for Plinth, which ends its work before it stops the server.
    detached: process.platform !== 'win32',
  })
  // Plinth may also end by an error that nobody caught.
  const takeAlong = () => child.kill('SIGINT')
  process.once('exit', takeAlong)
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve())
    child.on('exit', () => resolve())
  }).finally(() => process.off('exit', takeAlong))
  return new Promise((resolve) => {
    let output = ''
    let ready = false
    // Recovery after a crash may take minutes when much was written since the last checkpoint, but not for ever.
    const timer = setTimeout(() => child.kill('SIGQUIT'), startSeconds * 1000)
    child.stderr.on('data', (chunk: Buffer) => {
      write(chunk.toString())
      if (ready) return
      output += chunk
      ready = output.includes('database system is ready to accept connections')
      if (!ready) return
      clearTimeout(timer)
      resolve({ ended, stop: () => stop(child, ended, installation, cluster) })
    })
    child.on('error', (error) => resolve(`FATAL: ${error.message}`))
    child.on('close', () => {
      clearTimeout(timer)
      resolve(output)
    })
  })
}

async function stop(child: ChildProcess, ended: Promise<void>, installation: Installation, cluster: string) {
  if (child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') {
    await runProgram(installation.postgres.replace(/postgres\.exe$/, 'pg_ctl.exe'), [
      'stop',
      '-D',
      cluster,
      '-m',
      'fast',
    ])
  } else child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), stopSeconds * 1000)
  await ended
  clearTimeout(timer)
}
