import type { Comparison, Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { Syntax } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import { coerce } from './coerce.ts'
import { comparisonOf } from './comparison-of.ts'
import type { Context } from './context.ts'
import { describeType, quoteTyped } from './describe.ts'

type BinarySyntax = Extract<Syntax, { kind: 'binary' }>
interface Membership {
  readonly as: Comparison
  readonly left: Expression
  readonly right: Expression
}

/** Checks `in` and `not in`: in a list as written, a field that is a list, `@user.roles`, or many records. */
export function checkIn(syntax: BinarySyntax, context: Context): Expression {
  const { start, end } = syntax
  const left = context.check(syntax.left, context)
  const membership =
    syntax.right.kind === 'list'
      ? inListLiteral(left, checkItems(syntax.right, context), syntax.right, context)
      : inStored(left, context.check(syntax.right, context), context)
  const type = { kind: 'boolean' } as const
  const expression: Expression = { kind: 'in', ...membership, type, start, end }
  return syntax.operator === 'in' ? expression : { kind: 'not', of: expression, type, start, end }
}

/** The items of a list as written: plain values only. */
export function checkItems(list: Extract<Syntax, { kind: 'list' }>, context: Context): readonly Expression[] {
  return list.items.map((syntax) => {
    if (syntax.kind === 'path' || syntax.kind === 'call')
      throw new ExpressionError('a list holds plain values; join comparisons with `||` instead', syntax)
    const item = context.check(syntax, context)
    if (item.kind !== 'literal') throw new ExpressionError('a list holds plain values only', syntax)
    return item
  })
}

function inListLiteral(left: Expression, items: readonly Expression[], list: Syntax, context: Context): Membership {
  const wanted = left.type.kind === 'null' ? firstType(items) : left.type
  const coerced = items.map((item) => coerce(item, wanted))
  const coercedLeft = coerce(left, firstType(items))
  const type = coercedLeft.type.kind === 'null' ? wanted : coercedLeft.type

  const found = coerced.map((item) => {
    const as = comparisonOf(type, item.type)
    if (as === null || !isListable(as)) throw notAnItem(coercedLeft, item, context)
    return as
  })
  const alone = comparisonOf(type, { kind: 'null' })
  if (alone === null || !isListable(alone)) throw notListable(coercedLeft, context)
  // Days and instants side by side are all compared as instants.
  const as = found.find((comparison) => comparison !== alone) ?? alone
  const right: Expression = {
    kind: 'list',
    items: coerced,
    type: { kind: 'list', of: type },
    start: list.start,
    end: list.end,
  }
  return { as, left: coercedLeft, right }
}

function inStored(left: Expression, right: Expression, context: Context): Membership {
  if (right.type.kind !== 'list' && right.type.kind !== 'records')
    throw new ExpressionError(
      `after \`in\` comes a list such as ['a', 'b'], a list field or a relation to many; ${quoteTyped(context, right)} is none`,
      right,
    )
  const element: ValueType =
    right.type.kind === 'list' ? right.type.of : { kind: 'record', collection: right.type.collection }
  const coerced = coerce(left, element)
  const as = comparisonOf(coerced.type, element)
  if (as === null || !isListable(as))
    throw new ExpressionError(
      `${quoteTyped(context, left)} cannot be in ${quoteTyped(context, right)}, which holds ${describeType(element)}`,
      left,
    )
  return { as, left: coerced, right }
}

const firstType = (items: readonly Expression[]): ValueType =>
  items.find((item) => item.type.kind !== 'null')?.type ?? { kind: 'null' }

const isListable = (comparison: Comparison): boolean =>
  comparison !== 'json' && comparison !== 'geopoint' && comparison !== 'list'

const notAnItem = (left: Expression, item: Expression, context: Context): ExpressionError =>
  new ExpressionError(`cannot compare ${quoteTyped(context, left)} with ${quoteTyped(context, item)}`, item)

const notListable = (left: Expression, context: Context): ExpressionError =>
  new ExpressionError(`${quoteTyped(context, left)} cannot stand before \`in\``, left)
