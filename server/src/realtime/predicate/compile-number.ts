import type { Expression } from '@plinth/schema'
import { countCodePoints } from './compare-text.ts'
import { compileText } from './compile-text.ts'
import { distanceBetween, type Geopoint } from './distance.ts'
import { addExact, type Exact, exactToFloat, parseExact } from './exact.ts'
import type { Compute } from './predicate-input.ts'
import { OutsideRecord, readPath } from './read-path.ts'

/**
 * Whole numbers that doubles hold exactly, which is most of what rules compare; null where the expression may leave that
 * range, and `compileExact` is needed.
 */
export function compileSafeInteger(expression: Expression): Compute<number> | null {
  if (expression.kind === 'literal' && expression.value === null) return () => null
  if (expression.type.kind !== 'integer') return null
  if (expression.kind === 'length') return lengthOf(expression.of)
  if (expression.kind === 'path') return toNumber(readPath(expression))
  if (expression.kind !== 'literal' || !Number.isSafeInteger(Number(expression.value))) return null
  const value = Number(expression.value)
  return () => value
}

/** Whole and decimal numbers, of any size. */
export function compileExact(expression: Expression): Compute<Exact> {
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : parseExact(String(expression.value))
    return () => value
  }
  if (expression.kind === 'arithmetic') return exactSum(expression)
  if (expression.kind === 'count') throw new OutsideRecord()
  const read = expression.kind === 'length' ? lengthOf(expression.of) : pathOf(expression)
  return (input) => {
    const value = read(input)
    return value === null ? null : parseExact(typeof value === 'number' ? value : String(value))
  }
}

/** Any number as a double. */
export function compileFloat(expression: Expression): Compute<number> {
  const { kind } = expression.type
  if (kind === 'integer' || kind === 'decimal') return floatOf(compileExact(expression))
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : Number(expression.value)
    return () => value
  }
  if (expression.kind === 'arithmetic') return floatSum(expression)
  if (expression.kind === 'distance') return distanceOf(expression)
  return toNumber(pathOf(expression))
}

type Arithmetic = Extract<Expression, { kind: 'arithmetic' }>

function exactSum({ operator, left, right }: Arithmetic): Compute<Exact> {
  const [one, other, sign] = [compileExact(left), compileExact(right), operator === '+' ? 1n : -1n] as const
  return (input) => {
    const [a, b] = [one(input), other(input)]
    return a === null || b === null ? null : addExact(a, b, sign)
  }
}

function floatSum({ operator, left, right }: Arithmetic): Compute<number> {
  const [one, other, sign] = [compileFloat(left), compileFloat(right), operator === '+' ? 1 : -1]
  return (input) => {
    const [a, b] = [one(input), other(input)]
    return a === null || b === null ? null : a + sign * b
  }
}

function distanceOf({ of, latitude, longitude }: Extract<Expression, { kind: 'distance' }>): Compute<number> {
  const read = pathOf(of)
  const [lat, lon] = [compileFloat(latitude), compileFloat(longitude)]
  return (input) => {
    // A place has this form by the field's own check.
    const from = read(input) as Geopoint | null
    return from === null ? null : distanceBetween(from, { lat: lat(input) ?? 0, lon: lon(input) ?? 0 })
  }
}

function lengthOf(of: Expression): Compute<number> {
  const text = compileText(of)
  return (input) => {
    const value = text(input)
    return value === null ? null : countCodePoints(value)
  }
}

const floatOf =
  (exact: Compute<Exact>): Compute<number> =>
  (input) => {
    const value = exact(input)
    return value === null ? null : exactToFloat(value)
  }

const toNumber =
  (read: Compute<unknown>): Compute<number> =>
  (input) => {
    const value = read(input)
    return value === null ? null : Number(value)
  }

function pathOf(expression: Expression): Compute<unknown> {
  if (expression.kind !== 'path') throw new TypeError(`"${expression.kind}" is no number`)
  return readPath(expression)
}
