import pg from 'pg'
import type { Session } from '../database/database.ts'
import type { StepDraft } from './step-draft.ts'
import { checkView, refuseSeveralStatements } from './views/check-view.ts'

/** A step that PostgreSQL, or a check of ours, refused. The message is a sentence. */
export class StepFailure extends Error {
  readonly draft: StepDraft

  constructor(draft: StepDraft, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'StepFailure'
    this.draft = draft
  }
}

const undefinedTable = '42P01'

/**
 * Runs all steps, in one transaction that the caller has begun, and answers them in the order in which they ran. Views
 * may read from each other in any order, so one whose source is not there yet waits for the others.
 */
export async function runSteps(session: Session, drafts: readonly StepDraft[]): Promise<readonly StepDraft[]> {
  const done: StepDraft[] = []
  let waiting: readonly StepDraft[] = []
  for (const draft of drafts) {
    if (await runOrWait(session, draft)) done.push(draft)
    else waiting = [...waiting, draft]
  }
  while (waiting.length > 0) {
    const still: StepDraft[] = []
    for (const draft of waiting) {
      if (await runOrWait(session, draft)) done.push(draft)
      else still.push(draft)
    }
    const [stuck] = still
    if (stuck !== undefined && still.length === waiting.length) await runStep(session, stuck)
    waiting = still
  }
  return done
}

/** False for a view whose source is missing; everything else that fails throws. */
async function runOrWait(session: Session, draft: StepDraft): Promise<boolean> {
  if (draft.view === undefined) {
    await runStep(session, draft)
    return true
  }
  await session.run({ text: 'savepoint before_view', values: [] })
  try {
    await runStep(session, draft)
    await session.run({ text: 'release savepoint before_view', values: [] })
    return true
  } catch (failure) {
    const cause = failure instanceof StepFailure ? failure.cause : undefined
    if (!(cause instanceof pg.DatabaseError && cause.code === undefinedTable)) throw failure
    await session.run({ text: 'rollback to savepoint before_view', values: [] })
    return false
  }
}

async function runStep(session: Session, draft: StepDraft): Promise<void> {
  try {
    if (draft.view !== undefined) await refuseSeveralStatements(session, draft.view)
    for (const text of draft.sql) await session.run({ text, values: [] })
    if (draft.view !== undefined) await checkView(session, draft.view)
  } catch (cause) {
    throw new StepFailure(draft, cause)
  }
}
