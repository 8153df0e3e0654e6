import { CannotStart } from '../cannot-start.ts'
import type { Installation } from './installation.ts'
import { runProgram } from './run-program.ts'
import type { SystemUser } from './system-user.ts'

export const superuser = 'plinth'

export interface InitOptions {
  /** Empty, or not there yet. */
  readonly folder: string
  /** Holds the superuser's password; `as` must be able to read it. */
  readonly passwordFile: string
  readonly as?: SystemUser | undefined
  readonly cwd?: string | undefined
  /** How texts are sorted and cased: by code point (PostgreSQL 17 and newer), unless it is said otherwise. */
  readonly locale?: readonly string[]
  readonly flags?: readonly string[]
}

const byCodePoint = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

/** Makes a new, empty cluster: UTF-8, sorted by code point whatever the machine's locale, a password on every way in. */
export async function initCluster(installation: Installation, options: InitOptions): Promise<void> {
  const { folder, passwordFile, as, cwd, locale = byCodePoint, flags = [] } = options
  const args = [
    `--pgdata=${folder}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...locale,
    '--no-instructions',
    ...flags,
  ]
  const { code, output } = await runProgram(installation.initdb, args, { as, cwd })
  if (code === 0) return
  const lines = output.split('\n')
  const reason = lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? ''
  throw new CannotStart(`PostgreSQL's data could not be set up in ${folder}: ${reason}`, new Error(output))
}
