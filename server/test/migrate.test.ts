import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../src/database/connect.ts'
import { migrate } from '../src/database/migrate.ts'
import { migrations as systemMigrations } from '../src/database/migrations/index.ts'
import type { Migration } from '../src/database/migrations/migration.ts'
import { createTestDatabase, type TestDatabase } from './support/test-database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(() => db.database.knex.raw('drop schema plinth cascade'))

const makesTable = (name: string, table: string): Migration => ({
  name,
  up: async (knex) => {
    await knex.raw(`create table plinth.${table} ()`)
  },
})
const first = makesTable('0001-first', 'first')
const second = makesTable('0002-second', 'second')
const broken: Migration = {
  name: '0003-broken',
  up: async (knex) => {
    await knex.raw('create table plinth.half ()')
    await knex.raw('select 1 / 0')
  },
}

const tables = async () =>
  (
    await db.database.run({
      text: `select tablename from pg_tables where schemaname = 'plinth' and tablename <> 'migrations' order by 1`,
      values: [],
    })
  ).flat()

describe('system migrations', () => {
  test('run once, in order, and only the pending ones', async () => {
    expect(await migrate(db.database, [first])).toEqual(['0001-first'])
    expect(await migrate(db.database, [first, second])).toEqual(['0002-second'])
    expect(await migrate(db.database, [first, second])).toEqual([])
    expect(await tables()).toEqual(['first', 'second'])
  })

  test('run once when several copies start at the same time', async () => {
    const copies = await Promise.all([1, 2, 3, 4].map(() => connect({ url: db.url, max: 1 })))
    const ran = await Promise.all(copies.map((copy) => migrate(copy, [first, second])))
    expect(ran.flat().toSorted()).toEqual(['0001-first', '0002-second'])
    await Promise.all(copies.map((copy) => copy.close()))
  })

  test('leave nothing when one of them fails', async () => {
    await migrate(db.database, [first])
    await expect(migrate(db.database, [first, second, broken])).rejects.toThrow('division by zero')
    expect(await tables()).toEqual(['first'])
    expect(await migrate(db.database, [first, second])).toEqual(['0002-second'])
  })

  test('refuse a database that a newer build has migrated', async () => {
    await migrate(db.database, [first, second])
    await expect(migrate(db.database, [first])).rejects.toThrow('by a newer build of Plinth (it has 0002-second)')
  })

  test('have unique names in rising order', () => {
    const names = systemMigrations.map((each) => each.name)
    expect(names).toEqual([...new Set(names)].toSorted())
  })
})
