import { setTimeout as pauseFor } from 'node:timers/promises'
import { createClient } from '@plinth/sdk'
import { cpuSeconds } from '../cpu-time.ts'
import type { Options } from '../options.ts'
import { watchCables } from './cables.ts'
import { type Memory, memoryOf } from './memory.ts'
import { type RealtimeServer, ruleCount, startRealtimeServer } from './realtime-server.ts'
import { type ReturningClient, startClients } from './returning-clients.ts'

/** All clients come back at once. */
export interface Storm {
  readonly cause: string
  /** Seconds from the cause, and from when the server could be reached again, until all have heard of what they missed. */
  readonly fromCause: number
  readonly fromReady: number
  /** Seconds from then on until half of them had. */
  readonly half: number
  /** Most subscriptions that waited to begin, and how many were told to come later. */
  readonly waiting: number
  readonly postponed: number
  /** Most that the operating system had given to the server meanwhile, in kilobytes. */
  readonly mostResident: number
  /** Processor time of the server for each client that has come back, in milliseconds; null where the system does not tell. */
  readonly cost: number | null
  /** When all were back and silent. */
  readonly memory: Memory
  readonly connections: number
  readonly subscriptions: number
}

export interface MeasuredStorms {
  readonly clients: number
  /** Before the first. */
  readonly memory: Memory
  readonly storms: readonly Storm[]
  /** What each client was to hear of, and how many did not hear exactly that. */
  readonly expected: number
  readonly errors: number
  readonly reached: boolean
}

const patienceMs = 300_000
const silenceMs = 5_000
/** Writes for each of the rules while the clients come back. */
const missed = 5

/** Thousands of clients of the SDK lose their connections at once: by a crash of the server, then twice by the network. */
export async function measureStorms({
  returning,
  profile,
}: Pick<Options, 'returning' | 'profile'>): Promise<MeasuredStorms> {
  const cables = watchCables()
  const server = await startRealtimeServer(profile)
  const tokens = Array.from({ length: returning }, (_, i) => server.keys[i % ruleCount] ?? '')
  const clients = await startClients(server.url, tokens)
  const writer = tickWriter(server)
  const cut = async () => cables.cut()
  try {
    await writer.write(1)
    await hear(clients, writer.expected)
    await pauseFor(silenceMs)
    const memory = await memoryOf(server)
    const storms: Storm[] = []
    for (const [cause, strike] of [
      ['the server is killed and started again', () => server.crash()],
      ['the network is cut', cut],
      ['the network is cut again', cut],
    ] as const)
      storms.push(await weather(server, clients, writer, { cause, strike }))
    const errors = clients.filter((each) => isWrong(each, writer.expected())).length
    const all = storms.every(
      ({ connections, subscriptions }) => connections === returning && subscriptions === returning,
    )
    return { clients: returning, memory, storms, expected: writer.expected(), errors, reached: errors === 0 && all }
  } finally {
    for (const each of clients) each.end()
    await server.stop()
  }
}

const isWrong = ({ heard, faults }: ReturningClient, expected: number): boolean =>
  faults.length > 0 || heard.length !== expected || new Set(heard).size !== expected

interface Writer {
  /** How many writes each client is to hear of. */
  readonly expected: () => number
  write(times: number): Promise<void>
}

function tickWriter({ url, adminToken }: RealtimeServer): Writer {
  let n = 0
  // It tries again by itself, and nothing is written twice.
  const ticks = createClient(url, { token: adminToken, retries: 10 }).collection('ticks')
  return {
    expected: () => n / ruleCount,
    write: async (times) => {
      const numbers = Array.from({ length: times * ruleCount }, () => n++)
      await Promise.all(numbers.map((each) => ticks.create({ bucket: each % ruleCount, n: each, text: 'a tick' })))
    },
  }
}

interface Cause {
  readonly cause: string
  readonly strike: () => Promise<void>
}

async function weather(
  server: RealtimeServer,
  clients: readonly ReturningClient[],
  writer: Writer,
  { cause, strike }: Cause,
): Promise<Storm> {
  const struckAt = performance.now()
  await strike()
  const readyAt = performance.now()
  const cpu = cpuSeconds(server.pid)
  const { result, seen } = await watching(server.url, async () => {
    await writer.write(missed)
    return { half: await hear(clients, writer.expected), backAt: performance.now() }
  })
  const { half, backAt } = result
  const used = cpuSeconds(server.pid)
  await pauseFor(silenceMs)
  const metric = await metricsOf(server.url)
  return {
    ...seen,
    cause,
    fromCause: (backAt - struckAt) / 1000,
    fromReady: (backAt - readyAt) / 1000,
    half: (half - readyAt) / 1000,
    cost: cpu === null || used === null ? null : ((used - cpu) * 1000) / clients.length,
    memory: await memoryOf(server),
    connections: metric('plinth_realtime_connections'),
    subscriptions: metric('plinth_realtime_subscriptions'),
  }
}

/** Waits until all have heard of everything; answers when half of them had. */
async function hear(clients: readonly ReturningClient[], expected: () => number): Promise<number> {
  const deadline = performance.now() + patienceMs
  let half = Number.NaN
  while (performance.now() < deadline) {
    const there = clients.filter(({ heard }) => heard.length >= expected()).length
    if (Number.isNaN(half) && there >= clients.length / 2) half = performance.now()
    if (there === clients.length) break
    await pauseFor(100)
  }
  return half
}

type Seen = Pick<Storm, 'waiting' | 'postponed' | 'mostResident'>

/** Looks at the server's own numbers a few times a second while something runs. */
async function watching<T>(url: string, run: () => Promise<T>): Promise<{ readonly result: T; readonly seen: Seen }> {
  const seen = { waiting: 0, postponed: 0, mostResident: 0 }
  const before = (await metricsOf(url))('plinth_realtime_postponed_total')
  const look = async () => {
    const metric = await metricsOf(url)
    seen.waiting = Math.max(seen.waiting, metric('plinth_realtime_waiting'))
    seen.postponed = metric('plinth_realtime_postponed_total') - before
    seen.mostResident = Math.max(seen.mostResident, metric('process_resident_memory_bytes') / 1024)
  }
  const state = { isOver: false }
  const looking = (async () => {
    for (; !state.isOver; await pauseFor(100)) await look()
    await look()
  })()
  try {
    const result = await run()
    state.isOver = true
    await looking
    return { result, seen }
  } finally {
    state.isOver = true
    // Whatever went wrong is told by what ran.
    await looking.catch(() => {})
  }
}

async function metricsOf(url: string): Promise<(name: string) => number> {
  const response = await fetch(`${url}/metrics`).catch(() => null)
  // Thousands of others come at the same moment.
  if (response === null) return pauseFor(100).then(() => metricsOf(url))
  const text = await response.text()
  return (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
}
