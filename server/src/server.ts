import { createConfiguredAdmin, newSetupToken } from './auth/first-admin.ts'
import { openAuth } from './auth/open-auth.ts'
import { openCatalog } from './catalog/open-catalog.ts'
import { startLogMaintenance } from './changes/retention.ts'
import { createChangeSignal } from './changes/wake.ts'
import type { Config } from './config.ts'
import { CannotStart } from './database/cannot-start.ts'
import { connect } from './database/connect.ts'
import type { Database } from './database/database.ts'
import { startEmbedded } from './database/embedded/start-embedded.ts'
import { migrate } from './database/migrate.ts'
import { allRoutes } from './http/routes.ts'
import { createHttpServer, type HttpServer } from './http/server.ts'
import type { Log } from './observability/log.ts'
import { createMetrics, type Metrics } from './observability/metrics.ts'
import { compileComputed } from './query/compile-computed.ts'
import { forgetOldKeys } from './records/idempotency.ts'
import { PlanCache } from './records/plan-cache.ts'
import { type Closing, closingInTurn } from './closing.ts'

export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  /** Opens the page on which the first admin is made; null when there is one. */
  readonly setupUrl: string | null
  /** Settles when it can go on no longer, with the reason: its embedded PostgreSQL has ended for good. */
  readonly failed: Promise<CannotStart>
  /** Takes no new work, finishes what runs, and closes everything. */
  stop(): Promise<void>
}

const drainMilliseconds = 10_000

/** Starts everything. @throws CannotStart with a sentence for the person who starts it; nothing is left running then */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  const closing = closingInTurn()
  try {
    const { url, failed } = await openPostgres(config, log, closing)
    const database = await connect({ url, max: config.poolSize, statementTimeout: config.statementSeconds * 1000 })
    closing.add(() => database.close())
    const state = { draining: false }
    const http = await openHttp(config, log, database, state, closing)
    const address = await listen(http, config)
    closing.add(() => http.drain(drainMilliseconds))
    closing.add(async () => void (state.draining = true))
    return { url: address, setupUrl: await firstAdmin(config, database, address), failed, stop: closing.close }
  } catch (error) {
    await closing.close()
    throw error
  }
}

interface Postgres {
  readonly url: string
  readonly failed: Promise<CannotStart>
}

const never = new Promise<never>(() => {})

async function openPostgres(
  { databaseUrl, dataDir, ...config }: Config,
  log: Log,
  closing: Closing,
): Promise<Postgres> {
  if (databaseUrl !== null) return { url: databaseUrl, failed: never }
  const embedded = await startEmbedded(dataDir, { log: (message) => log.info(message), address: localUrl(config) })
  closing.add(() => embedded.stop())
  const failed = embedded.exited.then((reason) => reason ?? never)
  return { url: embedded.url, failed }
}

async function openHttp(
  config: Config,
  log: Log,
  database: Database,
  state: { readonly draining: boolean },
  closing: Closing,
): Promise<HttpServer> {
  await migrate(database)
  const catalog = await openCatalog(database, compileComputed)
  closing.add(() => catalog.close())
  const onError = (err: unknown) => log.error({ err }, 'the change log could not be maintained')
  const maintenance = await startLogMaintenance(database, { keepDays: config.changesKeepDays, onError })
  closing.add(() => maintenance.stop())
  const forgetting = forgetOldKeys(database, (err) => log.error({ err }, 'old idempotency keys could not be forgotten'))
  closing.add(async () => forgetting.stop())
  const auth = await openAuth(database, { issuer: config.publicUrl ?? 'plinth' })
  const metrics = createMetrics()
  showPool(metrics, database)
  const { wake } = createChangeSignal()
  const router = allRoutes({
    auth,
    catalog,
    metrics,
    metricsToken: config.metricsToken,
    publicUrl: config.publicUrl,
    records: { database, catalog, plans: new PlanCache(), wake },
    isReachable: () => isReachable(database),
    isDraining: () => state.draining,
  })
  return createHttpServer({ ...config, router, authenticate: auth.authenticate, log, metrics })
}

function showPool(metrics: Metrics, database: Database): void {
  metrics.gauge('plinth_database_connections', 'Open connections to PostgreSQL.', () => database.load().open)
  metrics.gauge('plinth_database_connections_idle', 'Those that do nothing.', () => database.load().idle)
  metrics.gauge('plinth_database_waiting', 'Statements that wait for a connection.', () => database.load().waiting)
}

const isReachable = (database: Database): Promise<boolean> =>
  database.run({ text: 'select 1', values: [], name: 'health' }).then(
    () => true,
    () => false,
  )

function listen({ server }: HttpServer, config: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, config)))
    server.listen({ host: config.host, port: config.port }, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : config.port
      resolve(localUrl({ ...config, port }))
    })
  })
}

function cannotListen(error: NodeJS.ErrnoException, { host, port }: Config): CannotStart {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use by another program: stop that, or choose another with PORT.`,
    EACCES: `This user may not listen on port ${port}: choose one above 1023 with PORT.`,
    EADDRNOTAVAIL: `This machine has no address ${host}: choose another with HOST.`,
    ENOTFOUND: `There is no address ${host}: choose another with HOST.`,
  }
  return new CannotStart(reasons[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`, error)
}

/** Where a browser on this machine finds it. */
function localUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** Makes the configured admin, or the link by which a person makes one. The token is in the fragment, which is never sent. */
async function firstAdmin(config: Config, database: Database, address: string): Promise<string | null> {
  const { adminEmail: email, adminPassword: password } = config
  if (email !== null && password !== null) await createConfiguredAdmin(database, { email, password })
  const token = await newSetupToken(database)
  return token === null ? null : `${config.publicUrl ?? address}/setup#token=${token}`
}
