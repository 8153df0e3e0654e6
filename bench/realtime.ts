import { rm, mkdtemp, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import { call } from './src/api.ts'
import { startChildServer } from './src/child-server.ts'

// Delivery of changes to many sockets: `node --conditions=source bench/realtime.ts [sockets] [writes a second] [seconds]`.
const [sockets = 1_000, writesPerSecond = 200, seconds = 30] = process.argv.slice(2).map(Number)
const ruleCount = 20
const admin = { email: 'admin@bench.example', password: 'measured-twice' }

const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-realtime-'))
await chmod(folder, 0o755)
const main = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))
const server = await startChildServer(['--conditions=source', main], {
  PORT: '0',
  HOST: '127.0.0.1',
  PLINTH_DATA_DIR: folder,
  PLINTH_LOG_LEVEL: 'error',
  PLINTH_ADMIN_EMAIL: admin.email,
  PLINTH_ADMIN_PASSWORD: admin.password,
})

/** Milliseconds between a write being asked for and its event, of every event. */
const latencies: number[] = []
const opened: Socket[] = []
try {
  await measure()
} finally {
  for (const socket of opened) socket.disconnect()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const { accessToken: token } = (await call(server.url, null, 'POST', '/api/auth/sign-in', admin)) as {
    accessToken: string
  }
  const keys = await prepare(token)
  const empty = await memory()
  for (let i = 0; i < sockets; i += 1) opened.push(await connect(keys[i % ruleCount] ?? ''))
  const connected = await memory()
  await Promise.all(opened.map((socket) => socket.emitWithAck('subscribe', { collection: 'ticks' })))
  const subscribed = await memory()
  const written = await write(token)
  // One socket in `ruleCount` hears of each write.
  const expected = (written * sockets) / ruleCount
  const deadline = Date.now() + 20_000
  while (latencies.length < expected && Date.now() < deadline) await pause(100)
  report(written, expected, { empty, connected, subscribed })
}

/** A collection, and a role for each of the rules; answers a key for each role. */
async function prepare(token: string): Promise<readonly string[]> {
  const names = Array.from({ length: ruleCount }, (_, i) => `rule_${i}`)
  const { version } = (await call(server.url, token, 'GET', '/api/schema')) as { version: number }
  const schema = {
    roles: Object.fromEntries(names.map((name) => [name, {}])),
    collections: {
      ticks: {
        fields: { bucket: { type: 'integer' }, sent: { type: 'float' }, text: { type: 'text' } },
        permissions: Object.fromEntries(names.map((name, i) => [name, { read: `bucket = ${i}` }])),
      },
    },
  }
  await call(server.url, token, 'POST', '/api/schema/apply', { schema, base: version })
  return Promise.all(
    names.map(async (name) => {
      const made = await call(server.url, token, 'POST', '/api/admin/keys', { name, roles: [name] })
      return (made as { readonly key: string }).key
    }),
  )
}

async function connect(token: string): Promise<Socket> {
  const socket = io(server.url, { path: '/api/realtime', transports: ['websocket'], forceNew: true, auth: { token } })
  socket.on('events', ({ events }: { readonly events: readonly { readonly record: { readonly sent: number } }[] }) => {
    const now = performance.now()
    for (const { record } of events) latencies.push(now - record.sent)
  })
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(undefined)).once('connect_error', reject))
  return socket
}

/** Writes at a steady pace, whatever the answers take. */
async function write(token: string): Promise<number> {
  const count = writesPerSecond * seconds
  const start = performance.now()
  const asked: Promise<unknown>[] = []
  for (let i = 0; i < count; i += 1) {
    const ahead = start + (i * 1000) / writesPerSecond - performance.now()
    if (ahead > 1) await pause(ahead)
    const body = { bucket: i % ruleCount, sent: performance.now(), text: 'a tick' }
    asked.push(call(server.url, token, 'POST', '/api/records/ticks', body))
  }
  await Promise.all(asked)
  return count
}

async function memory(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1024
}

interface Memory {
  readonly empty: number
  readonly connected: number
  readonly subscribed: number
}

function report(written: number, expected: number, { empty, connected, subscribed }: Memory): void {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1)
  print(`${sockets} sockets, ${ruleCount} rules, ${written} writes in ${seconds} s`)
  print(`events: ${latencies.length} of ${expected}`)
  print(`from the request to the event: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.999999)} ms`)
  print(
    `resident memory a socket: ${((connected - empty) / sockets).toFixed(1)} KB connected, ${((subscribed - connected) / sockets).toFixed(1)} KB more subscribed`,
  )
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
