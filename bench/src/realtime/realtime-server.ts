import { randomInt } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { call } from '../api.ts'
import { type ChildServer, startChildServer } from '../child-server.ts'
import { admin } from '../prepare-plinth.ts'
import { memoryArguments } from './memory.ts'

/** How many rules tell who hears of a record: each by a role of its own, with as many values of `bucket`. */
export const ruleCount = 20

export interface RealtimeServer extends Omit<ChildServer, 'kill'> {
  readonly adminToken: string
  /** API keys, one for each of the rules. */
  readonly keys: readonly string[]
  /** Ends it as a power failure would, and starts it again where it was. */
  crash(): Promise<void>
}

/** Starts Plinth with a collection that 20 rules are about. */
export async function startRealtimeServer(profile: string | null): Promise<RealtimeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  // PostgreSQL may run as another user, who has to get through.
  await chmod(folder, 0o755)
  // Below the ports that systems give to clients: while it is down, one of thousands that try might get this one.
  let server = await startPlinth(folder, randomInt(18_000, 30_000), profile)
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { url } = server
    const adminToken = await signIn(url)
    return {
      url,
      get pid() {
        return server.pid
      },
      ask: (message) => server.ask(message),
      stop,
      crash: async () => {
        await server.kill()
        server = await startPlinth(folder, Number(new URL(url).port), profile)
      },
      adminToken,
      keys: await prepare(url, adminToken),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function startPlinth(folder: string, port: number, profile: string | null): Promise<ChildServer> {
  const profiling = profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profile, '--cpu-prof-interval', '1000']
  return startChildServer([...profiling, ...memoryArguments, pathOf('../../../server/dist/main.js')], {
    PORT: String(port),
    HOST: '127.0.0.1',
    PLINTH_DATA_DIR: folder,
    PLINTH_LOG_LEVEL: 'error',
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
  })
}

/** socket.io alone, to compare memory with. */
export const startBareServer = (): Promise<ChildServer> =>
  startChildServer([...memoryArguments, pathOf('bare-server.ts')], {})

const pathOf = (place: string): string => fileURLToPath(new URL(place, import.meta.url))

async function signIn(url: string): Promise<string> {
  // The shape of the answer is the API's promise.
  const answer = (await call(url, null, 'POST', '/api/auth/sign-in', admin)) as { readonly accessToken: string }
  return answer.accessToken
}

async function prepare(url: string, token: string): Promise<readonly string[]> {
  const names = Array.from({ length: ruleCount }, (_, i) => `rule_${i}`)
  // The shapes of the answers are the API's promise.
  const { version } = (await call(url, token, 'GET', '/api/schema')) as { readonly version: number }
  const ticks = {
    fields: { bucket: { type: 'integer' }, n: { type: 'integer' }, text: { type: 'text' } },
    permissions: Object.fromEntries(names.map((name, i) => [name, { read: `bucket = ${i}` }])),
  }
  const schema = { roles: Object.fromEntries(names.map((name) => [name, {}])), collections: { ticks } }
  await call(url, token, 'POST', '/api/schema/apply', { schema, base: version })
  return Promise.all(
    names.map(async (name) => {
      const made = await call(url, token, 'POST', '/api/admin/keys', { name, roles: [name] })
      return (made as { readonly key: string }).key
    }),
  )
}
