import { randomInt } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { startScratchPostgres } from './scratch-postgres.ts'

export interface TestServer {
  /** Any database of the server; the user may create others. */
  readonly url: string
  /** The name of the migrated database that tests' databases are copies of. */
  readonly template: string
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer
  }
}

const prefix = 'plinth_test_'

/**
 * One PostgreSQL for the whole run: an embedded one, or the server that PLINTH_TEST_DATABASE_URL names (whose user may
 * create databases), to run the tests against another version.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['PLINTH_TEST_DATABASE_URL']
  const server = given === undefined ? await startScratchPostgres() : { url: given, stop: async () => {} }
  const run = randomInt(1, 2 ** 31)
  const keeper = await keepRun(server.url, run)
  const template = `${prefix}${run}_template`
  await makeTemplate(keeper, server.url, template)
  project.provide('testServer', { url: server.url, template })
  return async () => {
    await dropDatabases(keeper, `${prefix}${run}_`)
    await keeper.end()
    await server.stop()
  }
}

/** A lock marks the run as alive as long as this connection lives; what runs without one left behind is dropped. */
async function keepRun(url: string, run: number): Promise<pg.Client> {
  const keeper = new pg.Client({ connectionString: url })
  await keeper.connect()
  await keeper.query('select pg_advisory_lock($1)', [run])
  const { rows } = await keeper.query<{ run: string }>(
    `select distinct substring(datname from '^${prefix}(\\d+)_') as run from pg_database where datname ~ '^${prefix}\\d+_'`,
  )
  for (const other of rows.filter((row) => Number(row.run) !== run)) {
    const { rows: locks } = await keeper.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [
      other.run,
    ])
    if (locks[0]?.free) await dropDatabases(keeper, `${prefix}${other.run}_`)
  }
  return keeper
}

async function makeTemplate(keeper: pg.Client, url: string, name: string): Promise<void> {
  await keeper.query(`create database ${name} encoding 'UTF8' template template0`)
  const address = new URL(url)
  address.pathname = name
  const database = await connect({ url: address.href })
  await migrate(database)
  await database.close()
}

async function dropDatabases(keeper: pg.Client, start: string): Promise<void> {
  const { rows } = await keeper.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [start],
  )
  for (const { datname } of rows) await keeper.query(`drop database if exists ${datname} with (force)`)
}
