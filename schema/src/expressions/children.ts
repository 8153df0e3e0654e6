import type { Expression } from './expression.ts'

/** The expressions directly within an expression; a quantifier's condition is one of them. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'path':
    case 'now':
    case 'today':
    case 'userRoles':
    case 'userVerified':
    case 'count':
      return []
    case 'list':
    case 'and':
    case 'or':
      return expression.items
    case 'compare':
    case 'contains':
    case 'in':
    case 'arithmetic':
      return [expression.left, expression.right]
    case 'not':
    case 'lower':
    case 'length':
      return [expression.of]
    case 'startsWith':
    case 'endsWith':
      return [expression.of, expression.with]
    case 'changed':
      return [expression.of, expression.was]
    case 'distance':
      return [expression.of, expression.latitude, expression.longitude]
    case 'search':
      return expression.fields
    case 'quantifier':
      return [expression.where]
  }
}

/** Whether the test holds for the expression or for anything in it. */
export const someExpression = (expression: Expression, test: (part: Expression) => boolean): boolean =>
  test(expression) || childrenOf(expression).some((child) => someExpression(child, test))
