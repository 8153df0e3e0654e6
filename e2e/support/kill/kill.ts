import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startServerProcess } from '../server-process.ts'

/** What is killed: Plinth's own process, PostgreSQL's first process, or both and all of PostgreSQL's others. */
export const targets = ['plinth', 'postgres', 'everything'] as const
export type Target = (typeof targets)[number]

const recoverySeconds = 60

/** Ends what `target` names with SIGKILL. */
export async function kill(server: ServerProcess, target: Target): Promise<void> {
  if (target === 'plinth') return server.kill()
  const postmaster = Number.parseInt(await readFile(join(server.dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  if (target === 'postgres') return killProcess(postmaster)
  for (const pid of [...(await childrenOf(postmaster)), postmaster]) killProcess(pid)
  await server.kill()
}

/**
 * Waits until it serves again. Nobody helps: a killed Plinth is only started again on the same folder, and a killed
 * PostgreSQL is for the Plinth that still runs to notice.
 */
export async function recover(server: ServerProcess, target: Target): Promise<ServerProcess> {
  if (target !== 'postgres') return startServerProcess({ dataDir: server.dataDir })
  const deadline = Date.now() + recoverySeconds * 1000
  while (!(await isReady(server.url))) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not come back:\n${server.logs()}`)
    await sleep(50)
  }
  return server
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ status }) => status === 200,
    () => false,
  )

/** On Linux only: elsewhere PostgreSQL's children end by themselves when they notice. */
async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      return [Number(pid), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1])] as const
    }),
  )
  return parents.filter(([, ppid]) => ppid === parent).map(([pid]) => pid)
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Some end by themselves as soon as another is gone.
  }
}
