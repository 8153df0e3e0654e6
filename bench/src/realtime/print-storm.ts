import type { MeasuredStorms, Storm } from './measure-storm.ts'

/** The table of docs/benchmarks.md. */
export function printStorms({ clients, memory, storms, expected, errors }: MeasuredStorms): void {
  const count = (number: number) => number.toLocaleString('en')
  const megabytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(0)} MB`
  const seconds = (number: number) => `${number.toFixed(1)} s`
  const row = ({ cause, ...storm }: Storm) => [
    cause,
    `${seconds(storm.half)} / ${seconds(storm.fromReady)}`,
    seconds(storm.fromCause),
    `${count(storm.waiting)} / ${count(storm.postponed)}`,
    storm.cost === null ? '?' : `${storm.cost.toFixed(1)} ms`,
    megabytes(storm.mostResident),
    `${megabytes(storm.memory.used)} / ${megabytes(storm.memory.resident)}`,
    `${count(storm.connections)} / ${count(storm.subscriptions)}`,
  ]
  console.log(`
${count(clients)} clients, each hears of ${expected} writes: ${errors === 0 ? 'all of them did, once' : `${errors} did not`}
memory before: ${megabytes(memory.used)} in use, ${megabytes(memory.resident)} resident

| cause | half / all are back after the server is ready | after the cause | most that wait / told to come later | processor time of the server for each | most memory | afterwards in use / resident | connections / subscriptions |
| --- | --- | --- | --- | --- | --- | --- | --- |
${storms.map((storm) => `| ${row(storm).join(' | ')} |`).join('\n')}`)
}
