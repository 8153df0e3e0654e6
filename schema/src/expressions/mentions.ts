import { someExpression } from './children.ts'
import type { Expression, PathRoot } from './expression.ts'

/** Whether the expression names a field of the record, of the old record, or of the user (roles are no field). */
export const mentionsRoot = (expression: Expression, root: PathRoot): boolean =>
  someExpression(expression, (part) => rootOf(part) === root)

/** Whether the value depends on the moment at which it is asked for. */
export const mentionsTime = (expression: Expression): boolean =>
  someExpression(expression, ({ kind }) => kind === 'now' || kind === 'today')

/**
 * Whether the record, the old record and the user as they travel on the wire are enough to decide: no relation is
 * followed. JSON counts as outside where it is compared as a whole, since its numbers would lose digits in JavaScript.
 */
export const staysWithinRecord = (expression: Expression): boolean => !someExpression(expression, reachesOut)

function reachesOut(part: Expression): boolean {
  if (part.kind === 'quantifier' || part.kind === 'count') return true
  if (part.kind === 'changed') return part.of.type.kind === 'json'
  return part.kind === 'path' && (part.hops.length > 0 || part.type.kind === 'records')
}

function rootOf(part: Expression): PathRoot | null {
  if (part.kind === 'path') return part.root
  if (part.kind === 'userVerified') return 'user'
  return part.kind === 'quantifier' || part.kind === 'count' ? part.over.root : null
}
