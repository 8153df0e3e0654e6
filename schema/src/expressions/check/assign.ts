import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { Syntax } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import { checkItems } from './check-in.ts'
import { coerce, isNumberLiteral } from './coerce.ts'
import type { Context } from './context.ts'
import { describeType, quoteTyped } from './describe.ts'

/** Checks an expression whose value goes into a field of the type `to`; a value that may not fit is refused. */
export function checkAssigned(syntax: Syntax, to: ValueType, context: Context): Expression {
  if (to.kind === 'records')
    throw new ExpressionError('a relation to many records cannot be given by an expression', syntax)
  if (syntax.kind === 'list') return checkAssignedList(syntax, to, context)
  const expression = coerce(context.check(syntax, context), to)
  if (isNumberLiteral(expression) && expression.type.kind === 'integer') refuseUnsafeInteger(expression, to)
  if (isAssignable(expression.type, to)) return expression
  throw doesNotFit(expression, to, context)
}

function checkAssignedList(syntax: Extract<Syntax, { kind: 'list' }>, to: ValueType, context: Context): Expression {
  const { start, end } = syntax
  if (to.kind !== 'list') throw new ExpressionError(`a list does not fit: this needs ${describeType(to)}`, syntax)
  const items = checkItems(syntax, context).map((item) => {
    const coerced = coerce(item, to.of)
    if (coerced.type.kind === 'null' || !isAssignable(coerced.type, to.of)) throw doesNotFit(coerced, to.of, context)
    return coerced
  })
  return { kind: 'list', items, type: to, start, end }
}

function isAssignable(from: ValueType, to: ValueType): boolean {
  if (from.kind === 'null') return true
  if (to.kind === 'text') return from.kind === 'text' || from.kind === 'choice'
  if (to.kind === 'decimal' || to.kind === 'float') return from.kind === to.kind || from.kind === 'integer'
  if (to.kind === 'id') return from.kind === 'id' || from.kind === 'record'
  if (to.kind === 'record') return from.kind === 'id' || (from.kind === 'record' && from.collection === to.collection)
  if (to.kind === 'choice') return from.kind === 'choice' && from.options.every((option) => to.options.includes(option))
  if (to.kind === 'list') return from.kind === 'list' && isAssignable(from.of, to.of)
  return from.kind === to.kind
}

function refuseUnsafeInteger(literal: Expression & { readonly value: string }, to: ValueType): void {
  if (to.kind !== 'integer' || Number.isSafeInteger(Number(literal.value))) return
  throw new ExpressionError('whole numbers lie within ±9007199254740991', literal)
}

function doesNotFit(expression: Expression, to: ValueType, context: Context): ExpressionError {
  const hint = to.kind === 'date' && expression.kind === 'now' ? '; use @today' : ''
  const other = to.kind === 'datetime' && expression.kind === 'today' ? '; use @now' : ''
  return new ExpressionError(
    `${quoteTyped(context, expression)} does not fit: this needs ${describeType(to)}${hint}${other}`,
    expression,
  )
}
