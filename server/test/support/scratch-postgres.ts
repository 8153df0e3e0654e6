import { spawn } from 'node:child_process'
import { chown, mkdtemp, readFile, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initCluster, superuser } from '../../src/database/embedded/init-cluster.ts'
import { findInstallation } from '../../src/database/embedded/installation.ts'
import { runnableInstallation } from '../../src/database/embedded/runnable-installation.ts'
import { systemUser } from '../../src/database/embedded/system-user.ts'

export interface ScratchPostgres {
  readonly url: string
  stop(): Promise<void>
}

const prefix = 'plinth-test-'
const password = 'scratch'

/**
 * A server for one test run: nothing of it survives the run, so nothing waits for a disk. PLINTH_TEST_POSTGRES names the
 * folder of another version's programs (it holds `bin`), which `npm run test:postgres` installs.
 */
export async function startScratchPostgres(): Promise<ScratchPostgres> {
  const root = await scratchRoot()
  await removeStale(root)
  const user = await systemUser()
  const installation = await runnableInstallation(await findInstallation(process.env['PLINTH_TEST_POSTGRES']), user)
  const folder = await mkdtemp(join(root, `${prefix}${process.pid}-`))
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password)
  if (user !== undefined) await Promise.all([folder, passwordFile].map((path) => chown(path, user.uid, user.gid)))
  const data = join(folder, 'data')
  const locale = installation.major < 17 ? { locale: ['--locale=C'] } : {}
  await initCluster(installation, { folder: data, passwordFile, as: user, flags: ['--no-sync'], ...locale })
  const server = spawn('sh', ['-c', guard, folder, installation.postgres, ...serverFlags(data, folder)], {
    ...user,
    stdio: ['pipe', 'ignore', 'pipe'],
    // Its own process group: Ctrl+C in the terminal reaches vitest, which then stops it.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => server.on('close', () => resolve()))
  await untilReady(server.stderr)
  return {
    url: `postgres://${superuser}:${password}@${encodeURIComponent(folder)}/postgres`,
    stop: async () => {
      server.stdin.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** In memory where there is plenty: making a database there takes half the time, and is not slowed by a busy disk. */
async function scratchRoot(): Promise<string> {
  const memory = '/dev/shm'
  const free = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return free > 3 * 1024 ** 3 ? memory : tmpdir()
}

/** Its input is a pipe that only this process holds: when it ends, however it is killed, the server goes too. */
const guard = '"$@" & cat >/dev/null; kill -QUIT $!; wait; rm -rf "$0"'

const serverFlags = (data: string, sockets: string): readonly string[] =>
  ['-D', data].concat(
    [
      'listen_addresses=',
      `unix_socket_directories=${sockets}`,
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'autovacuum=off',
      'max_connections=200',
      'shared_buffers=128MB',
    ].flatMap((setting) => ['-c', setting]),
  )

async function untilReady(output: NodeJS.ReadableStream): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    output.on('data', (chunk) => {
      if (text.length < 20_000) text += chunk
      if (text.includes('ready to accept connections')) resolve()
    })
    output.on('end', () => reject(new Error(`The scratch PostgreSQL did not start:\n${text}`)))
  })
}

/** Folders of runs whose guard was killed as well: their servers are stopped first. */
async function removeStale(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1])
    if (!Number.isInteger(owner) || isAlive(owner)) continue
    const folder = join(root, name)
    const pid = Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
    if (pid > 0 && (await commandLine(pid)).includes(folder)) process.kill(pid, 'SIGQUIT')
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

const commandLine = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
