import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CannotStart } from '../cannot-start.ts'
import { type Installation, installationAt } from './installation.ts'
import { runProgram } from './run-program.ts'
import type { SystemUser } from './system-user.ts'

/** Where root may write and everybody may read, and what may be deleted at any time. */
const cache = '/var/cache/plinth'

export interface RunnableInstallation extends Installation {
  readonly major: number
}

/**
 * The programs where `user` can run them. Below a folder that only root may enter (a checkout in /root) they can not be
 * reached, so a copy of them is used.
 */
export async function runnableInstallation(
  installation: Installation,
  user: SystemUser | undefined,
): Promise<RunnableInstallation> {
  const first = await tryRun(installation, user)
  if (first.code === 0) return { ...installation, major: majorOf(first.output) }
  if (user === undefined) throw cannotRun(installation, first.output)
  const copy = await copyOf(installation)
  const second = await tryRun(copy, user)
  if (second.code === 0) return { ...copy, major: majorOf(second.output) }
  throw cannotRun(copy, second.output)
}

const tryRun = (installation: Installation, user: SystemUser | undefined) =>
  runProgram(installation.postgres, ['--version'], { as: user, cwd: '/' })

/** Of `postgres (PostgreSQL) 18.4`. */
const majorOf = (version: string): number => Number(/\) (\d+)/.exec(version)?.[1])

const cannotRun = (installation: Installation, output: string): CannotStart =>
  new CannotStart(`PostgreSQL cannot be run from ${installation.folder}: ${output}`)

async function copyOf(installation: Installation): Promise<Installation> {
  const target = join(cache, await packageName(installation))
  if (await isOurs(target)) return installationAt(target)
  const draft = `${target}.${process.pid}`
  try {
    await mkdir(cache, { recursive: true, mode: 0o755 })
    await cp(installation.folder, draft, { recursive: true, verbatimSymlinks: true })
    await chmod(draft, 0o755)
    // Whoever is first wins; a copy is never seen half made.
    await rename(draft, target).catch(() => rm(draft, { recursive: true }))
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw new CannotStart(
      `The user "postgres" cannot reach ${installation.folder}, and it cannot be copied to ${cache}: let others enter the folders above it (chmod o+x), or start Plinth as another user.`,
      error,
    )
  }
  return installationAt(target)
}

/** Root runs what is in there as another user, but it must still be what root put there. */
const isOurs = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory() && found.uid === 0,
    () => false,
  )

async function packageName(installation: Installation): Promise<string> {
  const text = await readFile(join(dirname(installation.folder), 'package.json'), 'utf8')
  // The package's own description.
  const { name, version } = JSON.parse(text) as { name: string; version: string }
  return `${name.replaceAll(/[@/]+/g, '-').replace(/^-/, '')}-${version}`
}
