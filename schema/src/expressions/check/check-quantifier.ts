import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { Quantifier, Syntax } from '../syntax-tree.ts'
import { checkCondition } from './check-condition.ts'
import { checkManyPath } from './check-path.ts'
import type { Context } from './context.ts'

type CallSyntax = Extract<Syntax, { kind: 'call' }>

/** Checks `any(relation, condition)` and its kin; within the condition, fields are those of one related record. */
export function checkQuantifier(syntax: CallSyntax, quantifier: Quantifier, context: Context): Expression {
  const [relation, condition] = syntax.args
  if (relation === undefined || condition === undefined || syntax.args.length !== 2)
    throw new ExpressionError(`write ${quantifier}(relation, condition)`, syntax)

  const over = checkManyPath(relation, context)
  const hops = context.hops + over.hops.length + 1
  if (hops > context.limits.hops)
    throw new ExpressionError(`at most ${context.limits.hops} steps through relations are allowed`, relation)
  const where = checkCondition(condition, { ...context, record: over.to, hops, inQuantifier: true })

  const { start, end } = syntax
  const type = { kind: 'boolean' } as const
  if (quantifier !== 'none') return { kind: 'quantifier', quantifier, over, where, type, start, end }
  return { kind: 'not', of: { kind: 'quantifier', quantifier: 'any', over, where, type, start, end }, type, start, end }
}

/** Checks `count(relation)`. */
export function checkCount(syntax: CallSyntax, context: Context): Expression {
  const [relation] = syntax.args
  if (relation === undefined || syntax.args.length !== 1) throw new ExpressionError('write count(relation)', syntax)
  const over = checkManyPath(relation, context)
  if (context.hops + over.hops.length + 1 > context.limits.hops)
    throw new ExpressionError(`at most ${context.limits.hops} steps through relations are allowed`, relation)
  return { kind: 'count', over, type: { kind: 'integer' }, start: syntax.start, end: syntax.end }
}
