/**
 * @typedef {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} Report
 */

/**
 * Counts the tests in vitest's JSON report. A file that fails before its first test (it does not load) is one failure.
 *
 * @param {Report} report
 * @returns {import('./summary.mjs').Counts}
 */
export function countTests({ testResults }) {
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => test.status))
  const passed = tests.filter((status) => status === 'passed').length
  const failed = tests.filter((status) => status === 'failed').length
  const unreported = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return { passed, failed: failed + unreported.length, skipped: tests.length - passed - failed }
}
