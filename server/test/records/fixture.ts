import { type Problem, Problem as ProblemClass, type SchemaDocument } from '@plinth/schema'
import type { Actor } from '../../src/access/actor.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open-catalog.ts'
import { compileComputed } from '../../src/query/compile-computed.ts'
import { createRecord } from '../../src/records/create-records.ts'
import { type Operation, operationOf, type RecordsDeps } from '../../src/records/operation.ts'
import { PlanCache } from '../../src/records/plan-cache.ts'
import { getRecord, listRecords } from '../../src/records/read-records.ts'
import { KeyTurns } from '../../src/records/key-turns.ts'
import { TransferSlots } from '../../src/records/transfer/transfer-slots.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

export const admin: Actor = { kind: 'key', id: 'admin-key', userId: null, roles: ['admin'] }
export const guest: Actor = { kind: 'anonymous', id: null, userId: null, roles: ['anonymous'] }
export const user = (id: string, ...roles: string[]): Actor => ({
  kind: 'user',
  id,
  userId: id,
  roles: ['authenticated', ...roles],
})
export const apiKey = (...roles: string[]): Actor => ({ kind: 'key', id: 'some-key', userId: null, roles })

export type Schema = Omit<SchemaDocument, 'version' | 'roles'> & Partial<Pick<SchemaDocument, 'roles'>>

export interface Fixture extends TestDatabase {
  readonly catalog: Catalog
  readonly deps: RecordsDeps
  as(actor: Actor): Operation
  /** Creates a record, as admin unless somebody else is named, and answers it. */
  create(collection: string, body: unknown, actor?: Actor, select?: string): Promise<Members>
  get(collection: string, id: string, select?: string, actor?: Actor): Promise<Members>
  list(collection: string, query?: ListQuery, actor?: Actor): Promise<Page>
  become(schema: Schema): Promise<void>
  close(): Promise<void>
}

/** A parsed answer. Tests look into it freely: a wrong look is a failing test. */
// oxlint-disable-next-line no-explicit-any
export type Members = Record<string, any>

export interface Page {
  readonly items: readonly Members[]
  readonly next: string | null
  readonly count?: number
}

export interface ListQuery {
  readonly filter?: string
  readonly sort?: string
  readonly select?: string
  readonly count?: string
  readonly limit?: number
  readonly page?: number
  readonly after?: string | null
}

/** A database with these collections, and records reached as the routes reach them. */
export async function recordsFixture(schema: Schema): Promise<Fixture> {
  const test = await createTestDatabase()
  const catalog = await openCatalog(test.database, compileComputed)
  const become = async (wanted: Schema): Promise<void> => {
    const request = { schema: { roles: {}, ...wanted }, base: catalog.model.version }
    const { steps } = await catalog.plan(request)
    await catalog.apply({ ...request, accept: steps.map((step) => step.id) }, admin)
  }
  await become(schema)
  const deps: RecordsDeps = {
    database: test.database,
    catalog,
    plans: new PlanCache(),
    transfers: new TransferSlots(4),
    keyTurns: new KeyTurns(),
    wake: () => {},
  }
  const as = (actor: Actor): Operation => operationOf(deps, actor, 'test')
  return {
    ...test,
    catalog,
    deps,
    as,
    become,
    create: async (collection, body, actor = admin, select) =>
      JSON.parse((await createRecord(as(actor), collection, body, select)).json),
    get: async (collection, id, select, actor = admin) =>
      JSON.parse((await getRecord(as(actor), collection, id, parameters({ select }))).json),
    list: async (collection, { limit = 1000, page, after, ...query } = {}, actor = admin) =>
      JSON.parse(
        await listRecords(as(actor), collection, parameters(query), {
          limit,
          page: page ?? null,
          after: after ?? null,
        }),
      ),
    close: async () => {
      await catalog.close()
      await test.drop()
    },
  }
}

/** Query parameters as the routes hand them on: without those that are not given. */
export const parameters = (query: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))

/** The problem that something is refused with; anything else that it throws fails the test. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const outcome = await work.then(
    (result) => new Error(`it was not refused, but answered ${JSON.stringify(result)}`),
    (error: unknown) => error,
  )
  if (outcome instanceof ProblemClass) return outcome
  throw outcome
}

/** What a problem says to its caller, as plain data. */
export const said = ({ status, code, message, errors, extra }: Problem) => ({ status, code, message, errors, extra })
