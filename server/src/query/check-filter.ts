import { checkExpression, errors, type Expression, ExpressionError, foldAbsentUser, type Problem } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { callerScope } from './caller-scope.ts'

/**
 * Checks a caller's filter against what the caller may see. What asks about the user is false where there is none.
 *
 * @throws Problem invalidExpression with the position of the fault
 */
export function checkFilter(access: Access, collection: string, text: string): Expression {
  try {
    const filter = checkExpression(text, callerScope(access, collection))
    return access.hasUser ? filter : foldAbsentUser(filter)
  } catch (error) {
    throw error instanceof ExpressionError ? invalidFilter(text, error) : error
  }
}

function invalidFilter(text: string, error: ExpressionError): Problem {
  const { start, end } = error.span
  const where = text.slice(start, Math.min(end, start + 80))
  return errors.invalidExpression(
    { reason: `The filter has a fault at position ${start + 1}${where === '' ? '' : ` (${where})`}: ${error.message}` },
    {
      errors: [{ path: 'filter', code: 'invalidExpression', message: error.message }],
      extra: { position: { start, end }, ...(error.suggestion !== undefined && { suggestion: error.suggestion }) },
    },
  )
}
