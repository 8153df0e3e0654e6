import { type Expression, midnight } from '@plinth/schema'
import type { Compute } from './predicate-input.ts'
import { readPath } from './read-path.ts'

const day = 86_400_000

/** Dates (as their midnight, UTC), datetimes and durations, all in milliseconds. */
export function compileTime(expression: Expression): Compute<number> {
  switch (expression.kind) {
    case 'literal':
      return constantTime(expression.value)
    case 'now':
      return ({ now }) => now.getTime()
    case 'today':
      return ({ now }) => Math.floor(now.getTime() / day) * day
    case 'arithmetic':
      return timeSum(expression)
    case 'path':
      return storedTime(expression)
    default:
      throw new TypeError(`"${expression.kind}" is no time`)
  }
}

function constantTime(value: string | number | boolean | null): Compute<number> {
  const milliseconds = value === null ? null : typeof value === 'number' ? value : midnight(String(value))
  return () => milliseconds
}

function storedTime(expression: Extract<Expression, { kind: 'path' }>): Compute<number> {
  const read = readPath(expression)
  const parse = expression.type.kind === 'date' ? midnight : Date.parse
  return (input) => {
    const value = read(input)
    return value === null ? null : parse(String(value))
  }
}

function timeSum({ operator, left, right }: Extract<Expression, { kind: 'arithmetic' }>): Compute<number> {
  const [one, other, sign] = [compileTime(left), compileTime(right), operator === '+' ? 1 : -1]
  return (input) => {
    const [a, b] = [one(input), other(input)]
    return a === null || b === null ? null : a + sign * b
  }
}
