import { setTimeout as pauseFor } from 'node:timers/promises'
import { call } from '../api.ts'
import { cpuSeconds } from '../cpu-time.ts'
import type { Options } from '../options.ts'
import { type RealtimeServer, ruleCount, startBareServer, startRealtimeServer } from './realtime-server.ts'
import { type Memory, memoryEach, memoryOf } from './memory.ts'
import { connectAll, type Listener, subscribeAll } from './sockets.ts'

export interface MeasuredRealtime {
  readonly sockets: number
  readonly writes: number
  /** Events that came, and that had to. */
  readonly events: number
  readonly expected: number
  /** Milliseconds from a write's request, and from its acknowledgement, to each of its events; sorted. */
  readonly fromRequest: readonly number[]
  readonly fromAnswer: readonly number[]
  /** Processor time of the server for each event, with the writes; null where the system does not tell. */
  readonly microsecondsPerEvent: number | null
  /** Of each subscribed socket that is idle, and of a socket of socket.io's alone. */
  readonly memory: Memory
  readonly bareMemory: Memory
  /** How many idle sockets there were in the end, and how many of them heard of a write made then. */
  readonly idle: number
  readonly idleHeard: number
  readonly reached: boolean
  readonly errors: number
}

export const goal = { p99: 250, kilobytes: 30 }
const writesPerSecond = 200
/** The last events may be on their way for so long. */
const patienceMs = 60_000
const idleMs = 10_000

type Settings = Pick<Options, 'sockets' | 'idle' | 'realtimeSeconds' | 'profile'>

/** Writes to many sockets with many rules: whether each event comes, after how long, and what idle sockets cost. */
export async function measureRealtime({
  sockets,
  idle,
  realtimeSeconds,
  profile,
}: Settings): Promise<MeasuredRealtime> {
  const bareMemory = await measureBare(sockets, idle)
  const server = await startRealtimeServer(profile)
  const times: Times = { heard: [], requested: [], answered: [] }
  const listeners: Listener[] = []
  const more = async (count: number) => {
    const keys = Array.from({ length: count }, (_, i) => server.keys[i % ruleCount] ?? null)
    const added = await connectAll(server.url, keys, (n) => times.heard.push([n, performance.now()]))
    listeners.push(...added)
    await subscribeAll(added)
  }
  try {
    await more(sockets)
    const cpu = cpuSeconds(server.pid)
    const writes = await write(server, times, writesPerSecond * realtimeSeconds)
    const expected = (writes * sockets) / ruleCount
    await reaches(() => times.heard.length >= expected)
    const used = cpuSeconds(server.pid)
    const faults = listeners.filter(
      ({ heard }) => new Set(heard).size !== writes / ruleCount || heard.length !== writes / ruleCount,
    )
    const fromRequest = since(times.requested, times)
    const fromAnswer = since(times.answered, times)
    const events = times.heard.length
    const before = await memoryOf(server)
    await more(idle - sockets)
    await pauseFor(idleMs)
    const memory = memoryEach(before, await memoryOf(server), idle - sockets)
    const idleHeard = await tellAll(server, times, listeners)
    return {
      sockets,
      writes,
      events,
      expected,
      fromRequest,
      fromAnswer,
      microsecondsPerEvent: cpu === null || used === null ? null : ((used - cpu) * 1e6) / events,
      memory,
      bareMemory,
      idle: listeners.length,
      idleHeard,
      reached: at(fromAnswer, 0.99) < goal.p99 && memory.used - bareMemory.used < goal.kilobytes,
      errors: faults.length + (listeners.length - idleHeard),
    }
  } finally {
    for (const { socket } of listeners) socket.disconnect()
    await server.stop()
  }
}

/** The value that so large a share is not above. */
export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

interface Times {
  /** A write's number, and when one of the sockets heard of it. */
  readonly heard: (readonly [number, number])[]
  readonly requested: number[]
  readonly answered: number[]
}

const since = (begins: readonly number[], { heard }: Times): readonly number[] =>
  heard.map(([n, when]) => when - (begins[n] ?? Number.NaN)).toSorted((a, b) => a - b)

/** Between two numbers of sockets, since what the first of all need is not a matter of their number. */
async function measureBare(sockets: number, idle: number): Promise<Memory> {
  const server = await startBareServer()
  const connect = (count: number) =>
    connectAll(
      server.url,
      Array.from({ length: count }, () => null),
    )
  const listeners = [...(await connect(sockets))]
  const before = await memoryOf(server)
  listeners.push(...(await connect(idle - sockets)))
  await pauseFor(idleMs)
  const after = await memoryOf(server)
  for (const { socket } of listeners) socket.disconnect()
  await server.stop()
  return memoryEach(before, after, idle - sockets)
}

/** Writes at a steady pace, whatever the answers take. */
async function write(server: RealtimeServer, times: Times, count: number): Promise<number> {
  const start = performance.now()
  const asked: Promise<void>[] = []
  for (let n = 0; n < count; n += 1) {
    const ahead = start + (n * 1000) / writesPerSecond - performance.now()
    if (ahead > 1) await pauseFor(ahead)
    asked.push(writeOne(server, times, n))
  }
  await Promise.all(asked)
  return count
}

async function writeOne({ url, adminToken }: RealtimeServer, times: Times, n: number): Promise<void> {
  times.requested[n] = performance.now()
  await call(url, adminToken, 'POST', '/api/records/ticks', { bucket: n % ruleCount, n, text: 'a tick' })
  times.answered[n] = performance.now()
}

/** One write for each of the rules; answers how many sockets have heard of it. */
async function tellAll(server: RealtimeServer, times: Times, listeners: readonly Listener[]): Promise<number> {
  const first = times.requested.length
  for (let i = 0; i < ruleCount; i += 1) await writeOne(server, times, first + i)
  const heard = () => listeners.filter((listener) => (listener.heard.at(-1) ?? -1) >= first).length
  await reaches(() => heard() === listeners.length)
  return heard()
}

async function reaches(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!condition() && performance.now() < deadline) await pauseFor(100)
}
