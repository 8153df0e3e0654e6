import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createHash, randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SystemUser } from './system-user.ts'

/** Linux's limit, which is the higher of the two in use (macOS: 103). A longer path is refused or, worse, cut off. */
const maxSocketPath = process.platform === 'linux' ? 107 : 103

/** Where things are in Plinth's data folder. */
export interface DataFolder {
  readonly folder: string
  /** PostgreSQL's own data. */
  readonly cluster: string
  readonly passwordFile: string
  readonly logFile: string
}

export const dataFolder = (folder: string): DataFolder => ({
  folder,
  cluster: join(folder, 'postgres'),
  passwordFile: join(folder, 'password'),
  logFile: join(folder, 'postgres.log'),
})

/** The superuser's password: made once, readable by the owner of the data folder alone. */
export async function readPassword({ passwordFile }: DataFolder): Promise<string> {
  const known = await readFile(passwordFile, 'utf8').catch(() => '')
  if (known !== '') return known
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  return password
}

export const fitsSocket = (path: string): boolean => Buffer.byteLength(path) <= maxSocketPath

/** A folder with a short path, for its owner alone. */
export interface ShortFolder {
  readonly path: string
  remove(): Promise<void>
}

/** Makes a folder for this data folder's things under the system's temporary one. */
export async function shortFolder(folder: string, owner: SystemUser | undefined): Promise<ShortFolder> {
  const path = await mkdtemp(join(tmpdir(), shortPrefix(folder)))
  await giveTo(owner, path)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Removes those that killed runs left. Only call it while holding the data folder's lock. */
export async function removeShortFolders(folder: string): Promise<void> {
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(shortPrefix(folder)))
  for (const name of left) await rm(join(tmpdir(), name), { recursive: true, force: true })
}

const shortPrefix = (folder: string): string =>
  `plinth-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}-`

/** A short path that leads to a folder. */
export async function shortLink(folder: string): Promise<ShortFolder> {
  const place = await mkdtemp(join(tmpdir(), 'plinth-link-'))
  const path = join(place, 'd')
  await symlink(folder, path)
  return { path, remove: () => rm(place, { recursive: true, force: true }) }
}

export async function makePrivateFolder(path: string, owner: SystemUser | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  await giveTo(owner, path)
}

export async function giveTo(owner: SystemUser | undefined, path: string): Promise<void> {
  if (owner !== undefined) await chown(path, owner.uid, owner.gid)
}
