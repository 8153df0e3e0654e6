import { rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '../cannot-start.ts'
import { quoteIdentifier } from '../sql.ts'
import { canEnter } from './cluster-folder.ts'
import { type DataFolder, fitsSocket, makePrivateFolder, type ShortFolder, shortFolder } from './data-folder.ts'
import type { SystemUser } from './system-user.ts'

type Log = (message: string) => void

/** Where the embedded server listens: settings for it, and the host part of its address. */
export interface ListeningPlace {
  readonly host: string
  readonly settings: Readonly<Record<string, string>>
  /** Removes what a killed server left there. Call it before each start, when no server runs. */
  clear(): Promise<void>
  remove(): Promise<void>
}

export async function listeningPlace(
  data: DataFolder,
  user: SystemUser | undefined,
  log: Log,
): Promise<ListeningPlace> {
  return process.platform === 'win32' ? loopback() : socketIn(await socketFolder(data, user), user, log)
}

/** In the data folder, except where that is too deep for a socket, or `user` cannot get there. */
async function socketFolder({ folder }: DataFolder, user: SystemUser | undefined): Promise<ShortFolder> {
  const path = join(folder, 'run')
  const usable = fitsSocket(join(path, '.s.PGSQL.5432')) && (await canEnter(user, folder))
  if (!usable) return shortFolder(folder, user)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

const socketIn = ({ path, remove }: ShortFolder, user: SystemUser | undefined, log: Log): ListeningPlace => ({
  host: encodeURIComponent(path),
  settings: {
    listen_addresses: '',
    port: '5432',
    // A list, whose items are quoted as identifiers are: a comma in the path is not its separator.
    unix_socket_directories: quoteIdentifier(path),
    unix_socket_permissions: '0700',
  },
  // PostgreSQL would refuse to start when the process id in the socket's lock file is that of some other process by now.
  clear: async () => {
    await untilSilent(path, log)
    await rm(path, { recursive: true, force: true })
    await makePrivateFolder(path, user)
  },
  remove,
})

/**
 * A server that a killed Plinth left in another container cannot be seen as a process, nor be stopped. But it can be
 * heard, and it ends by itself: each minute a server looks whether the pid file, from which `clearOrphan` has removed
 * it, is still its own.
 */
async function untilSilent(path: string, log: Log): Promise<void> {
  const socket = join(path, '.s.PGSQL.5432')
  const deadline = Date.now() + 90_000
  if (await answers(socket)) log('Waiting for the PostgreSQL that an earlier run left behind in another container.')
  while (await answers(socket)) {
    if (Date.now() > deadline) throw stillUsed(path)
    await sleep(500)
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket)
    connection.on('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.on('error', () => resolve(false))
  })
}

const stillUsed = (path: string): CannotStart =>
  new CannotStart(`A PostgreSQL of another container still listens in ${path}: stop that container first.`)

async function loopback(): Promise<ListeningPlace> {
  const port = await freePort()
  return {
    host: `127.0.0.1:${port}`,
    settings: { listen_addresses: '127.0.0.1', port: String(port) },
    clear: async () => {},
    remove: async () => {},
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
