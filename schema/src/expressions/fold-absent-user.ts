import type { Expression } from './expression.ts'
import { mentionsRoot } from './mentions.ts'

/**
 * The same expression for an actor who is no user: whatever asks about `@user` never helps to grant. It is false, and
 * below an odd number of `!` true; so neither `author = @user.id` nor `author != @user.id` lets a guest in, not even
 * where `author` is null. `@user.roles` stays: guests and API keys have roles.
 *
 * @example
 * foldAbsentUser(checkExpression('public || author = @user.id', scope)) // as 'public'
 */
export const foldAbsentUser = (expression: Expression): Expression =>
  mentionsRoot(expression, 'user') ? fold(expression, false) : expression

/** `neutral` is what does not help to grant here: false, or below an odd number of `!` true. */
function fold(expression: Expression, neutral: boolean): Expression {
  if (!mentionsRoot(expression, 'user')) return expression
  if (expression.kind === 'not') return foldNot(expression, fold(expression.of, !neutral))
  if (expression.kind === 'and' || expression.kind === 'or') return foldChain(expression, neutral)
  return constant(neutral, expression)
}

function foldNot(expression: Expression, of: Expression): Expression {
  if (of.kind === 'literal') return constant(of.value !== true, expression)
  return { kind: 'not', of, type: expression.type, start: expression.start, end: expression.end }
}

function foldChain(expression: Extract<Expression, { kind: 'and' | 'or' }>, neutral: boolean): Expression {
  const decisive = expression.kind === 'or'
  const items = expression.items.map((item) => fold(item, neutral))
  if (items.some((item) => isConstant(item, decisive))) return constant(decisive, expression)
  const rest = items.filter((item) => !isConstant(item, !decisive))
  const [only] = rest
  if (only === undefined) return constant(!decisive, expression)
  return rest.length === 1 ? only : { ...expression, items: rest }
}

const isConstant = (expression: Expression, value: boolean): boolean =>
  expression.kind === 'literal' && expression.value === value

const constant = (value: boolean, { start, end }: Expression): Expression => ({
  kind: 'literal',
  value,
  type: { kind: 'boolean' },
  start,
  end,
})
