import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import type { SessionStorage } from '@plinth/sdk'
import { memberOf } from '@plinth/schema'
import { withFileLock } from './file-lock.ts'
import { makePrivateFolder, readPrivateFile, writePrivateFile } from './private-file.ts'

/** Keeps the session with one server in the user's config folder, for all commands. */
export function sessionStorage(url: string): SessionStorage {
  const path = fileOf(url)
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

/** A file each, so that commands for different servers never wait for each other. */
function fileOf(url: string): string {
  const host = new URL(url).host.replaceAll(/[^a-z0-9.-]+/g, '_').slice(0, 80)
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 16)
  return join(configFolder(), 'plinth', 'sessions', `${host}-${hash}.json`)
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute does not count. */
function configFolder(): string {
  const { XDG_CONFIG_HOME: given = '', APPDATA: windows = '' } = process.env
  if (isAbsolute(given)) return given
  return process.platform === 'win32' && isAbsolute(windows) ? windows : join(homedir(), '.config')
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
