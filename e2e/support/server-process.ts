import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ScratchPostgres, startScratchPostgres } from '../../server/test/support/scratch-postgres.ts'

/** The admin of every server started here; the examples in the documentation use the same. */
export const admin = { email: 'admin@example.com', password: 'plinth-admin' } as const

export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  readonly dataDir: string
  /** All that it has printed so far. */
  logs(): string
  /** Asks it to end, and waits until it has; the data stay. */
  stop(): Promise<void>
  /** Ends it as a power failure would; its PostgreSQL may live on, as after a real one. */
  kill(): Promise<void>
  /** Stops it, if it still runs, and removes its data. */
  remove(): Promise<void>
}

export interface ServerOptions {
  /** Where its data are; a new folder without. */
  readonly dataDir?: string
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>
}

const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const startSeconds = 90

/**
 * Starts Plinth with its embedded PostgreSQL as a process of its own, and waits until it is ready. Where the tests are to
 * run on another version, it is given one of that by DATABASE_URL.
 */
export async function startServerProcess({ dataDir, env }: ServerOptions = {}): Promise<ServerProcess> {
  const folder = dataDir ?? (await makeDataFolder())
  const other = env?.['DATABASE_URL'] === undefined ? await otherPostgres() : undefined
  const child = spawn(process.execPath, ['--conditions=source', main], {
    env: environment(folder, { ...env, ...(other && { DATABASE_URL: other.url }) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const logs = collect(child)
  const stop = () => end(child, 'SIGTERM')
  const remove = async () => {
    await stop()
    await other?.stop()
    await endOrphan(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 20 })
  }
  try {
    const url = await readyAddress(child, logs)
    return { url, child, dataDir: folder, logs, stop, kill: () => end(child, 'SIGKILL'), remove }
  } catch (error) {
    await (dataDir === undefined ? remove() : stop())
    throw error
  }
}

const otherPostgres = async (): Promise<ScratchPostgres | undefined> =>
  process.env['PLINTH_TEST_POSTGRES'] === undefined ? undefined : await startScratchPostgres()

/** PostgreSQL may run as another user, who must be able to enter. */
async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-e2e-'))
  await chmod(folder, 0o755)
  return folder
}

const environment = (dataDir: string, more: ServerOptions['env']): NodeJS.ProcessEnv => ({
  ...foreignSettings(),
  PORT: '0',
  HOST: '127.0.0.1',
  PLINTH_DATA_DIR: dataDir,
  PLINTH_ADMIN_EMAIL: admin.email,
  PLINTH_ADMIN_PASSWORD: admin.password,
  PLINTH_LOG_LEVEL: 'warn',
  ...more,
})

/** The environment without Plinth's own settings: those of whoever runs the tests are for another server. */
export const foreignSettings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PLINTH_|DATABASE_URL|PORT$|HOST$)/.test(name)))

function collect({ stdout, stderr }: ChildProcess): () => string {
  let printed = ''
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  return () => printed
}

/** The address that it prints, once requests to it are answered. */
async function readyAddress(child: ChildProcess, logs: () => string): Promise<string> {
  const deadline = Date.now() + startSeconds * 1000
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`Plinth ended while it started:\n${logs()}`)
    const url = /ready at (http:\/\/\S+)/.exec(logs())?.[1]
    if (url !== undefined && (await isReady(url))) return url
    await sleep(50)
  }
  throw new Error(`Plinth was not ready within ${startSeconds} s:\n${logs()}`)
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ status }) => status === 200,
    () => false,
  )

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

/** A PostgreSQL that outlived its Plinth. */
async function endOrphan(dataDir: string): Promise<void> {
  const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(file, 10)
  if (Number.isNaN(pid)) return
  try {
    process.kill(pid, 'SIGINT')
    for (;;) {
      process.kill(pid, 0)
      await sleep(50)
    }
  } catch {
    // It is gone.
  }
}
