import type { Expression } from '../expression.ts'
import type { ExpressionLimits } from '../limits.ts'
import type { Scope } from '../scope.ts'
import type { Syntax } from '../syntax-tree.ts'

/** Where in an expression the checker is. */
export interface Context {
  readonly text: string
  readonly scope: Scope
  readonly limits: ExpressionLimits
  /** The collection that plain fields belong to: the scope's, or within a quantifier the related one. */
  readonly record: string | null
  /** Steps through relations that the quantifiers around took. */
  readonly hops: number
  readonly inQuantifier: boolean
  /** Checks any piece of syntax. It travels in the context so that the files of this folder need not import each other. */
  readonly check: (syntax: Syntax, context: Context) => Expression
}
