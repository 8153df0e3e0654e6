import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { connect } from '../../src/database/connect.ts'
import type { ConnectOptions } from '../../src/database/connection-settings.ts'
import type { Database } from '../../src/database/database.ts'
import type { TestServer } from './postgres.global.ts'

export interface TestDatabase {
  readonly database: Database
  readonly url: string
  /** Closes `database` and drops it; other connections to it are cut. */
  drop(): Promise<void>
}

type Options = Omit<ConnectOptions, 'url'> & {
  /** Without any table, as before Plinth is started for the first time. */
  readonly empty?: boolean
}

/** A database of its own, with all system tables, copied from a template in milliseconds. Call `drop()` in `afterAll`. */
export async function createTestDatabase({ empty = false, ...options }: Options = {}): Promise<TestDatabase> {
  const { url: serverUrl, template }: TestServer = inject('testServer')
  const name = template.replace('template', randomBytes(6).toString('hex'))
  await administer(
    serverUrl,
    `create database ${name} ${empty ? "encoding 'UTF8' template template0" : `template ${template}`}`,
  )
  const address = new URL(serverUrl)
  address.pathname = name
  const database = await connect({ max: 4, ...options, url: address.href })
  return {
    database,
    url: address.href,
    drop: async () => {
      await database.close()
      await administer(serverUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

async function administer(url: string, command: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(command)
  } finally {
    await client.end()
  }
}
