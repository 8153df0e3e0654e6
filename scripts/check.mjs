import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bootstrap } from './bootstrap.mjs'
import { root, run, withNode } from './run.mjs'
import { summarize } from './summary.mjs'

/**
 * @typedef {import('./summary.mjs').Step} Step
 * @typedef {{ name: string, program: string, args: string[] }} Check
 */

/**
 * Runs every check that takes seconds, at the same time, and prints the findings of those that fail.
 *
 * @param {string} node
 * @returns {Promise<Step[]>}
 */
export async function runChecks(node) {
  const checks = [...sourceChecks, ...typeChecks()]
  console.log(`Checking: ${checks.map((check) => check.name).join(', ')}`)
  return Promise.all(checks.map((check) => runCheck(node, check)))
}

/** @type {Check[]} */
const sourceChecks = [
  { name: 'format', program: 'node_modules/@biomejs/biome/bin/biome', args: ['format', '.'] },
  { name: 'lint', program: 'node_modules/oxlint/bin/oxlint', args: ['--deny-warnings', '.'] },
  { name: 'imports', program: 'scripts/check-imports.mjs', args: [] },
  { name: 'dead code', program: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
]

/** One check of types for each folder that has a tsconfig.json. */
function typeChecks() {
  const folders = [...readdirSync(root), ...workspacesIn('examples')].filter((folder) =>
    existsSync(join(root, folder, 'tsconfig.json')),
  )
  const program = 'node_modules/typescript/bin/tsc'
  return folders.map((folder) => ({ name: `types ${folder}`, program, args: ['--noEmit', '-p', folder] }))
}

const workspacesIn = (/** @type {string} */ folder) =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => join(folder, name)) : []

/** @returns {Promise<Step>} */
async function runCheck(/** @type {string} */ node, /** @type {Check} */ { name, program, args }) {
  const { code, output, seconds } = await run(node, [join(root, program), ...args], { env: withNode(node) })
  if (code !== 0) console.log(`\n── ${name} ──\n${output.trim()}\n`)
  return { name, ok: code === 0, seconds }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const steps = await runChecks(await bootstrap())
  console.log(summarize(steps))
  process.exitCode = steps.every((step) => step.ok) ? 0 : 1
}
