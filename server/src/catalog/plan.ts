import type { SchemaDocument } from '@plinth/schema'

/** How a step may hurt: not at all, by taking long while nobody else may use a table, or by losing data. */
export type Risk = 'safe' | 'slow' | 'destructive'

/** One step of a migration plan, as it is shown to the person who decides. */
export interface Step {
  readonly id: string
  readonly summary: string
  readonly sql: readonly string[]
  readonly risk: Risk
  /** Rows touched or lost. */
  readonly rows: number
  /** Up to five of them. */
  readonly samples: readonly Sample[]
  readonly blockers: Blockers | null
  /** What the step means for everybody else while it runs. */
  readonly warning: string | null
}

export interface Sample {
  readonly id: string
  readonly value: unknown
}

/** Why a step cannot run, and up to twenty of the rows that are in the way. */
export interface Blockers {
  readonly count: number
  readonly rows: readonly Sample[]
  readonly reason: string
  readonly mend: string
}

/** The ordered steps from the version `base` to the wanted schema. */
export interface Plan {
  readonly base: number
  readonly steps: readonly Step[]
}

/** A version of the schema: who made it, when, and what it changed. */
export interface VersionEntry {
  readonly version: number
  readonly created: string
  readonly createdBy: string
  readonly summary: readonly string[]
}

/** The same with what the schema was. */
export interface VersionDocument extends VersionEntry {
  readonly schema: SchemaDocument
}
