import type { Step } from '../../server/schema-api.ts'
import type { Terminal } from '../../terminal/terminal.ts'

const colours = { safe: 'green', slow: 'yellow', destructive: 'red' } as const

/** A migration plan for people: each step with its risk, what it touches, and the rows in its way. */
export const describePlan = (terminal: Terminal, steps: readonly Step[], withSql: boolean): string =>
  steps.flatMap((step) => describeStep(terminal, step, withSql)).join('\n')

function describeStep({ paint }: Terminal, step: Step, withSql: boolean): readonly string[] {
  const { id, risk, summary, rows, samples, blockers, warning, sql } = step
  const lines = [`${paint(colours[risk], risk.padEnd(11))}  ${summary}`]
  const more = (text: string) => lines.push(`             ${text}`)
  if (rows > 0) more(paint('dim', `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}${sampleText(samples)}`))
  if (risk === 'destructive') more(paint('dim', `--accept '${id}'`))
  if (warning !== null) more(paint('yellow', warning))
  if (blockers !== null) {
    more(paint('red', `In the way: ${blockers.count.toLocaleString('en')} rows. ${blockers.reason} ${blockers.mend}`))
    for (const row of blockers.rows.slice(0, 5)) more(`${row.id}  ${short(row.value)}`)
  }
  if (withSql) for (const statement of sql) more(paint('cyan', `${statement};`))
  return lines
}

const sampleText = (samples: Step['samples']): string =>
  samples.length === 0 ? '' : `: ${samples.map(({ value }) => short(value)).join(', ')}, …`

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

/** A rename as it is given on the command line. */
export const renameText = ({ collection, from, to }: { collection?: string; from: string; to: string }): string =>
  `${collection === undefined ? '' : `${collection}.`}${from}=${to}`
