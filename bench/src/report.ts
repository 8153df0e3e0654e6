import { availableParallelism } from 'node:os'
import { sizes } from './dataset.ts'
import { median } from './median.ts'
import { type MeasuredSignIn, concurrent, goal } from './sign-in/measure-sign-in.ts'
import type { Measured, Sample } from './measure-workload.ts'
import type { Options } from './options.ts'
import type { Stage } from './stage.ts'

const columns = ['', 'req/s', 'p50 ms', 'p99 ms', 'server µs', 'postgres µs', 'ratio', 'goal', 'errors'] as const
const widths = [20, 8, 8, 8, 11, 13, 7, 6, 8] as const

export function printHeader({ dataset }: Stage, load: string, { connections, seconds, rounds }: Options): void {
  const { posts, authors, comments } = sizes
  const count = (number: number) => number.toLocaleString('en')
  console.log(`${count(posts)} posts (${count(dataset.own.length)} of the caller's), ${count(authors)} authors, ${count(comments)} comments
${connections} connections by ${load}, ${rounds} rounds of ${seconds} s for each server, ${availableParallelism()} processors, Node ${process.versions.node}
server µs, postgres µs: processor time a request\n`)
  console.log(line(columns))
}

/** Each round, then the medians. */
export function printWorkload({ workload, rounds, ratio, errors }: Measured): void {
  console.log(`${workload.name}: ${workload.description}`)
  for (const name of ['floor', 'plinth'] as const) {
    for (const [i, round] of rounds.entries()) {
      const shown = name === 'plinth' ? round.ratio.toFixed(2) : ''
      console.log(line([`  ${name} ${i + 1}`, ...figures(round[name]), shown, '', String(round[name].errors)]))
    }
  }
  console.log(line(['  median', '', '', '', '', '', ratio.toFixed(2), workload.goal.toFixed(2), String(errors)]))
}

/** The table of docs/benchmarks.md: medians. */
export function printSummary(measured: readonly Measured[]): void {
  console.log(`
| workload | req/s floor | req/s Plinth | p50 / p99 floor | p50 / p99 Plinth | cost floor | cost Plinth | ratio | goal | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`)
  for (const each of measured) console.log(`| ${summaryOf(each).join(' | ')} |`)
}

function summaryOf({ workload, rounds, ratio, reached, errors }: Measured): readonly string[] {
  const both = (read: (middle: Middle) => string) =>
    (['floor', 'plinth'] as const).map((name) => read((figure) => median(rounds.map((round) => figure(round[name])))))
  return [
    workload.name,
    ...both((middle) => Math.round(middle((each) => each.perSecond)).toLocaleString('en')),
    ...both((middle) => `${middle((each) => each.p50).toFixed(1)} / ${middle((each) => each.p99).toFixed(1)} ms`),
    ...both((middle) => costText(middle(costOf))),
    ratio.toFixed(2),
    workload.goal.toFixed(2),
    errors > 0 ? `${errors} errors` : reached ? 'reached' : 'not reached',
  ]
}

/** The median of a figure over one server's rounds. */
type Middle = (figure: (sample: Sample) => number) => number

/** Processor time a request, of the server and of PostgreSQL together. */
const costOf = ({ serverMicroseconds, databaseMicroseconds }: Sample): number =>
  (serverMicroseconds ?? Number.NaN) + (databaseMicroseconds ?? Number.NaN)

const costText = (microseconds: number): string => (Number.isNaN(microseconds) ? '?' : `${microseconds.toFixed(0)} µs`)

const figures = ({ perSecond, p50, p99, serverMicroseconds, databaseMicroseconds }: Sample): readonly string[] => [
  perSecond.toFixed(0),
  p50.toFixed(1),
  p99.toFixed(1),
  serverMicroseconds?.toFixed(0) ?? '?',
  databaseMicroseconds?.toFixed(0) ?? '?',
]

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('')

/** Sign-ins a second and what one costs, and what plain reads notice of them. */
export function printSignIn({ rounds, slowdown, reached, errors }: MeasuredSignIn): void {
  const middle = (figure: (round: MeasuredSignIn['rounds'][number]) => number) => median(rounds.map(figure))
  const ms = (value: number) => value.toFixed(1)
  console.log(`
| sign-in | a second | p50 / p99 | cost in Node | cost in PostgreSQL | p50 / p99 of a read, idle | beside ${concurrent} sign-ins | p99 grows | goal | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`)
  for (const [name, round] of rounds.entries())
    console.log(
      `round ${name + 1}: ${round.perSecond.toFixed(0)}/s, read p99 ${ms(round.idleRead.p99)} -> ${ms(round.busyRead.p99)} ms`,
    )
  const cells = [
    `${concurrent} at once`,
    middle((round) => round.perSecond).toFixed(0),
    `${ms(middle((round) => round.p50))} / ${ms(middle((round) => round.p99))} ms`,
    costText(middle((round) => round.serverMicroseconds ?? Number.NaN)),
    costText(middle((round) => round.databaseMicroseconds ?? Number.NaN)),
    `${ms(middle((round) => round.idleRead.p50))} / ${ms(middle((round) => round.idleRead.p99))} ms`,
    `${ms(middle((round) => round.busyRead.p50))} / ${ms(middle((round) => round.busyRead.p99))} ms`,
    `${slowdown.toFixed(1)} times`,
    `below ${goal}`,
    errors > 0 ? `${errors} errors` : reached ? 'reached' : 'not reached',
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
