import { at, goal, type MeasuredRealtime } from './measure-realtime.ts'

/** The table of docs/benchmarks.md. */
export function printRealtime(measured: MeasuredRealtime): void {
  const { sockets, writes, events, expected, fromRequest, fromAnswer, microsecondsPerEvent } = measured
  const { memory, bareMemory, idle, idleHeard, reached, errors } = measured
  const count = (number: number) => number.toLocaleString('en')
  const kilobytes = (number: number) => `${number.toFixed(1)} KB`
  const spread = (times: readonly number[]) => `${at(times, 0.5).toFixed(1)} / ${at(times, 0.99).toFixed(1)} ms`
  const cells = [
    count(sockets),
    count(writes),
    `${count(events)} of ${count(expected)}`,
    spread(fromRequest),
    spread(fromAnswer),
    microsecondsPerEvent === null ? '?' : `${microsecondsPerEvent.toFixed(0)} µs`,
    `${kilobytes(memory.used)}, of these ${kilobytes(bareMemory.used)} socket.io's`,
    `${kilobytes(memory.resident)}, of these ${kilobytes(bareMemory.resident)} socket.io's`,
    `${count(idleHeard)} of ${count(idle)}`,
    `p99 from the answer below ${goal.p99} ms, below ${goal.kilobytes} KB of ours`,
    errors > 0 ? `${errors} errors` : reached ? 'reached' : 'not reached',
  ]
  console.log(`
| sockets | writes | events | p50 / p99 from the request | from the answer | cost of an event | memory of an idle socket | as the system sees it | idle sockets that hear | goal | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| ${cells.join(' | ')} |`)
}
