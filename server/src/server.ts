import { requiresMfa } from './access/requires-mfa.ts'
import { type Auth, openAuth } from './auth/open-auth.ts'
import type { ReachProvider } from './auth/providers/reach-provider.ts'
import type { NewUsers } from './auth/registration/registration.ts'
import { forgetSessions } from './auth/sessions/forget-sessions.ts'
import type { Catalog } from './catalog/catalog.ts'
import { openCatalog } from './catalog/open-catalog.ts'
import { openBell } from './changes/bell.ts'
import { startLogMaintenance } from './changes/retention.ts'
import { type ChangeSignal, createChangeSignal } from './changes/wake.ts'
import type { Config } from './config.ts'
import { createConfiguredAdmin } from './auth/first-admin.ts'
import { CannotStart } from './database/cannot-start.ts'
import { connect } from './database/connect.ts'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { explainMail } from './explain-mail.ts'
import { firstAdminLink } from './first-admin-link.ts'
import { browserSessions } from './http/browser-sessions.ts'
import { handshakeCredential, identifier } from './http/identify.ts'
import { HttpRequest } from './http/http-request.ts'
import { allRoutes } from './http/routes.ts'
import { createHttpServer, type HttpServer } from './http/server.ts'
import { localUrl } from './local-url.ts'
import type { ServerLog } from './observability/log.ts'
import type { Mail } from './auth/mail/open-mail.ts'
import { openPostgres } from './open-postgres.ts'
import { openOutgoingMail } from './open-outgoing-mail.ts'
import { createMetrics, type Metrics } from './observability/metrics.ts'
import { compileComputed } from './query/compile-computed.ts'
import { checkUser, createUser } from './records/create-user.ts'
import { forgetOldKeys } from './records/idempotency.ts'
import { KeyTurns } from './records/key-turns.ts'
import { readClaims } from './records/read-claims.ts'
import type { RecordsDeps } from './records/operation.ts'
import { PlanCache } from './records/plan-cache.ts'
import { openRealtime } from './realtime/open-realtime.ts'
import { realtimePath } from './realtime/realtime-path.ts'
import { TransferSlots } from './records/transfer/transfer-slots.ts'
import { type Closing, closingInTurn } from './closing.ts'
import type { WorkerProcess } from './worker-process.ts'

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

/** What a test puts in the place of the world outside. */
export interface Outside {
  readonly reachProvider?: ReachProvider
}

/**
 * Starts everything. @throws CannotStart with a sentence for the person who starts it; nothing is left running then
 *
 * @param worker which one of a group this process is: its database is migrated already
 */
export async function startServer(
  config: Config,
  log: ServerLog,
  outside: Outside = {},
  worker: WorkerProcess | null = null,
): Promise<RunningServer> {
  const closing = closingInTurn()
  try {
    const { url, failed } = await openPostgres(config, log, closing)
    const database = await connect({ url, max: config.poolSize, statementTimeout: config.statementSeconds * 1000 })
    closing.add(() => database.close())
    const draining = new AbortController()
    if (worker === null) await migrate(database)
    const mail = await openOutgoingMail(config, log, database)
    const http = await openHttp({ config, log, database, closing, worker }, { ...outside, mail }, draining.signal)
    await makeConfiguredAdmin(config, database)
    const address = await listen(http, config)
    // Links lead to the configured address, or else to where it listens: never to what a request says.
    mail.start(config.publicUrl ?? address)
    if (worker === null) void explainMail(config, log, address)
    closing.add(() => mail.stop())
    closing.add(() => http.drain(drainMilliseconds))
    closing.add(async () => draining.abort())
    const setupUrl = worker === null ? await firstAdminLink(config, database, address) : null
    return { url: address, setupUrl, failed, stop: closing.close }
  } catch (error) {
    await closing.close()
    throw error
  }
}

interface Opened {
  readonly config: Config
  readonly log: ServerLog
  readonly database: Database
  readonly closing: Closing
  readonly worker: WorkerProcess | null
}

async function openHttp(
  opened: Opened,
  outside: Outside & { readonly mail: Mail },
  draining: AbortSignal,
): Promise<HttpServer> {
  const { config, log, database, closing, worker } = opened
  const { records, signal } = await openRecords(opened)
  const auth = await openSignIn(config, records, outside)
  const browser = browserSessions(config)
  const metrics = worker === null ? createMetrics() : worker.shareMetrics(createMetrics({ worker: `${worker.number}` }))
  showPool(metrics, database)
  const identify = identifier(auth.authenticate, browser)
  const router = allRoutes({
    auth,
    browser,
    catalog: records.catalog,
    maxImport: config.maxImport,
    metrics,
    metricsToken: config.metricsToken,
    publicUrl: config.publicUrl,
    records,
    isReachable: () => isReachable(database),
    isDraining: () => draining.aborted,
    recentLines: log.recent,
    identify,
    draining,
  })
  const http = createHttpServer({ ...config, router, identify, log, metrics, socketPath: realtimePath })
  const credentialOf = handshakeCredential(browser)
  const realtime = await openRealtime({
    http: http.server,
    // Our server makes no other requests than these.
    signIn: { ...auth, credentialOf: (req) => (req instanceof HttpRequest ? credentialOf(req) : undefined) },
    records,
    signal,
    metrics,
    config,
    onError: (err) => log.error({ err }, 'realtime failed'),
  })
  closing.add(() => realtime.close())
  return { ...http, drain: (milliseconds) => Promise.all([realtime.drain(), http.drain(milliseconds)]).then(() => {}) }
}

interface OpenedRecords {
  readonly records: RecordsDeps & { readonly catalog: Catalog }
  /** Tells who follows the change log that something was written, here or by another copy. */
  readonly signal: ChangeSignal
}

/** Opens the schema and all that keeps its data in order. */
async function openRecords({ config, log, database, closing }: Opened): Promise<OpenedRecords> {
  const catalog = await openCatalog(database, compileComputed)
  closing.add(() => catalog.close())
  const failed = (what: string) => (err: unknown) => log.error({ err }, what)
  const maintenance = await startLogMaintenance(database, {
    keepDays: config.changesKeepDays,
    onError: failed('the change log could not be maintained'),
  })
  closing.add(() => maintenance.stop())
  const forgetting = forgetOldKeys(database, failed('old idempotency keys could not be forgotten'))
  closing.add(async () => forgetting.stop())
  const sweeping = forgetSessions(database, config, failed('old sessions could not be forgotten'))
  closing.add(async () => sweeping.stop())
  const signal = createChangeSignal()
  const bell = openBell(database, 'plinth_changes', () => signal.wake())
  closing.add(async () => bell.close())
  const wake = () => {
    signal.wake()
    bell.ring()
  }
  const transfers = new TransferSlots(config.poolSize)
  const records = { database, catalog, plans: new PlanCache(), transfers, keyTurns: new KeyTurns(), wake }
  return { records, signal }
}

function openSignIn(
  config: Config,
  records: OpenedRecords['records'],
  outside: Outside & { readonly mail: Mail },
): Promise<Auth> {
  const { catalog, database, wake } = records
  return openAuth(database, {
    ...config,
    ...outside,
    issuer: config.publicUrl ?? 'plinth',
    wakeChanges: wake,
    newUsers: newUsers(records),
    tokenClaims: { any: () => catalog.model.claims.size > 0, of: (actor) => readClaims(records, actor) },
    requiresMfa: (roles) => (config.adminMfa && roles.includes('admin')) || requiresMfa(catalog.model, roles),
  })
}

/** Sign-in makes users by the rules that all records are made by. */
const newUsers = (records: RecordsDeps): NewUsers => ({
  check: (user, requestId) => checkUser(records, user, requestId),
  create: (user, requestId, also) => createUser(records, user, requestId, also),
})

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

/** Before anybody can be answered: who is told that the server is ready may sign in as the admin. */
async function makeConfiguredAdmin({ adminEmail: email, adminPassword: password }: Config, database: Database) {
  if (email !== null && password !== null) await createConfiguredAdmin(database, { email, password })
}
