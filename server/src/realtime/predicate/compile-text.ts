import type { Expression } from '@plinth/schema'
import type { Compute } from './predicate-input.ts'
import { readPath } from './read-path.ts'

/** Text, choices and ids. */
export function compileText(expression: Expression): Compute<string> {
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : String(expression.value)
    return () => value
  }
  if (expression.kind === 'lower') return lowerOf(compileText(expression.of))
  if (expression.kind !== 'path') throw new TypeError(`"${expression.kind}" is no text`)
  const read = readPath(expression)
  return (input) => {
    const value = read(input)
    return value === null ? null : String(value)
  }
}

export const lowerOf =
  (text: Compute<string>): Compute<string> =>
  (input) =>
    text(input)?.toLowerCase() ?? null
