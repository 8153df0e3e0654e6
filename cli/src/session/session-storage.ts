import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { SessionStorage } from '@plinth/sdk'
import { memberOf } from '@plinth/schema'
import { CliError } from '../cli-error.ts'
import { homeFolder } from '../home-folder.ts'
import { withFileLock } from './file-lock.ts'
import { makePrivateFolder, readPrivateFile, writePrivateFile } from './private-file.ts'

/** Where a session is kept that several commands share. */
type SharedStorage = SessionStorage & Required<Pick<SessionStorage, 'oneAtATime'>>

/** Keeps the session with one server in the user's config folder, for all commands. */
export function sessionStorage(url: string): SharedStorage {
  const folder = configFolder()
  if (folder === null) return nowhere
  const path = fileOf(folder, url)
  return {
    get: () => {
      const kept = parse(readPrivateFile(path))
      // A file that was put in this place for another server's session is none of this one's.
      return memberOf(kept, 'server') === url ? (JSON.stringify(memberOf(kept, 'session')) ?? null) : null
    },
    set: (_, session) => {
      if (session === null) rmSync(path, { force: true })
      else writePrivateFile(path, `${JSON.stringify({ server: url, session: parse(session) }, null, 2)}\n`)
    },
    oneAtATime: (_, work) => {
      makePrivateFolder(dirname(path))
      return withFileLock(`${path}.lock`, work)
    },
  }
}

const noPlace = (): never => {
  throw new CliError('There is no home folder to keep the session in: set HOME, or XDG_CONFIG_HOME.')
}
const nowhere: SharedStorage = { get: () => null, set: noPlace, oneAtATime: noPlace }

/** A file each, so that commands for different servers never wait for each other. */
function fileOf(folder: string, url: string): string {
  const host = new URL(url).host.replaceAll(/[^a-z0-9.-]+/g, '_').slice(0, 80)
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 16)
  return join(folder, 'plinth', 'sessions', `${host}-${hash}.json`)
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute does not count. */
function configFolder(): string | null {
  const { XDG_CONFIG_HOME: given = '', APPDATA: windows = '' } = process.env
  if (isAbsolute(given)) return given
  if (process.platform === 'win32' && isAbsolute(windows)) return windows
  const home = homeFolder()
  return home === null ? null : join(home, '.config')
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
