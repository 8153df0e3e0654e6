import { type Collection, type Field, Problem, type Rename } from '@plinth/schema'
import type { Actor } from '../../src/access/actor.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open-catalog.ts'
import type { Plan, Step } from '../../src/catalog/plan.ts'
import type { Rows } from '../../src/database/database.ts'
import { compileComputed } from '../../src/query/compile-computed.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

export const admin: Actor = { kind: 'user', id: 'the-admin', userId: 'the-admin', roles: ['authenticated', 'admin'] }

export type Fields = Readonly<Record<string, Field>>
export type Collections = Readonly<Record<string, Partial<Collection>>>

export interface Fixture extends TestDatabase {
  readonly catalog: Catalog
  rows(text: string, ...values: unknown[]): Promise<Rows>
  /** Applies these collections, and accepts whatever is lost. */
  become(collections: Collections, ...renames: readonly Rename[]): Promise<readonly Step[]>
  plan(collections: Collections, ...renames: readonly Rename[]): Promise<Plan>
  close(): Promise<void>
}

/** A database with a catalog of its own. */
export async function openFixture(): Promise<Fixture> {
  const test = await createTestDatabase()
  const catalog = await openCatalog(test.database, compileComputed)
  const request = (collections: Collections, renames: readonly Rename[]) => ({
    schema: { collections },
    base: catalog.model.version,
    renames,
  })
  const plan = (collections: Collections, ...renames: readonly Rename[]) => catalog.plan(request(collections, renames))
  return {
    ...test,
    catalog,
    plan,
    rows: (text, ...values) => test.database.run({ text, values }),
    become: async (collections, ...renames) => {
      const { steps } = await plan(collections, ...renames)
      await catalog.apply({ ...request(collections, renames), accept: steps.map((step) => step.id) }, admin)
      return steps
    },
    close: async () => {
      await catalog.close()
      await test.drop()
    },
  }
}

export const table = (fields: Fields, rest: Partial<Collection> = {}): Collection => ({
  kind: 'table',
  fields,
  ...rest,
})

export const view = (sql: string, fields: Fields): Collection => ({ kind: 'view', sql, fields })

/** The step with this id, or a list of those that there are. */
export const stepOf = (steps: readonly Step[], id: string): Step => {
  const step = steps.find((each) => each.id === id)
  if (step === undefined) throw new Error(`no step "${id}" among ${steps.map((each) => each.id).join(', ')}`)
  return step
}

/** The problem that something is refused with. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const outcome = await work.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  )
  if (outcome instanceof Problem) return outcome
  throw outcome
}
