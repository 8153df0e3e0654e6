import { closingInTurn } from './closing.ts'
import type { Config } from './config.ts'
import { connect } from './database/connect.ts'
import { migrate } from './database/migrate.ts'
import { explainMail } from './explain-mail.ts'
import { firstAdminLink } from './first-admin-link.ts'
import type { Log } from './observability/log.ts'
import { openPostgres } from './open-postgres.ts'
import type { RunningServer } from './server.ts'
import { WorkerGroup } from './worker-group.ts'

/**
 * Starts `PLINTH_WORKERS` processes that serve at one address. This process keeps PostgreSQL, migrates the database and
 * replaces workers that die; it answers no requests.
 *
 * @param main the program that each worker runs
 * @throws CannotStart with a sentence for the person who starts it; nothing is left running then
 */
export async function startWorkers(config: Config, log: Log, main: string): Promise<RunningServer> {
  const closing = closingInTurn()
  try {
    const { url, failed } = await openPostgres(config, log, closing)
    const database = await connect({ url, max: 1, statementTimeout: config.statementSeconds * 1000 })
    closing.add(() => database.close())
    await migrate(database)
    const environment: Record<string, string> = config.databaseUrl === null ? { DATABASE_URL: url } : {}
    const group = new WorkerGroup({ count: config.workers, main, environment, log })
    closing.add(() => group.stop())
    const address = await group.start()
    void explainMail(config, log, address)
    const setupUrl = await firstAdminLink(config, database, address)
    return { url: address, setupUrl, failed, stop: closing.close }
  } catch (error) {
    await closing.close()
    throw error
  }
}
