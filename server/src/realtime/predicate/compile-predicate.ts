import type { Expression } from '@plinth/schema'
import { compileCondition } from './compile-condition.ts'
import type { PredicateInput } from './predicate-input.ts'

/**
 * Compiles a checked condition that stays within the record to a function; made once, asked often. It answers as the SQL
 * back end does, and never throws on stored data.
 *
 * @throws OutsideRecord where the expression follows a relation; `staysWithinRecord` tells beforehand
 */
export const compilePredicate = (expression: Expression): ((input: PredicateInput) => boolean) =>
  compileCondition(expression)
