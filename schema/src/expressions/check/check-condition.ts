import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { BinaryOperator, Syntax } from '../syntax-tree.ts'
import type { Context } from './context.ts'
import { describeType, quote } from './describe.ts'

/** Checks something that must be true or false. */
export function checkCondition(syntax: Syntax, context: Context): Expression {
  const expression = context.check(syntax, context)
  refuseUnlessCondition(expression, context)
  return expression
}

function refuseUnlessCondition(expression: Expression, context: Context): void {
  const { type } = expression
  if (type.kind === 'boolean') return
  const name = quote(context, expression)
  if (type.kind === 'records')
    throw new ExpressionError(
      `${name} is many records, not a condition; write any(${name.slice(1, -1)}, …)`,
      expression,
    )
  throw new ExpressionError(`${name} is ${describeType(type)}, not a condition; compare it with something`, expression)
}

/** `a && b && c` becomes one node with three items, so that a long chain is not a deep tree. */
export function checkLogic(syntax: Extract<Syntax, { kind: 'binary' }>, context: Context): Expression {
  const kind = syntax.operator === '&&' ? 'and' : 'or'
  const items = operands(syntax, [syntax.operator]).map(({ of }) => checkCondition(of, context))
  return { kind, items, type: { kind: 'boolean' }, start: syntax.start, end: syntax.end }
}

/** The operands of a chain of the given operators, each with the operator before it; the first has none. */
export function operands(
  syntax: Syntax,
  operators: readonly BinaryOperator[],
): readonly { readonly operator: BinaryOperator | null; readonly of: Syntax; readonly end: number }[] {
  const found: { operator: BinaryOperator | null; of: Syntax; end: number }[] = []
  let left = syntax
  while (left.kind === 'binary' && operators.includes(left.operator)) {
    found.push({ operator: left.operator, of: left.right, end: left.end })
    left = left.left
  }
  found.push({ operator: null, of: left, end: left.end })
  return found.toReversed()
}
