import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { build } from './build.mjs'
import { runChecks } from './check.mjs'
import { countTests } from './count-tests.mjs'
import { briefTests, oldestMajor, otherPostgres } from './other-postgres.mjs'
import { fail, root, run, withNode } from './run.mjs'
import { lastLine, summarize, total } from './summary.mjs'

/** @typedef {import('./summary.mjs').Step} Step */

const node = await bootstrap()
const steps = await runChecks(node)
// What starts outside of vitest (its global set-up, servers in processes of their own) runs what is built.
await build(node)
for (const project of await listProjects()) steps.push(await runTests(project, [`--project=${project}`]))
if (oldestMajor !== undefined) steps.push(await runBriefly(oldestMajor))

console.log(summarize(steps))
console.log(lastLine(steps))
process.exitCode = steps.every((step) => step.ok) && total(steps).failed === 0 ? 0 : 1

/** The projects of vitest.config.ts in their order, which runs the whole-product tests last. */
async function listProjects() {
  const script = `console.log(JSON.stringify((await import('./vitest.config.ts')).default.test.projects.map((p) => p.test.name)))`
  const { code, output } = await run(node, ['--no-warnings', '--input-type=module', '-e', script])
  if (code !== 0) fail(`vitest.config.ts could not be read.\n\n${output}`)
  return /** @type {string[]} */ (JSON.parse(output))
}

/**
 * A few seconds of tests on another version of PostgreSQL.
 *
 * @param {string} major
 * @returns {Promise<Step>}
 */
async function runBriefly(major) {
  const name = `PostgreSQL ${major}`
  try {
    return await runTests(name, ['--project=server', ...briefTests], await otherPostgres(node, major))
  } catch (error) {
    console.log(`\n── tests: ${name} ──\n${error instanceof Error ? error.message : error}`)
    return { name: `tests ${name}`, ok: false, seconds: 0 }
  }
}

/**
 * One project at a time, so that a project which cannot even start does not hide the others.
 *
 * @param {string} name
 * @param {string[]} which
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Promise<Step>}
 */
async function runTests(name, which, environment = withNode(node)) {
  console.log(`\n── tests: ${name} ──`)
  const folder = mkdtempSync(join(tmpdir(), 'plinth-test-'))
  const report = join(folder, 'report.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const env = { ...environment, NO_COLOR: '1', FORCE_COLOR: undefined }
  const { code, seconds } = await run(node, [vitest, 'run', ...which, ...reporters], { env, show: true })
  const tests = countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] })
  rmSync(folder, { recursive: true, force: true })
  return { name: `tests ${name}`, ok: code === 0 && tests.passed > 0, seconds, tests }
}
