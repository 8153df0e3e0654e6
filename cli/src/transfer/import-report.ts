import type { ImportFault, ImportReport } from '@plinth/sdk'
import { printable } from '../terminal/printable.ts'
import { table } from '../terminal/table.ts'

const number = (value: number): string => value.toLocaleString('en')

/** What an import did, or would do, in a sentence; and what is wrong with its rows. */
export function describeReport(report: ImportReport): string {
  const { dryRun, rows, created, updated, skipped, failed, ignored, errors } = report
  const would = dryRun ? ' would be' : ''
  const parts = [`${number(created)}${would} created`, `${number(updated)} updated`, `${number(skipped)} skipped`]
  const fate = failed > 0 ? `; ${number(failed)} ${failed === 1 ? 'does' : 'do'} not fit` : ''
  const head = `${dryRun ? 'Dry run: ' : ''}${number(rows)} ${rows === 1 ? 'row' : 'rows'}: ${parts.join(', ')}${fate}.`
  const left =
    ignored.length === 0 ? [] : [`Left out, since the server fills them: ${ignored.map(printable).join(', ')}.`]
  return [head, ...left, ...describeFaults(errors, failed)].join('\n')
}

/** A table of what is wrong: line, column, reason. */
export function describeFaults(faults: readonly ImportFault[], failed: number): readonly string[] {
  if (faults.length === 0) return []
  const rows = faults.map(({ line, column, message }) => [String(line), printable(column ?? ''), printable(message)])
  const listed = new Set(faults.map(({ line }) => line)).size
  const more = failed > listed ? [`… and ${number(failed - listed)} more rows`] : []
  return ['', table([['line', 'column', 'reason'], ...rows]), ...more]
}
