import type { Span } from './syntax-tree.ts'

/** A fault in an expression's text: what is wrong, where, and, where one is known, what to put in its place. */
export class ExpressionError extends Error {
  readonly span: Span
  /** The text that could stand in place of the span. */
  readonly suggestion?: string

  constructor(message: string, span: Span, suggestion?: string) {
    super(message)
    this.name = 'ExpressionError'
    this.span = { start: span.start, end: span.end }
    if (suggestion !== undefined) this.suggestion = suggestion
  }
}
