import type { Comparison, Expression, Model } from '@plinth/schema'
import type { Sql } from './run.ts'
import type { Tables } from './tables.ts'
import type { Source } from './source.ts'

/** A collection as a query may use it: what stands in `from`, and the source that reads its columns. */
export interface Reached {
  readonly from: Sql
  readonly source: Source
}

/**
 * How an expression gets from one collection to another. Filters, sorts and shapes reach what their actor may read; rules
 * reach the tables themselves.
 */
export type Reach = (collection: string, alias: string) => Reached

/** The two ways into the compiler of expressions, for the pieces of it that contain expressions themselves. */
export interface Language {
  condition(expression: Expression, compiler: Compiler): Sql
  value(expression: Expression, as: Comparison, compiler: Compiler): Sql
}

/** All that turning an expression into SQL needs to know. */
export interface Compiler {
  readonly model: Model
  readonly record: Source | null
  readonly old: Source | null
  /** The parameters of the channel that a rule of channels is about. */
  readonly channel?: Source
  readonly reach: Reach
  /** Where links of relations to many are found; the tables as they are without it. */
  readonly tables?: Tables
  /** A table alias that nothing else in the statement uses. */
  readonly alias: () => string
  readonly language: Language
}

/** Aliases `T1`, `T2`, … for one statement: no field has a capital letter, so none of them can be taken for a column. */
export function aliases(): () => string {
  let count = 0
  return () => `T${++count}`
}
