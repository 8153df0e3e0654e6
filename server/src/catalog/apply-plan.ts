import { errors, Problem, type SchemaDocument } from '@plinth/schema'
import type { Database, Session } from '../database/database.ts'
import type { Author } from './catalog.ts'
import type { Design } from './design.ts'
import { limitLockWaits, lockTables } from './lock-tables.ts'
import type { Step } from './plan.ts'
import { planChanges } from './plan-changes.ts'
import { type ApplyRequest, refuseFaultyRenames } from './plan-request.ts'
import { readSchema, readVersion } from './read-schema.ts'
import { refusal } from './refusal.ts'
import { runSteps, StepFailure } from './run-steps.ts'
import { writeVersion } from './write-version.ts'

/** Held while the schema changes, so that copies of the server do it one after the other. Never changes. */
const schemaLock = 7_045_231_002

export interface Applied {
  readonly version: number
  readonly schema: SchemaDocument
}

type Tools = Omit<Design, 'from' | 'to'>

/**
 * Runs the plan from the current schema to the wanted one, in one transaction: the new version with all its tables, or
 * nothing. The plan is made anew inside, so it is the one for the data as they are now.
 */
export async function applyPlan(
  database: Database,
  tools: Tools,
  request: ApplyRequest,
  author: Author,
): Promise<Applied> {
  try {
    return await database.transaction(async (session) => {
      await becomeOnlyOne(session)
      const from = await readSchema(session)
      if (from === null || from.version !== request.base)
        throw errors.schemaChanged({ current: from?.version ?? 0, base: request.base })
      refuseFaultyRenames(from, request)
      const design = { ...tools, from, to: request.to }
      if (isSameDocument(design)) return { version: from.version, schema: from.document }
      await lockTables(session, design, request.renames)
      const { drafts, steps } = await planChanges(session, design, request.renames)
      refuseBlocked(steps)
      refuseUnaccepted(steps, request.accept)
      await runSteps(session, drafts)
      await writeVersion(session, request.to, steps, author)
      return { version: request.to.version, schema: request.to.document }
    })
  } catch (error) {
    throw toProblem(error)
  }
}

/** Makes version 1 with the built-in collections, unless another copy has done so. */
export const applyFirstVersion = (database: Database, design: Design, author: Author): Promise<void> =>
  database.transaction(async (session) => {
    await becomeOnlyOne(session)
    if ((await readVersion(session)) > 0) return
    const { drafts, steps } = await planChanges(session, design, [])
    await runSteps(session, drafts)
    await writeVersion(session, design.to, steps, author)
  })

async function becomeOnlyOne(session: Session): Promise<void> {
  // Rewriting a table may rightly take long; only waiting for others may not.
  await session.run({ text: 'set local statement_timeout = 0', values: [] })
  await session.run({ text: `select pg_catalog.pg_advisory_xact_lock(${schemaLock})`, values: [] })
  await limitLockWaits(session)
}

const isSameDocument = ({ from, to }: Design): boolean =>
  JSON.stringify({ ...from.document, version: 0 }) === JSON.stringify({ ...to.document, version: 0 })

function refuseBlocked(steps: readonly Step[]): void {
  const blocked = steps.filter((step) => step.blockers !== null)
  if (blocked.length > 0) throw errors.planBlocked({ extra: { steps: blocked } })
}

function refuseUnaccepted(steps: readonly Step[], accept: readonly string[]): void {
  const unaccepted = steps.filter((step) => step.risk === 'destructive' && !accept.includes(step.id))
  if (unaccepted.length === 0) return
  const names = unaccepted.map((step) => step.id).join(', ')
  throw errors.planNotAccepted({ steps: names }, { extra: { steps: unaccepted } })
}

/** Whatever went wrong, nothing has changed; the answer says in which step. */
function toProblem(error: unknown): unknown {
  if (error instanceof StepFailure) {
    const reason = `${error.draft.summary} ${refusal(error.cause).reason}`
    return errors.planFailed({ reason }, { cause: error.cause, extra: { step: error.draft.id } })
  }
  if (error instanceof Problem) return error
  const { reason, passing } = refusal(error)
  return passing ? errors.planFailed({ reason }, { cause: error }) : error
}
