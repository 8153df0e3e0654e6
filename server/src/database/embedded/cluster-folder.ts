import { randomBytes } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CannotStart } from '../cannot-start.ts'
import { type DataFolder, giveTo, makePrivateFolder, readPassword, shortFolder } from './data-folder.ts'
import { exists } from './exists.ts'
import { initCluster } from './init-cluster.ts'
import type { RunnableInstallation } from './runnable-installation.ts'
import { runProgram } from './run-program.ts'
import type { SystemUser } from './system-user.ts'

/** Makes sure that PostgreSQL's data is there, was made by this major version, and belongs to `user`. */
export async function ensureCluster(
  data: DataFolder,
  installation: RunnableInstallation,
  user: SystemUser | undefined,
  log: (message: string) => void,
): Promise<void> {
  if (!(await exists(data.cluster))) {
    log(`Setting up PostgreSQL ${installation.major} in ${data.cluster}.`)
    await createCluster(data, installation, user)
  }
  await checkVersion(data, installation)
  await takeOwnership(data.cluster, user)
}

/** Under a name of its own until it is complete: what was killed half way is never taken for a cluster. */
async function createCluster(data: DataFolder, installation: RunnableInstallation, user: SystemUser | undefined) {
  await removeDrafts(data.folder)
  const draft = join(data.folder, `${draftPrefix}${randomBytes(6).toString('hex')}`)
  await mkdir(draft)
  await makePrivateFolder(draft, user)
  const secret = await shortFolder(data.folder, user)
  try {
    const passwordFile = join(secret.path, 'password')
    await writeFile(passwordFile, await readPassword(data), { mode: 0o600 })
    await giveTo(user, passwordFile)
    const seen = await seenBy(user, draft)
    await initCluster(installation, { ...seen, passwordFile, as: user })
    await rename(draft, data.cluster)
  } finally {
    await secret.remove()
  }
}

const draftPrefix = 'postgres.new-'

async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix))
  for (const draft of drafts) await rm(join(folder, draft), { recursive: true, force: true, maxRetries: 20 })
}

async function checkVersion({ cluster }: DataFolder, { major }: RunnableInstallation): Promise<void> {
  const found = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch((error) => {
    throw new CannotStart(
      `${cluster} cannot be read as PostgreSQL's data (${error.message}): move it away, or start Plinth as the user who owns it.`,
      error,
    )
  })
  if (Number(found) === major) return
  throw new CannotStart(
    `The data in ${cluster} is of PostgreSQL ${found.trim()}, but this build of Plinth brings ${major}: dump it with the build that made it, and load it into a new data folder.`,
  )
}

/** PostgreSQL refuses data of another user, as after a start as root of what a plain user began. */
async function takeOwnership(cluster: string, user: SystemUser | undefined): Promise<void> {
  if (user === undefined || (await stat(cluster)).uid === user.uid) return
  const { code, output } = await runProgram('chown', ['-R', `${user.uid}:${user.gid}`, cluster])
  if (code !== 0) throw new CannotStart(`${cluster} cannot be given to the user "postgres": ${output}`)
}

/** A folder as PostgreSQL's programs shall name it, and the working directory that they need for it. */
export interface SeenFolder {
  readonly folder: string
  readonly cwd: string
}

/**
 * A folder below one that only root may enter cannot be reached by its path. But it can be the working directory, which
 * is set before the change of user, and Linux names that without walking the path.
 */
export async function seenBy(user: SystemUser | undefined, folder: string): Promise<SeenFolder> {
  if (await canEnter(user, folder)) return { folder, cwd: folder }
  if (process.platform === 'linux') return { folder: '/proc/self/cwd', cwd: folder }
  throw new CannotStart(
    `The user "postgres" cannot reach ${folder}: let others enter the folders above it (chmod o+x), or set PLINTH_DATA_DIR to another folder.`,
  )
}

export async function canEnter(user: SystemUser | undefined, folder: string): Promise<boolean> {
  if (user === undefined) return true
  const { code } = await runProgram('/bin/sh', ['-c', 'cd "$0"', folder], { as: user, cwd: '/' })
  return code === 0
}
