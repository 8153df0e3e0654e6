import { ExpressionError } from '../../../src/index.ts'

/** The error that `run` throws, as `message @ marked text`, so that tables show message and position at once. */
export function errorOf(text: string, run: (text: string) => unknown): string {
  try {
    run(text)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return `${error.message} @ ${text.slice(error.span.start, error.span.end)}`
  }
  return 'no error'
}
