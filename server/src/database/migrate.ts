import type { Knex } from 'knex'
import pg from 'pg'
import { CannotStart } from './cannot-start.ts'
import type { Database } from './database.ts'
import { migrations as systemMigrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

const insufficientPrivilege = '42501'

/** Held while migrating, so that copies started at once wait for each other. Any number, as long as it never changes. */
const migrationLock = 7_045_231_001

/**
 * Brings the system tables up to this build: all pending migrations in one transaction, or none. Answers the names of
 * those that ran.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = systemMigrations,
): Promise<readonly string[]> {
  return database.knex.transaction(async (knex) => {
    await knex.raw('select pg_advisory_xact_lock(?)', [migrationLock])
    const applied = await appliedNames(knex)
    refuseNewerBuild(applied, migrations)
    const pending = migrations.filter((each) => !applied.has(each.name))
    for (const migration of pending) {
      await migration.up(knex)
      await knex('migrations').withSchema('plinth').insert({ name: migration.name })
    }
    return pending.map((each) => each.name)
  })
}

async function appliedNames(knex: Knex.Transaction): Promise<ReadonlySet<string>> {
  await prepare(knex)
  const names = await knex('migrations').withSchema('plinth').orderBy('name').pluck<string[]>('name')
  return new Set(names)
}

async function prepare(knex: Knex.Transaction): Promise<void> {
  const { rows } = await knex.raw<{ rows: { ready: boolean }[] }>(
    "select to_regclass('plinth.migrations') is not null as ready",
  )
  if (rows[0]?.ready) return
  try {
    await knex.raw('create schema if not exists plinth')
    await knex.raw('create table plinth.migrations (name text primary key, at timestamptz(3) not null default now())')
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === insufficientPrivilege)) throw error
    throw new CannotStart('This database user may not create schemas: grant it "create" on the database.', error)
  }
}

function refuseNewerBuild(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((each) => each.name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new CannotStart(
    `This database was migrated by a newer build of Plinth (it has ${unknown.join(', ')}): start that build, or a newer one.`,
  )
}
