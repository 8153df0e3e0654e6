import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 */

/**
 * The packages that package-lock.json names and node_modules does not hold in that version. npm's own record of what it
 * installed is the stamp: it is right after a plain `npm install` too, and npm writes it last, so an interrupted
 * install shows.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function missingPackages(root) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted)
    .filter(([path]) => path.includes('node_modules/'))
    .filter(([path, locked]) => (installed[path] === undefined ? isNeededHere(locked) : isStale(path, locked)))
    .map(([path]) => path)

  function isStale(/** @type {string} */ path, /** @type {Locked} */ locked) {
    return installed[path]?.version !== locked.version || !existsSync(join(root, path, 'package.json'))
  }
}

/** Optional packages are those of other platforms, but for the ones that name this platform. */
function isNeededHere(/** @type {Locked} */ { optional, os, cpu, libc }) {
  if (optional !== true) return true
  return libc === undefined && os?.includes(process.platform) === true && cpu?.includes(process.arch) === true
}

/** @returns {Record<string, Locked>} */
function readPackages(/** @type {string} */ path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
}
