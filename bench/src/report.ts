import { availableParallelism } from 'node:os'
import { sizes } from './dataset.ts'
import { type Measured, median, type Sample } from './measure-workload.ts'
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

/** The table of docs/benchmarks.md. */
export function printSummary(measured: readonly Measured[]): void {
  console.log('\n| workload | floor req/s | Plinth req/s | Plinth p50 / p99 | ratio | goal | |')
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  for (const { workload, rounds, ratio, reached, errors } of measured) {
    const middle = (read: (sample: Sample) => number, name: 'floor' | 'plinth') =>
      median(rounds.map((round) => read(round[name])))
    const rate = (name: 'floor' | 'plinth') => Math.round(middle((each) => each.perSecond, name)).toLocaleString('en')
    const times = [middle((each) => each.p50, 'plinth'), middle((each) => each.p99, 'plinth')]
    const verdict = errors > 0 ? `${errors} errors` : reached ? 'reached' : 'not reached'
    const [p50, p99] = times.map((time) => time.toFixed(1))
    console.log(
      `| ${workload.name} | ${rate('floor')} | ${rate('plinth')} | ${p50} / ${p99} ms | ${ratio.toFixed(2)} | ${workload.goal.toFixed(2)} | ${verdict} |`,
    )
  }
}

const figures = ({ perSecond, p50, p99, serverMicroseconds, databaseMicroseconds }: Sample): readonly string[] => [
  perSecond.toFixed(0),
  p50.toFixed(1),
  p99.toFixed(1),
  serverMicroseconds?.toFixed(0) ?? '?',
  databaseMicroseconds?.toFixed(0) ?? '?',
]

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('')
