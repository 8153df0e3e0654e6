/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, ok: boolean, seconds: number, tests?: Counts }} Step
 */

/**
 * The table at the end: a line a step.
 *
 * @param {readonly Step[]} steps
 */
export function summarize(steps) {
  const header = ['step', 'result', 'seconds', 'passed', 'failed', 'skipped']
  const rows = steps.map(({ name, ok, seconds, tests }) => [
    name,
    ok ? 'ok' : 'FAILED',
    seconds.toFixed(1),
    ...(tests === undefined ? ['', '', ''] : [tests.passed, tests.failed, tests.skipped].map(String)),
  ])
  const table = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  const line = (/** @type {string[]} */ row) =>
    row.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join('  ')
  return ['', ...table.map((row) => line(row).trimEnd()), ''].join('\n')
}

/** Words to the left, numbers to the right. */
const pad = (/** @type {string} */ cell, /** @type {number} */ column, /** @type {number} */ width) =>
  column < 2 ? cell.padEnd(width) : cell.padStart(width)

/**
 * The last line: how many tests and checks passed and failed.
 *
 * @param {readonly Step[]} steps
 */
export function lastLine(steps) {
  const { passed, failed, skipped } = total(steps)
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * Adds everything up. A step without tests counts as one; so does a test run that fails although no test of it did.
 *
 * @param {readonly Step[]} steps
 * @returns {Counts}
 */
export function total(steps) {
  return steps.map(count).reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** @returns {Counts} */
function count(/** @type {Step} */ { ok, tests }) {
  if (tests === undefined) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
  return !ok && tests.failed === 0 ? { ...tests, failed: 1 } : tests
}
