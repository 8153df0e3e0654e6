import { type Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import { fitsFloat } from '../literals/decimal-text.ts'
import { midnight, parseTime } from '../literals/time-text.ts'
import type { ValueType } from '../value-type.ts'
import { describeType, listOptions } from './describe.ts'
import { suggest } from './suggest.ts'

type Literal = Extract<Expression, { kind: 'literal' }>
type TextLiteral = Literal & { readonly value: string }

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether this is a text in quotes that has not been read as anything else. */
export const isTextLiteral = (expression: Expression): expression is TextLiteral =>
  expression.kind === 'literal' && expression.type.kind === 'text'

/** Whether this is a number as written, not yet read as a double. */
export const isNumberLiteral = (expression: Expression): expression is TextLiteral =>
  expression.kind === 'literal' && (expression.type.kind === 'integer' || expression.type.kind === 'decimal')

/**
 * Reads a literal as the type that stands on the other side: text becomes a choice, a time or an id, a number becomes a
 * double. Whatever is no such literal stays as it is.
 */
export function coerce(expression: Expression, to: ValueType): Expression {
  if (isNumberLiteral(expression)) return to.kind === 'float' ? asFloat(expression) : expression
  if (!isTextLiteral(expression)) return expression
  if (to.kind === 'choice') return asChoice(expression, to.options)
  if (to.kind === 'date' || to.kind === 'datetime') return asTime(expression, to.kind)
  if (to.kind === 'id' || to.kind === 'record') return asId(expression, to)
  if (to.kind === 'duration')
    throw new ExpressionError('a duration stands without quotes, such as 7d or 1d12h', expression)
  return expression
}

/** Reads a text as a day or an instant; next to a datetime, a day is its midnight in UTC. */
export function asTime(literal: TextLiteral, next: 'date' | 'datetime' | 'duration'): Expression {
  const { start, end } = literal
  const time = parseTime(literal.value)
  if (time.kind === 'fault') throw new ExpressionError(time.message, literal)
  if (time.kind === 'date' && next === 'datetime')
    return { kind: 'literal', value: midnight(time.value), type: { kind: 'datetime' }, start, end }
  return { kind: 'literal', value: time.value, type: { kind: time.kind }, start, end }
}

/** Reads a number as a double, within the range that float fields have. */
export function asFloat(literal: TextLiteral): Expression {
  if (!fitsFloat(literal.value))
    throw new ExpressionError(
      'next to floating-point numbers, numbers lie within ±1e300 (and not below 1e-300)',
      literal,
    )
  return { ...literal, type: { kind: 'float' } }
}

function asChoice(literal: TextLiteral, options: readonly string[]): Expression {
  if (options.includes(literal.value)) return { ...literal, type: { kind: 'choice', options } }
  const suggestion = suggest(literal.value, options)
  const known = suggestion === undefined ? `; there are: ${listOptions(options)}` : `, did you mean '${suggestion}'?`
  const replacement = suggestion === undefined ? undefined : quoted(suggestion)
  throw new ExpressionError(`there is no choice '${literal.value}'${known}`, literal, replacement)
}

function asId(literal: TextLiteral, type: ValueType): Expression {
  if (uuid.test(literal.value)) return { ...literal, value: literal.value.toLowerCase(), type }
  throw new ExpressionError(`'${literal.value}' is not an id, and this is compared with ${describeType(type)}`, literal)
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
