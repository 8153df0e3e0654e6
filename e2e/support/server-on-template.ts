import type { Database } from '../../server/src/database/database.ts'
import { createTestDatabase } from '../../server/test/support/test-database.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

export interface ServerOnTemplate extends ServerProcess {
  /** Its database: for what only an operator can do. */
  readonly database: Database
}

/**
 * Starts Plinth as a process of its own, in the PostgreSQL that all tests share: it is there in a third of the time that one
 * with a PostgreSQL of its own takes.
 */
export async function startServerOnTemplate(env: Readonly<Record<string, string>> = {}): Promise<ServerOnTemplate> {
  const { database, url, drop } = await createTestDatabase()
  const server = await startServerProcess({ env: { DATABASE_URL: url, ...env } })
  const remove = async () => {
    await server.remove()
    await drop()
  }
  return { ...server, database, remove }
}
