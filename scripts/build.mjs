import { join } from 'node:path'
import { fail, root, run, withNode } from './run.mjs'

/**
 * Builds the packages whose sources changed since they were last built. Turborepo tells by the sources' hashes, in a
 * tenth of a second when nothing changed; then this prints nothing.
 *
 * @param {string} node
 * @param {string} [only] a package that is wanted with what it needs, instead of all
 */
export async function build(node, only) {
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo')
  const flags = [
    '--output-logs=new-only',
    '--log-prefix=none',
    '--no-update-notifier',
    ...(only === undefined ? [] : [`--filter=${only}`]),
  ]
  const { code, output, seconds } = await run(node, [turbo, 'run', 'build', ...flags], { env: withNode(node) })
  if (code !== 0) fail(`The build failed.\n\n${output}`)
  const { total, cached } = countTasks(output)
  if (total !== cached) console.log(`Built ${total - cached} of ${total} packages in ${seconds.toFixed(1)} s.`)
}

function countTasks(/** @type {string} */ output) {
  const [, cached, total] = /Cached:\s+(\d+) cached, (\d+) total/.exec(output) ?? []
  return { cached: Number(cached ?? 0), total: Number(total ?? 0) }
}
