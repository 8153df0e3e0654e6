import type { Knex } from 'knex'

/** A step from one build's system tables (schema `plinth`) to the next's. Once released, it never changes. */
export interface Migration {
  /** Ordered by it: `0002-change-log`. */
  readonly name: string
  up(knex: Knex.Transaction): Promise<void>
}
