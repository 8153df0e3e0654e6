import { describe, expect, it } from 'vitest'
import { countTests } from '../count-tests.mjs'
import { lastLine, summarize } from '../summary.mjs'

const lint = { name: 'lint', ok: true, seconds: 0.04 }
const tests = (counts: { passed: number; failed: number; skipped: number }, ok = true) => ({
  name: 'tests server',
  ok,
  seconds: 12.34,
  tests: counts,
})

describe('the last line of a test run', () => {
  it('counts each check as one and each test as one', () => {
    expect(lastLine([lint, tests({ passed: 41, failed: 0, skipped: 0 })])).toBe('42 passed, 0 failed')
  })

  it('names skipped tests only when there are some', () => {
    expect(lastLine([tests({ passed: 41, failed: 0, skipped: 2 })])).toBe('41 passed, 0 failed, 2 skipped')
  })

  it('counts a failed check, and a run that fails although no test of it did', () => {
    const crashed = tests({ passed: 3, failed: 0, skipped: 0 }, false)
    expect(lastLine([{ ...lint, ok: false }, crashed])).toBe('3 passed, 2 failed')
  })

  it('counts a run whose tests fail once for each of them', () => {
    expect(lastLine([tests({ passed: 3, failed: 2, skipped: 0 }, false)])).toBe('3 passed, 2 failed')
  })
})

describe('the summary', () => {
  it('is a table with a line a step', () => {
    const table = summarize([lint, tests({ passed: 41, failed: 1, skipped: 0 }, false)])
    expect(table).toBe(
      [
        '',
        'step          result  seconds  passed  failed  skipped',
        'lint          ok          0.0',
        'tests server  FAILED     12.3      41       1        0',
        '',
      ].join('\n'),
    )
  })
})

describe('the counts of a vitest report', () => {
  const file = (status: string, ...statuses: string[]) => ({
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  })

  it('are those of its tests', () => {
    const report = { testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'todo')] }
    expect(countTests(report)).toEqual({ passed: 2, failed: 1, skipped: 2 })
  })

  it('count a file that does not load as a failure', () => {
    expect(countTests({ testResults: [file('failed'), file('passed', 'passed')] })).toMatchObject({
      passed: 1,
      failed: 1,
    })
  })
})
