import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A data folder in a temporary place that every user may enter. */
export async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-data-'))
  await chmod(folder, 0o755)
  return folder
}

export const removeDataFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 20 })

/** The process id in PostgreSQL's pid file. */
export async function postmasterOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

export interface OwnerProcess {
  readonly child: ChildProcess
  /** The first line that it says: the address of its PostgreSQL, or why it was refused. */
  readonly says: Promise<string>
}

/** Another process that starts the folder, as a second Plinth would. */
export function startOwner(folder: string): OwnerProcess {
  const script = fileURLToPath(new URL('embedded-owner.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const says = once(createInterface(child.stdout), 'line').then(([line]) => String(line))
  return { child, says }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
