import { readdir, readFile, readlink, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '../cannot-start.ts'
import { errorCode } from '../error-code.ts'
import { runProgram } from './run-program.ts'

/** Longer than the highest limit of Linux (2^22) and macOS (99,998): no process ever has it. */
const nobody = 99_999_999

/**
 * Deals with what a killed Plinth left behind in PostgreSQL's data folder: its server, which is stopped as if by us, or the
 * server's pid file. Only call it while holding the folder's lock.
 */
export async function clearOrphan(cluster: string, log: (message: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const read = () => readFile(pidFile, 'utf8').catch(() => null)
  const pid = Number.parseInt((await read()) ?? '', 10)
  if (pid > 0 && (await isServerOf(pid, cluster))) {
    log(`Stopping the PostgreSQL that an earlier run left behind (process ${pid}).`)
    await stop(pid, cluster)
  }
  // A server that is stopped takes its pid file along; one that was being killed just then leaves it.
  const text = await read()
  if (text === null) return
  await stopChildren(cluster)
  // The pid is dead, or after a reboot or in a new container it is somebody else's, for which PostgreSQL would refuse to
  // start. Removing the file is not the way out: it also names the shared memory by which PostgreSQL notices that
  // children of a killed server still write. So only the pid is put out of the world.
  await writeFile(pidFile, text.replace(/^-?\d*/, String(nobody)))
}

async function stop(pid: number, cluster: string): Promise<void> {
  // Fast shutdown; where that hangs, immediate shutdown, which the next start recovers from.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    sendSignal(pid, signal)
    for (let waited = 0; waited < 30_000; waited += 50) {
      if (!(await isServerOf(pid, cluster))) return
      await sleep(50)
    }
  }
  throw new CannotStart(`A PostgreSQL of an earlier run (process ${pid}) still uses ${cluster} and cannot be stopped.`)
}

/**
 * A killed server's children end by themselves, but one that computes only when it is done. All they can still do is in
 * the way, so they are told to quit. Elsewhere than on Linux the start waits for them.
 */
async function stopChildren(cluster: string): Promise<void> {
  const entries = process.platform === 'linux' ? await readdir('/proc') : []
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number)
  for (const pid of pids) if (await isServerOf(pid, cluster)) sendSignal(pid, 'SIGQUIT')
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return
    throw new CannotStart(`A PostgreSQL of an earlier run (process ${pid}) runs as another user: stop it first.`, error)
  }
}

/** Is this process, at this moment, the PostgreSQL of this folder? A dead one that nobody has waited for is not. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // A server's working directory is its data folder.
    const [directory, program] = await Promise.all([
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
    ])
    return program.trim() === 'postgres' && directory === (await realpath(cluster))
  }
  if (process.platform === 'win32') return false
  const { output } = await runProgram('ps', ['-o', 'stat=,command=', '-p', String(pid)])
  return !output.startsWith('Z') && output.includes('postgres') && output.includes(cluster)
}
