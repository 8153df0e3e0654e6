import type { Closing } from './closing.ts'
import type { Config } from './config.ts'
import type { CannotStart } from './database/cannot-start.ts'
import { startEmbedded } from './database/embedded/start-embedded.ts'
import { localUrl } from './local-url.ts'
import type { Log } from './observability/log.ts'

interface Postgres {
  readonly url: string
  /** Settles when it has ended for good. */
  readonly failed: Promise<CannotStart>
}

/** What a process has open besides its pool: who listens for notices, and changes of the schema. */
const besidesPool = 5
/** For the process that keeps the workers, and for people. */
const spare = 20

const never = new Promise<never>(() => {})

/** The PostgreSQL of `DATABASE_URL`, or the embedded one, which is started. @throws CannotStart */
export async function openPostgres(
  { databaseUrl, dataDir, ...config }: Config,
  log: Log,
  closing: Closing,
): Promise<Postgres> {
  if (databaseUrl !== null) return { url: databaseUrl, failed: never }
  const embedded = await startEmbedded(dataDir, {
    log: (message) => log.info(message),
    address: localUrl(config),
    connections: Math.max(100, config.workers * (config.poolSize + besidesPool) + spare),
  })
  closing.add(() => embedded.stop())
  const failed = embedded.exited.then((reason) => reason ?? never)
  return { url: embedded.url, failed }
}
