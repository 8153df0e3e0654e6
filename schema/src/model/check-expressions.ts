import type { Fault } from '../errors/problem.ts'
import { checkExpression } from '../expressions/check.ts'
import type { Expression } from '../expressions/expression.ts'
import { ExpressionError } from '../expressions/expression-error.ts'
import type { Scope } from '../expressions/scope.ts'
import type { ValueType } from '../expressions/value-type.ts'

/** Checks one expression of a document: the checked one, or null after its fault has been noted. */
export type Check = (path: string, text: string, scope: Scope, expected?: ValueType | 'value') => Expression | null

/** A `Check` that puts the faults of all expressions into one list. */
export const checkInto =
  (faults: Fault[]): Check =>
  (path, text, scope, expected) => {
    try {
      return checkExpression(text, scope, expected)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      faults.push(expressionFault(path, error))
      return null
    }
  }

const expressionFault = (path: string, { message, span }: ExpressionError): Fault => ({
  path,
  code: 'invalidExpression',
  message: `At character ${span.start + 1}: ${message}.`.replace(/([?.])\.$/, '$1'),
})
