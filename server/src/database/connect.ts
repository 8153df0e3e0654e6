import knex, { type Knex } from 'knex'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { checkServer } from './check-server.ts'
import { type ConnectOptions, connectionSettings } from './connection-settings.ts'
import type { Database } from './database.ts'
import { explainConnectError, isStartingUp } from './database-error.ts'
import { Listener } from './listener.ts'
import { StatementPool } from './statement-pool.ts'

const startUpSeconds = 30

/** Connects to PostgreSQL 14 or newer. Throws `CannotStart` with a sentence when that is not possible. */
export async function connect(options: ConnectOptions): Promise<Database> {
  const settings = connectionSettings(options)
  const serverVersion = await firstContact(options.url, settings)
  const pool = new StatementPool(settings, options.max ?? 10)
  const listener = new Listener({ ...settings, statement_timeout: 0 })
  const schemaConnections = openKnex(options, serverVersion)
  return {
    run: (statement) => pool.run(statement),
    transaction: (work) => pool.transaction(work),
    knex: schemaConnections,
    serverVersion,
    load: () => pool.load(),
    listen: (channel, onNotice) => listener.listen(channel, onNotice),
    close: async () => {
      await Promise.all([pool.close(), listener.close(), schemaConnections.destroy()])
    },
  }
}

async function firstContact(url: string, settings: pg.ClientConfig): Promise<number> {
  const deadline = Date.now() + startUpSeconds * 1000
  for (;;) {
    try {
      return await checkServer(settings)
    } catch (error) {
      // A server that has just been started, or that recovers from a crash, only needs a moment.
      if (!isStartingUp(error) || Date.now() > deadline) throw explainConnectError(url, error)
      await sleep(200)
    }
  }
}

/** Its statements change schemas, which may rightly take long: they have no time limit. It connects when first used. */
const openKnex = (options: ConnectOptions, serverVersion: number) =>
  knex({
    client: 'pg',
    version: String(Math.trunc(serverVersion / 10_000)),
    // knex hands it to `pg` as it is, but types it more narrowly.
    connection: connectionSettings({ ...options, statementTimeout: 0 }) as Knex.StaticConnectionConfig,
    pool: { min: 0, max: 3 },
    // What goes wrong is thrown to whoever asked; knex would print it as well.
    log: { error: silent, warn: silent, deprecate: silent, debug: silent },
  })

const silent = (): void => {}
