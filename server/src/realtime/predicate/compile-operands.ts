import type { Comparison, Expression } from '@plinth/schema'
import { compareText } from './compare-text.ts'
import { compileExact, compileFloat, compileSafeInteger } from './compile-number.ts'
import { compileText } from './compile-text.ts'
import { compileTime } from './compile-time.ts'
import type { Geopoint } from './distance.ts'
import { compareExact, type Exact } from './exact.ts'
import type { Compute } from './predicate-input.ts'
import { readPath } from './read-path.ts'

/** How the values of a comparison are computed and compared; neither function is ever given null. */
export interface Operands {
  readonly computes: readonly Compute<unknown>[]
  readonly same: (left: unknown, right: unknown) => boolean
  /** Below, at or above zero; without meaning where there is no order. */
  readonly order: (left: unknown, right: unknown) => number
}

/** Makes the values of one comparison comparable. `compileBoolean` comes from outside, since conditions are values too. */
export function compileOperands(
  as: Comparison,
  expressions: readonly Expression[],
  compileBoolean: (expression: Expression) => Compute<boolean>,
): Operands {
  switch (as) {
    case 'exact':
      return exactOperands(expressions)
    case 'float':
      return operands(expressions.map(compileFloat), isSame, difference)
    case 'date':
    case 'time':
    case 'duration':
      return operands(expressions.map(compileTime), isSame, difference)
    case 'text':
    case 'id':
      return operands(expressions.map(compileText), isSame, compareText)
    case 'boolean':
      return operands(expressions.map(compileBoolean), isSame)
    case 'geopoint':
      return operands(expressions.map(compileGeopoint), samePlace)
    case 'list':
      return operands(expressions.map(compileList), sameList)
    case 'json':
      // JSON is compared with null alone, so two values that are not null never meet.
      return operands(expressions.map(compileStored), () => false)
  }
}

function exactOperands(expressions: readonly Expression[]): Operands {
  const safe = expressions.map(compileSafeInteger).filter((compute) => compute !== null)
  if (safe.length === expressions.length) return operands(safe, isSame, difference)
  const same = (left: Exact, right: Exact) => compareExact(left, right) === 0
  return operands(expressions.map(compileExact), same, compareExact)
}

/** Text that a list field holds, or `@user.roles`. */
export function compileList(expression: Expression): Compute<readonly unknown[]> {
  if (expression.kind === 'userRoles') return ({ roles }) => roles
  const read = compileStored(expression)
  return (input) => {
    const value = read(input)
    return Array.isArray(value) ? value : null
  }
}

function compileStored(expression: Expression): Compute<unknown> {
  if (expression.kind === 'literal') return () => expression.value
  if (expression.kind !== 'path') throw new TypeError(`"${expression.kind}" is not stored`)
  return readPath(expression)
}

// A place has this form by the field's own check.
const compileGeopoint = (expression: Expression): Compute<Geopoint> => compileStored(expression) as Compute<Geopoint>

const samePlace = (left: Geopoint, right: Geopoint): boolean => left.lat === right.lat && left.lon === right.lon

const sameList = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, at) => item === right[at])

const isSame = (left: unknown, right: unknown): boolean => left === right
const difference = (left: number, right: number): number => left - right

/** Forgets the type of the values, since both sides of a comparison are computed by the same function. */
const operands = <Value>(
  computes: readonly Compute<Value>[],
  same: (left: Value, right: Value) => boolean,
  order: (left: Value, right: Value) => number = () => 0,
): Operands => ({
  computes,
  same: same as Operands['same'],
  order: order as Operands['order'],
})
