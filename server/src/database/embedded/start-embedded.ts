import { mkdir, realpath } from 'node:fs/promises'
import { CannotStart } from '../cannot-start.ts'
import { boundedLog } from './bounded-log.ts'
import { ensureCluster, seenBy } from './cluster-folder.ts'
import { type DataFolder, dataFolder, readPassword, removeShortFolders } from './data-folder.ts'
import { superuser } from './init-cluster.ts'
import { findInstallation } from './installation.ts'
import { listeningPlace } from './listening-place.ts'
import { clearOrphan } from './orphan.ts'
import { lockFolder } from './owner-lock.ts'
import { runnableInstallation } from './runnable-installation.ts'
import { startServer } from './server-process.ts'
import { serverSettings } from './server-settings.ts'
import { type Supervised, supervise } from './supervise.ts'
import { systemUser } from './system-user.ts'

export interface EmbeddedOptions {
  readonly log: (message: string) => void
  /** Where Plinth itself will be found: told to whoever tries to use the same folder. */
  readonly address?: string | undefined
  /** How many connections there may be at a time (100). */
  readonly connections?: number | undefined
}

/** Plinth's own PostgreSQL. */
export interface Embedded extends Supervised {
  /** The same for as long as it runs, also when the server had to be started again. */
  readonly url: string
}

/**
 * Starts the PostgreSQL of a data folder, which is set up first if it is new, and recovers from however the last run
 * ended. Throws `CannotStart`, for example when another process uses the folder.
 */
export async function startEmbedded(folder: string, options: EmbeddedOptions): Promise<Embedded> {
  const data = dataFolder(await makeFolder(folder))
  const lock = await lockFolder(data.folder, options.address)
  try {
    const embedded = await start(data, options)
    return {
      ...embedded,
      stop: async () => {
        await embedded.stop()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function start(data: DataFolder, { log, connections = 100 }: EmbeddedOptions): Promise<Embedded> {
  await removeShortFolders(data.folder)
  const user = await systemUser()
  const installation = await runnableInstallation(await findInstallation(), user)
  await ensureCluster(data, installation, user, log)
  const place = await listeningPlace(data, user, log)
  const seen = await seenBy(user, data.cluster)
  const write = boundedLog(data.logFile)
  const startOnce = async () => {
    await clearOrphan(data.cluster, log)
    await place.clear()
    const settings = serverSettings(place.settings, connections)
    return startServer({ installation, cluster: seen.folder, cwd: seen.cwd, as: user, settings, write })
  }
  try {
    const password = await readPassword(data)
    const supervised = await supervise(startOnce, log)
    return {
      url: `postgres://${superuser}:${password}@${place.host}/postgres`,
      exited: supervised.exited,
      stop: async () => {
        await supervised.stop()
        await place.remove()
      },
    }
  } catch (error) {
    await place.remove()
    throw error
  }
}

async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    return await realpath(folder)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CannotStart(`The data folder ${folder} cannot be made: ${reason}`, error)
  }
}
