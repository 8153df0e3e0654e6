import { run } from './run.mjs'

/**
 * Installs a Debian package that a check needs (`wrk`, `chromium`) when its program is missing, which only root can.
 *
 * @param {string} name the package, which is also its program's name
 * @returns {Promise<boolean>} whether the program can be used
 */
export async function ensureDebianPackage(name) {
  if (await isOnPath(name)) return true
  if (process.getuid?.() !== 0 || !(await isOnPath('apt-get'))) return false
  console.log(`Installing the Debian package ${name} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => run('apt-get', ['install', '--yes', '--no-install-recommends', name], { env })
  if ((await install()).code === 0) return true
  // A new machine has no package lists yet.
  await run('apt-get', ['update'], { env })
  return (await install()).code === 0
}

const isOnPath = async (/** @type {string} */ program) =>
  (await run('sh', ['-c', 'command -v "$1"', 'sh', program])).code === 0
