import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbedded } from '../../server/src/database/embedded/start-embedded.ts'
import { startChildServer } from './child-server.ts'
import { type Dataset, seed } from './dataset.ts'
import type { Options } from './options.ts'
import { admin, preparePlinth } from './prepare-plinth.ts'
import type { Contestant } from './request.ts'

/** Everything that takes part: one PostgreSQL with the data, and the two servers on it. */
export interface Stage {
  readonly databaseUrl: string
  readonly dataset: Dataset
  readonly floor: Contestant
  readonly plinth: Contestant
  /** A token of the admin's. */
  adminToken(): Promise<string>
  close(): Promise<void>
}

/** The same for both servers, and Plinth's own default. */
const poolSize = '10'

export async function openStage({ profile }: Options): Promise<Stage> {
  const closing: (() => Promise<void>)[] = []
  let closed: Promise<void> | null = null
  const close = () => (closed ??= closeInTurn(closing))
  // Whoever interrupts it must not be left with a running PostgreSQL.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(130)))
  }
  try {
    const databaseUrl = await openPostgres(closing)
    const server = await stoppedLater(closing, startPlinth(databaseUrl, profile))
    const { owners, token, adminToken } = await preparePlinth(server.url)
    const dataset = await seed(databaseUrl, owners)
    const bare = await stoppedLater(closing, startFloor(databaseUrl, owners[0] ?? ''))
    return {
      databaseUrl,
      dataset,
      floor: { name: 'floor', url: bare.url, pid: bare.pid, token },
      plinth: { name: 'plinth', url: server.url, pid: server.pid, token },
      adminToken,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The last opened first; what is opened meanwhile as well. */
async function closeInTurn(closing: (() => Promise<void>)[]): Promise<void> {
  for (let each = closing.pop(); each !== undefined; each = closing.pop()) await each()
}

async function openPostgres(closing: (() => Promise<void>)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  // PostgreSQL may run as another user, who has to get through.
  await chmod(folder, 0o755)
  return (await stoppedLater(closing, startEmbedded(folder, { log: () => {} }))).url
}

/** Closing waits for what is still starting, and stops it then. */
function stoppedLater<T extends { stop(): Promise<void> }>(
  closing: (() => Promise<void>)[],
  starting: Promise<T>,
): Promise<T> {
  closing.push(() =>
    starting.then(
      (started) => started.stop(),
      () => {},
    ),
  )
  return starting
}

const pathOf = (place: string): string => fileURLToPath(new URL(place, import.meta.url))

function startPlinth(databaseUrl: string, profile: string | null) {
  const profiling = profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profile, '--cpu-prof-interval', '500']
  return startChildServer([...profiling, pathOf('../../server/dist/main.js')], {
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    PLINTH_POOL_SIZE: poolSize,
    PLINTH_LOG_LEVEL: 'warn',
    PLINTH_ADMIN_EMAIL: admin.email,
    PLINTH_ADMIN_PASSWORD: admin.password,
  })
}

const startFloor = (databaseUrl: string, owner: string) =>
  startChildServer([pathOf('floor/main.ts')], { DATABASE_URL: databaseUrl, POOL_SIZE: poolSize, OWNER: owner })
