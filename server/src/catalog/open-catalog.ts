import { buildModel, emptyDocument, errors, type Model } from '@plinth/schema'
import type { Database } from '../database/database.ts'
import { applyFirstVersion, applyPlan } from './apply-plan.ts'
import type { Author, Catalog } from './catalog.ts'
import type { CompileComputed } from './design.ts'
import type { Plan } from './plan.ts'
import { planChanges } from './plan-changes.ts'
import { type PlanRequest, parseApplyRequest, parsePlanRequest, refuseFaultyRenames } from './plan-request.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { readSchema, readVersion } from './read-schema.ts'
import { readOneVersion, readVersions } from './read-versions.ts'
import { tryPlan } from './try-plan.ts'
import { watchVersion } from './watch-version.ts'

const plinthItself: Author = { kind: 'key', id: 'plinth' }

const nothing: Model = {
  version: 0,
  document: emptyDocument,
  roles: new Map(),
  collections: new Map(),
  channels: new Map(),
  claims: new Map(),
}

/**
 * Opens the schema that a database holds, and makes its first version where there is none. `compileComputed` comes from
 * `query`, which is built on this folder.
 */
export async function openCatalog(database: Database, compileComputed: CompileComputed): Promise<Catalog> {
  const tools = { knex: database.knex, compileComputed }
  const listeners = new Set<(model: Model) => void>()
  let model = await firstSchema(database, compileComputed)

  const refresh = oneAtATime(async (): Promise<Model> => {
    if ((await readVersion(database)) <= model.version) return model
    model = await currentSchema(database)
    for (const listener of listeners) listener(model)
    return model
  })
  const watch = watchVersion(database, () => model.version, refresh)

  return {
    get model() {
      return model
    },
    refresh,
    plan: async (input) => makePlan(database, tools, await refresh(), parsePlanRequest(input)),
    apply: async (input, author) => {
      const applied = await applyPlan(database, tools, parseApplyRequest(input), author)
      // It is done, whether or not this copy can see it at once.
      await refresh().catch(() => {})
      return applied
    },
    versions: () => readVersions(database),
    version: async (number) => {
      const found = await readOneVersion(database, number)
      if (found === null) throw errors.versionNotFound({ version: String(number) })
      return found
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: watch.stop,
  }
}

async function firstSchema(database: Database, compileComputed: CompileComputed): Promise<Model> {
  const found = await readSchema(database)
  if (found !== null) return found
  const to = buildModel({ ...emptyDocument, version: 1 })
  await applyFirstVersion(database, { from: nothing, to, knex: database.knex, compileComputed }, plinthItself)
  return currentSchema(database)
}

async function currentSchema(database: Database): Promise<Model> {
  const found = await readSchema(database)
  if (found === null) throw new Error('The database has lost its schema (plinth.schema_versions).')
  return found
}

async function makePlan(
  database: Database,
  tools: { readonly knex: Database['knex']; readonly compileComputed: CompileComputed },
  from: Model,
  request: PlanRequest,
): Promise<Plan> {
  if (from.version !== request.base) throw errors.schemaChanged({ current: from.version, base: request.base })
  refuseFaultyRenames(from, request)
  const plan = await database.transaction(async (session) => {
    // One moment for all counts, however long they take.
    await session.run({ text: 'set transaction isolation level repeatable read, read only', values: [] })
    return planChanges(session, { ...tools, from, to: request.to }, request.renames)
  })
  return { base: request.base, steps: await tryPlan(database, plan) }
}
