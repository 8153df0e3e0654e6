import type { Database } from '../database/database.ts'
import { limitLockWaits } from './lock-tables.ts'
import type { Step } from './plan.ts'
import type { DraftedPlan } from './plan-changes.ts'
import { refusal } from './refusal.ts'
import { runSteps, StepFailure } from './run-steps.ts'

/**
 * Whether a view can be made, and whether one is in the way of a change, only PostgreSQL knows. So a plan with views is
 * run, and rolled back; the tables are locked meanwhile, as they are when it is applied.
 */
export async function tryPlan(database: Database, plan: DraftedPlan): Promise<readonly Step[]> {
  const isTried = plan.drafts.some((draft) => draft.view !== undefined || draft.id.startsWith('dropView:'))
  if (!isTried || plan.steps.some((step) => step.blockers !== null)) return plan.steps
  const outcome = await runAndRollBack(database, plan)
  if (outcome instanceof StepFailure) return withFailure(plan.steps, outcome)
  const order = new Map(outcome.map((id, i) => [id, i]))
  return plan.steps.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0))
}

class RolledBack extends Error {
  readonly order: readonly string[]

  constructor(order: readonly string[]) {
    super('rolled back')
    this.order = order
  }
}

/** Answers the order in which the steps ran. */
async function runAndRollBack(database: Database, { drafts }: DraftedPlan): Promise<readonly string[] | StepFailure> {
  try {
    return await database.transaction(async (session) => {
      await session.run({ text: 'set local statement_timeout = 0', values: [] })
      await limitLockWaits(session)
      const done = await runSteps(session, drafts)
      throw new RolledBack(done.map((draft) => draft.id))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.order
    if (error instanceof StepFailure && !refusal(error.cause).passing) return error
    throw error
  }
}

const withFailure = (steps: readonly Step[], { draft, cause }: StepFailure): readonly Step[] =>
  steps.map((step) =>
    step.id === draft.id
      ? {
          ...step,
          blockers: {
            count: 0,
            rows: [],
            reason: refusal(cause).reason,
            mend: 'Change the query of the view, or what it reads from, so that both fit.',
          },
        }
      : step,
  )
