import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/**
 * The Node binary of the npm package `node`. Its install script fetches the binary: where npm was told to run no
 * scripts, it is run here. Where the package has no binary for this platform, the Node that runs this serves if it is
 * new enough.
 *
 * @param {string} root
 * @returns {Promise<string | null>}
 */
export async function pinnedNode(root) {
  return findBinary(root) ?? (await fetchBinary(root)) ?? (isNewEnough(process.versions.node) ? process.execPath : null)
}

/** Node 22.18 is the first that runs TypeScript files as they are. */
export function isNewEnough(/** @type {string} */ version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

function findBinary(/** @type {string} */ root) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const system = process.platform === 'win32' ? 'win' : process.platform
  const platformPackage = join(`node-${system}-${process.arch}`, 'bin', name)
  const candidates = [
    join(root, 'node_modules', 'node', 'bin', name),
    join(root, 'node_modules', 'node', 'node_modules', platformPackage),
    join(root, 'node_modules', platformPackage),
  ]
  return candidates.find(isExecutable) ?? null
}

async function fetchBinary(/** @type {string} */ root) {
  const cwd = join(root, 'node_modules', 'node')
  if (!isReadable(join(cwd, 'installArchSpecificPackage.js'))) return null
  await run(process.execPath, ['installArchSpecificPackage.js'], { cwd })
  return findBinary(root)
}

const isExecutable = (/** @type {string} */ path) => allows(path, constants.X_OK)
const isReadable = (/** @type {string} */ path) => allows(path, constants.R_OK)

function allows(/** @type {string} */ path, /** @type {number} */ mode) {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
