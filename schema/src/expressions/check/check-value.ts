import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { Syntax } from '../syntax-tree.ts'
import type { Context } from './context.ts'
import { describeType, quoteTyped } from './describe.ts'

/** Checks an expression whose value is written as JSON, of whatever type it is. */
export function checkValue(syntax: Syntax, context: Context): Expression {
  const value = context.check(syntax, context)
  const { kind } = value.type
  if (kind === 'records')
    throw new ExpressionError(
      `this needs one value, and this is ${describeType(value.type)}: use count(…) or any(…)`,
      value,
    )
  if (kind === 'duration' || kind === 'null')
    throw new ExpressionError(`${quoteTyped(context, value)} does not fit: this needs a value`, value)
  return value
}
