import type { Actor } from '../access/actor.ts'
import { type Fragment, param } from '../database/sql.ts'

/** The values of one execution of a planned statement; the statement's text never depends on them. */
export interface Run {
  readonly actor: Actor
  /** ISO 8601, UTC, milliseconds: `@now`, and the `updated` of what is written. */
  readonly now: string
  /** What the change log says of the writer: `request-id kind:id`. */
  readonly context: string
  readonly id: string | null
  /** The revision the caller expects. */
  readonly rev: string | null
  /** Values of fields to write, by field name, in the form PostgreSQL reads. */
  readonly values: Readonly<Record<string, unknown>>
  readonly limit: number
  readonly offset: number
  /** The sort values after which a page begins. */
  readonly after: readonly (string | null)[]
}

export type Sql = Fragment<Run>

/** Parameters that every statement may use; made once, so that one statement numbers each only once. */
export const parameters = {
  id: param<Run>('uuid', (run) => run.id),
  rev: param<Run>('text', (run) => run.rev),
  now: param<Run>('timestamptz', (run) => run.now),
  today: param<Run>('date', (run) => run.now.slice(0, 10)),
  userId: param<Run>('uuid', (run) => run.actor.userId),
  userRoles: param<Run>('text[]', (run) => run.actor.roles),
  userVerified: param<Run>('boolean', (run) => run.actor.verified === true),
  context: param<Run>('text', (run) => run.context),
  limit: param<Run>('bigint', (run) => run.limit),
  offset: param<Run>('bigint', (run) => run.offset),
} as const
