import { diffSchemas, type Rename } from '@plinth/schema'
import type { Session } from '../database/database.ts'
import type { Design } from './design.ts'
import { draftSteps } from './draft-steps.ts'
import { measureStep } from './measure-step.ts'
import type { Step } from './plan.ts'
import type { StepDraft } from './step-draft.ts'
import { viewsReadersFirst } from './view-order.ts'

export interface DraftedPlan {
  readonly drafts: readonly StepDraft[]
  readonly steps: readonly Step[]
}

/** The steps from one schema to the other, with what each touches, loses and meets in its way at this moment. */
export async function planChanges(session: Session, design: Design, renames: readonly Rename[]): Promise<DraftedPlan> {
  const drafts = draftSteps(
    design,
    diffSchemas(design.from, design.to, renames),
    renames,
    await viewsReadersFirst(session, viewNames(design)),
  )
  const steps: Step[] = []
  for (const draft of drafts) steps.push(await measureStep(session, draft))
  return { drafts, steps }
}

const viewNames = ({ from }: Design): readonly string[] =>
  [...from.collections.values()].flatMap((collection) => (collection.kind === 'view' ? [collection.name] : []))
