import type { SchemaDocument } from '@plinth/schema'
import type { Actor } from '../../src/access/actor.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open-catalog.ts'
import { compileComputed } from '../../src/query/compile-computed.ts'
import { type Operation, operationOf, type RecordsDeps } from '../../src/records/operation.ts'
import { PlanCache } from '../../src/records/plan-cache.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

export const admin: Actor = { kind: 'key', id: 'admin-key', userId: null, roles: ['admin'] }
export const guest: Actor = { kind: 'anonymous', id: null, userId: null, roles: ['anonymous'] }
export const user = (id: string, ...roles: string[]): Actor => ({
  kind: 'user',
  id,
  userId: id,
  roles: ['authenticated', ...roles],
})

export interface Fixture extends TestDatabase {
  readonly catalog: Catalog
  readonly deps: RecordsDeps
  as(actor: Actor): Operation
  close(): Promise<void>
}

/** A database with these collections, and records reached as the routes reach them. */
export async function recordsFixture(schema: Omit<SchemaDocument, 'version'>): Promise<Fixture> {
  const test = await createTestDatabase()
  const catalog = await openCatalog(test.database, compileComputed)
  await catalog.apply({ schema, base: catalog.model.version, accept: [] }, admin)
  const deps: RecordsDeps = { database: test.database, catalog, plans: new PlanCache(), wake: () => {} }
  return {
    ...test,
    catalog,
    deps,
    as: (actor) => operationOf(deps, actor, 'test'),
    close: async () => {
      await catalog.close()
      await test.drop()
    },
  }
}
