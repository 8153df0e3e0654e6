import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CliError } from '../cli-error.ts'
import { writeWholeFile } from '../write-whole-file.ts'

/** A link is not followed, and a pipe not waited for. Windows has neither flag. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** A file for its owner's eyes alone; null where there is none. @throws CliError where others may read it, or made it */
export function readPrivateFile(path: string): string | null {
  const folder = statsOf(dirname(path))
  if (folder === null) return null
  requirePrivate(dirname(path), folder, 'folder')
  const file = open(path)
  if (file === null) return null
  try {
    requirePrivate(path, fstatSync(file), 'file')
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** Writes it whole or not at all; what stands in its place is replaced, also a link. */
export function writePrivateFile(path: string, text: string): void {
  makePrivateFolder(dirname(path))
  writeWholeFile(path, text, 0o600)
}

export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  requirePrivate(path, statSync(path), 'folder')
}

/** Null also where somebody else's home is in the way, as of a program that runs as nobody in particular. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch (error) {
    if (isFault(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return null
    throw error
  }
}

function open(path: string): number | null {
  try {
    return openSync(path, openFlags)
  } catch (error) {
    if (isFault(error, 'ENOENT')) return null
    // What systems answer to O_NOFOLLOW: POSIX says ELOOP, BSD EMLINK.
    if (isFault(error, 'ELOOP', 'EMLINK'))
      throw new CliError(`${path} keeps your session, but is a link, which somebody else may have made: delete it.`)
    throw error
  }
}

const isFault = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

function requirePrivate(path: string, found: Stats, kind: 'file' | 'folder'): void {
  if (kind === 'file' && !found.isFile()) throw new CliError(`${path} keeps your session, but is no file: delete it.`)
  // Windows keeps others out of a user's folders by other means.
  if (process.getuid === undefined) return
  if (found.uid !== process.getuid())
    throw new CliError(`${path} keeps your session, but belongs to another user: take it away, or run this as them.`)
  if ((found.mode & 0o077) === 0) return
  const mode = kind === 'file' ? '600' : '700'
  throw new CliError(
    `${path} keeps your session, but others may look into it. Run "chmod ${mode} '${path}'"; where somebody may have done so, then also "plinth sign-out".`,
  )
}
