import { checkAssigned } from './check/assign.ts'
import { checkArithmetic } from './check/check-arithmetic.ts'
import { checkCall } from './check/check-call.ts'
import { checkComparison, checkContains } from './check/check-comparison.ts'
import { checkCondition, checkLogic } from './check/check-condition.ts'
import { checkIn } from './check/check-in.ts'
import { checkValue } from './check/check-value.ts'
import { checkPath } from './check/check-path.ts'
import type { Context } from './check/context.ts'
import type { Expression } from './expression.ts'
import { ExpressionError } from './expression-error.ts'
import { defaultLimits, type ExpressionLimits } from './limits.ts'
import { plainDecimal } from './literals/decimal-text.ts'
import { durationMilliseconds, longestDuration } from './literals/duration-text.ts'
import { parseExpression } from './parse.ts'
import type { Scope } from './scope.ts'
import type { Span, Syntax } from './syntax-tree.ts'
import type { ValueType } from './value-type.ts'

/**
 * Parses an expression and checks every name and type in it, or throws an `ExpressionError`. Without `expected` it must
 * be a condition; with it, a value that fits a field of that type, or with `'value'` a value of any type.
 *
 * @example
 * checkExpression("status = 'draft' && author = @user.id", scope)
 * checkExpression('@user.id', scope, { kind: 'record', collection: 'users' })
 */
export function checkExpression(
  text: string,
  scope: Scope,
  expected?: ValueType | 'value',
  limits: ExpressionLimits = defaultLimits,
): Expression {
  const syntax = parseExpression(text, limits)
  const context: Context = {
    text,
    scope,
    limits,
    record: scope.record,
    hops: 0,
    inQuantifier: false,
    check: checkSyntax,
  }
  if (expected === undefined) return checkCondition(syntax, context)
  return expected === 'value' ? checkValue(syntax, context) : checkAssigned(syntax, expected, context)
}

function checkSyntax(syntax: Syntax, context: Context): Expression {
  switch (syntax.kind) {
    case 'text':
      return literal(syntax, syntax.value, { kind: 'text' })
    case 'number':
      return checkNumber(syntax, syntax.value)
    case 'duration':
      return checkDuration(syntax, syntax.value)
    case 'boolean':
      return literal(syntax, syntax.value, { kind: 'boolean' })
    case 'null':
      return literal(syntax, null, { kind: 'null' })
    case 'list':
      throw new ExpressionError('a list stands only after `in` and `not in`', syntax)
    case 'path':
      return checkPath(syntax, context)
    case 'call':
      return checkCall(syntax, context)
    case 'not':
      return { kind: 'not', of: checkCondition(syntax.of, context), type: { kind: 'boolean' }, ...spanOf(syntax) }
    case 'binary':
      return checkBinary(syntax, context)
  }
}

function checkBinary(syntax: Extract<Syntax, { kind: 'binary' }>, context: Context): Expression {
  const { operator } = syntax
  if (operator === '&&' || operator === '||') return checkLogic(syntax, context)
  if (operator === '+' || operator === '-') return checkArithmetic(syntax, context)
  if (operator === '~' || operator === '!~') return checkContains(syntax, context)
  if (operator === 'in' || operator === 'not in') return checkIn(syntax, context)
  return checkComparison(syntax, operator, context)
}

function checkNumber(span: Span, written: string): Expression {
  const value = plainDecimal(written)
  if (value === null) throw new ExpressionError('numbers have at most 1,000 digits', span)
  return literal(span, value, { kind: value.includes('.') ? 'decimal' : 'integer' })
}

function checkDuration(span: Span, written: string): Expression {
  const value = durationMilliseconds(written)
  if (value > longestDuration) throw new ExpressionError('durations are at most 1,000 years (365250d) long', span)
  return literal(span, value, { kind: 'duration' })
}

const literal = (span: Span, value: string | number | boolean | null, type: ValueType): Expression => ({
  kind: 'literal',
  value,
  type,
  ...spanOf(span),
})

const spanOf = ({ start, end }: Span): Span => ({ start, end })
