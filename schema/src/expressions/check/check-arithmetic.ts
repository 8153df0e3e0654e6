import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import { dayInMilliseconds } from '../literals/duration-text.ts'
import type { Syntax } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import { operands } from './check-condition.ts'
import { asTime, coerce, isTextLiteral } from './coerce.ts'
import type { Context } from './context.ts'
import { quoteTyped } from './describe.ts'

type BinarySyntax = Extract<Syntax, { kind: 'binary' }>
type Operator = '+' | '-'

/** So many steps of at most 1,000 years each stay within the years that PostgreSQL has. */
const maxTimeSteps = 4
const maxNumberSteps = 100

/** Checks a sum: numbers, or times and durations. */
export function checkArithmetic(syntax: BinarySyntax, context: Context): Expression {
  const [first, ...rest] = operands(syntax, ['+', '-'])
  if (rest.length > maxNumberSteps) throw tooLong(maxNumberSteps, syntax)
  if (first === undefined) throw new ExpressionError('a value is missing', syntax)

  const sum = rest.reduce(
    (left, { operator, of, end }) => {
      const right = context.check(of, context)
      return step(operator === '-' ? '-' : '+', left, right, { start: syntax.start, end }, context)
    },
    context.check(first.of, context),
  )

  const limit = isNumber(sum.type) ? maxNumberSteps : maxTimeSteps
  if (countSteps(sum) > limit) throw tooLong(limit, syntax)
  return sum
}

function step(operator: Operator, left: Expression, right: Expression, span: Span, context: Context): Expression {
  const [one, other] = readTexts(operator, left, right)
  const found = numbers(one, other) ?? times(operator, one, other)
  if (found === null) throw cannotAdd(operator, one, other, span, context)
  return { kind: 'arithmetic', operator, ...found, ...span }
}

type Span = { readonly start: number; readonly end: number }
type Found = Pick<Extract<Expression, { kind: 'arithmetic' }>, 'as' | 'left' | 'right' | 'type'>

function numbers(left: Expression, right: Expression): Found | null {
  if (!isNumber(left.type) || !isNumber(right.type)) return null
  const kinds = [left.type.kind, right.type.kind]
  const type: ValueType = {
    kind: kinds.includes('float') ? 'float' : kinds.includes('decimal') ? 'decimal' : 'integer',
  }
  const as = type.kind === 'float' ? 'float' : 'exact'
  return { as, left: coerce(left, type), right: coerce(right, type), type }
}

function times(operator: Operator, left: Expression, right: Expression): Found | null {
  const [from, to] = [left.type.kind, right.type.kind]
  if (from === 'duration' && to === 'duration') return { as: 'time', left, right, type: { kind: 'duration' } }
  if (isTime(left) && isTime(right) && operator === '-') return { as: 'time', left, right, type: { kind: 'duration' } }
  if (isTime(left) && to === 'duration') return moved(left, right, left, right)
  if (from === 'duration' && isTime(right) && operator === '+') return moved(left, right, right, left)
  return null
}

/** A time moved by a duration: a day moved by whole days stays a day. */
function moved(left: Expression, right: Expression, time: Expression, by: Expression): Found {
  if (holdsDifference(by))
    throw new ExpressionError('the difference of two times can be compared, not added to a time', by)
  const wholeDays = by.kind === 'literal' && Number(by.value) % dayInMilliseconds === 0
  const staysDay = time.type.kind === 'date' && wholeDays
  return { as: staysDay ? 'date' : 'time', left, right, type: { kind: staysDay ? 'date' : 'datetime' } }
}

/** Texts next to a time or a duration are times. */
function readTexts(operator: Operator, left: Expression, right: Expression): readonly [Expression, Expression] {
  return [readText(left, right, operator), readText(right, left, operator)]
}

function readText(expression: Expression, next: Expression, operator: Operator): Expression {
  const { kind } = next.type
  if (!isTextLiteral(expression)) return expression
  if (kind === 'duration') return asTime(expression, kind)
  if ((kind === 'date' || kind === 'datetime') && operator === '-') return asTime(expression, kind)
  return expression
}

function holdsDifference(expression: Expression): boolean {
  if (expression.kind !== 'arithmetic') return false
  const { left, right } = expression
  return (isTime(left) && isTime(right)) || holdsDifference(left) || holdsDifference(right)
}

function countSteps(expression: Expression): number {
  if (expression.kind !== 'arithmetic') return 0
  return 1 + countSteps(expression.left) + countSteps(expression.right)
}

const isNumber = ({ kind }: ValueType): boolean => kind === 'integer' || kind === 'decimal' || kind === 'float'
const isTime = ({ type: { kind } }: Expression): boolean => kind === 'date' || kind === 'datetime'

const tooLong = (limit: number, span: Span): ExpressionError =>
  new ExpressionError(`at most ${limit} additions and subtractions can follow each other here`, span)

function cannotAdd(
  operator: Operator,
  left: Expression,
  right: Expression,
  span: Span,
  context: Context,
): ExpressionError {
  const pair = `${quoteTyped(context, left)} and ${quoteTyped(context, right)}`
  const verb = operator === '+' ? 'add' : 'subtract'
  return new ExpressionError(
    `cannot ${verb} ${pair}: \`+\` and \`-\` are for numbers, and for times and durations`,
    span,
  )
}
