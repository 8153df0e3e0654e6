import type { Expression } from '@plinth/schema'
import { param, raw, sql } from '../database/sql.ts'
import type { Compiler } from './compiler.ts'
import type { Run, Sql } from './run.ts'

/** Whether a time is worked out, and so is only to be had in milliseconds. */
export const isCalculated = (expression: Expression): boolean =>
  expression.kind === 'arithmetic' && expression.as === 'time'

/** A time or duration as milliseconds in numeric, where sums cannot overflow. */
export function compileMilliseconds(expression: Expression, compiler: Compiler): Sql {
  if (expression.kind === 'literal' && expression.type.kind === 'duration')
    return sql`${param<Run>('numeric', () => expression.value)}`
  if (expression.kind === 'arithmetic' && expression.as === 'time') {
    const [left, right] = [expression.left, expression.right].map((side) => compileMilliseconds(side, compiler))
    return sql`(${left ?? raw('null')} ${raw(expression.operator)} ${right ?? raw('null')})`
  }
  // Of an interval, not of the time itself: only that is immutable, as computed fields need it.
  return sql`(extract(epoch from ${compiler.language.value(expression, 'time', compiler)} - timestamptz '1970-01-01T00:00:00Z') * 1000)`
}
