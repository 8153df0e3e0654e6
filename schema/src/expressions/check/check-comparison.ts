import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { CompareOperator, Syntax } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import { coerce, isNumberLiteral, isTextLiteral } from './coerce.ts'
import { comparisonOf, isOrdered } from './comparison-of.ts'
import type { Context } from './context.ts'
import { describeType, quote, quoteTyped } from './describe.ts'

type BinarySyntax = Extract<Syntax, { kind: 'binary' }>

/** Checks `= != < <= > >=`. */
export function checkComparison(syntax: BinarySyntax, operator: CompareOperator, context: Context): Expression {
  const { start, end } = syntax
  const checkedLeft = context.check(syntax.left, context)
  refuseForgottenQuotes(syntax.right, checkedLeft.type, context)
  const checkedRight = context.check(syntax.right, context)
  const left = coerce(checkedLeft, checkedRight.type)
  const right = coerce(checkedRight, checkedLeft.type)

  const as = comparisonOf(left.type, right.type)
  if (as === null) throw incomparable(syntax, left, right, context)
  if (operator !== '=' && operator !== '!=' && !isOrdered(as))
    throw new ExpressionError(
      `\`${operator}\` has no meaning for ${describeType(typeOfBoth(left, right))}; use \`=\` or \`!=\``,
      syntax,
    )

  const type = { kind: 'boolean' } as const
  if (operator !== '!=') return { kind: 'compare', operator, as, left, right, type, start, end }
  return { kind: 'not', of: { kind: 'compare', operator: '=', as, left, right, type, start, end }, type, start, end }
}

/** Checks `~` and `!~`. */
export function checkContains(syntax: BinarySyntax, context: Context): Expression {
  const { start, end } = syntax
  const left = context.check(syntax.left, context)
  const right = context.check(syntax.right, context)
  for (const side of [left, right]) refuseUnlessText(side, `\`${syntax.operator}\` (contains)`, context)
  const type = { kind: 'boolean' } as const
  const contains: Expression = { kind: 'contains', left, right, type, start, end }
  return syntax.operator === '~' ? contains : { kind: 'not', of: contains, type, start, end }
}

export function refuseUnlessText(expression: Expression, what: string, context: Context): void {
  const { kind } = expression.type
  if (kind === 'text' || kind === 'choice') return
  const hint =
    kind === 'list' || kind === 'records' ? `; write 'value' in ${quote(context, expression).slice(1, -1)}` : ''
  throw new ExpressionError(`${what} needs text, and ${quoteTyped(context, expression)} is none${hint}`, expression)
}

/** `status = published` where `published` is no field but a choice of `status`. */
function refuseForgottenQuotes(right: Syntax, left: ValueType, { record, scope }: Context): void {
  if (left.kind !== 'choice' || right.kind !== 'path' || right.root !== null || right.names.length !== 1) return
  const word = right.names[0]?.name ?? ''
  if (!left.options.includes(word) || (record !== null && scope.lookup(record, word) !== undefined)) return
  throw new ExpressionError(`unknown field \`${word}\`; text needs quotes: '${word}'`, right, `'${word}'`)
}

function incomparable(syntax: Syntax, left: Expression, right: Expression, context: Context): ExpressionError {
  const pair = `cannot compare ${quoteTyped(context, left)} with ${quoteTyped(context, right)}`
  return new ExpressionError(`${pair}${adviceFor(left, right)}`, syntax)
}

function adviceFor(left: Expression, right: Expression): string {
  const kinds = [left.type.kind, right.type.kind]
  const literal = [left, right].find(isTextLiteral)
  const isNumber = kinds.some((kind) => kind === 'integer' || kind === 'decimal' || kind === 'float')
  if (literal !== undefined && isNumber) return '; numbers stand without quotes'
  if (literal !== undefined && kinds.includes('boolean')) return '; true and false stand without quotes'
  if (kinds.includes('records')) return '; for many records use any(…), all(…), count(…) or `in`'
  if (kinds.includes('list')) return "; for lists use `in`: 'value' in field"
  if (kinds.includes('json')) return '; JSON can be compared with null only'
  if (isNumberLiteral(left) || isNumberLiteral(right)) return kinds.includes('text') ? '; text needs quotes' : ''
  return ''
}

const typeOfBoth = (left: Expression, right: Expression): ValueType =>
  left.type.kind === 'null' ? right.type : left.type
