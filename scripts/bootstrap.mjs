import { delimiter, join, sep } from 'node:path'
import { missingPackages } from './missing-packages.mjs'
import { pinnedNode } from './pinned-node.mjs'
import { fail, root, run, secondsSince } from './run.mjs'

const networkErrors =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/

/**
 * Makes the workspace ready to run: installs the packages that are missing, and nothing when none is.
 *
 * @returns {Promise<string>} the path of the Node binary that everything else runs with
 */
export async function bootstrap() {
  if (missingPackages(root).length > 0) await installPackages()
  const node = await pinnedNode(root)
  return (
    node ?? fail(`Plinth needs Node 24, whose npm package could not be set up here. Install Node 24 and try again.`)
  )
}

// Not `npm ci`: it removes node_modules under whatever still runs from it, and refuses a lock file that was made where
// the registry lacks the packages of some other platform. With --no-save the lock file decides, and stays as it is.
async function installPackages() {
  const started = performance.now()
  process.stdout.write('Installing packages (once, and when package-lock.json changes) … ')
  const flags = ['--no-save', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error']
  const { code, output } = await run('npm', ['install', ...flags], { env: withoutOwnPackages() })
  if (code !== 0) fail(`failed.\n\n${explain(output)}`)
  console.log(`done in ${secondsSince(started).toFixed(0)} s.`)
}

function explain(/** @type {string} */ output) {
  const network = networkErrors.test(output)
  return network
    ? `The packages could not be downloaded: npm did not reach its registry. Check the network (or npm's proxy settings) and run the command again.\n\n${output}`
    : output
}

// npm puts node_modules/.bin first in PATH, whose Node may be the very one that is about to be replaced.
function withoutOwnPackages() {
  const own = join(root, 'node_modules')
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.startsWith(own + sep))
  return { ...process.env, PATH: paths.join(delimiter) }
}
