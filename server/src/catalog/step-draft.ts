import type { CollectionModel } from '@plinth/schema'

/**
 * A step before its effect is known: what it says and runs, and the queries that find out what it touches, loses, or
 * meets in its way. All queries answer `id` and `value`, and read the tables as they are before the plan.
 */
export interface StepDraft {
  readonly id: string
  /** A plain sentence for someone who does not read SQL. */
  readonly summary: string
  readonly sql: readonly string[]
  /** Finds the rows that the step touches or loses. */
  readonly touches?: string
  /** It always loses what it touches. */
  readonly destructive?: boolean
  /** Finds the rows that would lose something; with none, the step is not destructive. */
  readonly loses?: string
  /** The existing table that PostgreSQL reads or writes anew from end to end while nobody else may use it. */
  readonly blocks?: { readonly table: string; readonly how: 'rewritten' | 'read' }
  readonly obstacles?: readonly Obstacle[]
  /** Set where the step makes a view: what has to be true of it afterwards. */
  readonly view?: CollectionModel
}

/** Rows that make a step impossible. */
export interface Obstacle {
  readonly rows: string
  readonly reason: string
  /** What someone can do about it, as a sentence. */
  readonly mend: string
  /** Where SQL cannot tell: whether the value of one of the rows is really in the way. */
  readonly isInTheWay?: (value: unknown) => boolean
}
