import type { Expression } from '@plinth/schema'
import { raw, sql } from '../database/sql.ts'
import { reachHops, sourceOf } from './compile-path.ts'
import { compileMilliseconds, isCalculated } from './compile-time.ts'
import { compileValue } from './compile-value.ts'
import type { Compiler } from './compiler.ts'
import { parameters, type Sql } from './run.ts'

type Compare = Extract<Expression, { kind: 'compare' }>

/** Equality and order. `null` equals null, and is neither below nor above anything. */
export function compileComparison(expression: Compare, compiler: Compiler): Sql {
  const special = compileAgainstCalculatedNow(expression, compiler) ?? compileRelatedComparison(expression, compiler)
  if (special) return special
  const { operator, left, right } = expression
  if (isNull(left) || isNull(right)) return compareWithNull(expression, compiler)
  const sides = compileSides(expression, compiler)
  if (operator === '=') {
    const certain = neverNull(left, compiler) || neverNull(right, compiler)
    return certain ? sql`${sides.left} = ${sides.right}` : sql`(${sides.left} is not distinct from ${sides.right})`
  }
  const compared = sql`${sides.left} ${raw(operator)} ${sides.right}`
  const bothMayBeNull = !neverNull(left, compiler) && !neverNull(right, compiler)
  if (operator === '<' || operator === '>' || !bothMayBeNull) return compared
  return sql`(${compared} or (${sides.left} is null and ${sides.right} is null))`
}

/**
 * `author.team.name = 'ops'` as `exists (…)`, which PostgreSQL can turn into a join that starts at the teams; a sub-select
 * for the value would be run for every post. Only where null on the path's side makes it false anyway.
 */
function compileRelatedComparison(expression: Compare, compiler: Compiler): Sql | null {
  const { left, right } = expression
  const path = isRelated(left) ? left : isRelated(right) ? right : null
  const other = path === left ? right : left
  if (!path || !isConstant(other, compiler)) return null
  const { from, condition, last } = reachHops(sourceOf('record', compiler), path.hops, compiler)
  const near = { ...path, hops: [] }
  const sides = path === left ? { left: near, right } : { left, right: near }
  const compared = compileComparison({ ...expression, ...sides }, { ...compiler, record: last })
  return sql`exists (select 1 from ${from} where ${condition} and ${compared})`
}

const isRelated = (expression: Expression): expression is Extract<Expression, { kind: 'path' }> =>
  expression.kind === 'path' && expression.root === 'record' && expression.hops.length > 0

/** A value that is not null and does not come from the record. */
const isConstant = (expression: Expression, compiler: Compiler): boolean =>
  neverNull(expression, compiler) &&
  (expression.kind !== 'path' || expression.root === 'user') &&
  expression.kind !== 'count'

const isNull = (expression: Expression): boolean => expression.kind === 'literal' && expression.value === null

/** `x = null`; and as `a <= b` means `a < b || a = b`, `x <= null` says the same. */
function compareWithNull({ operator, as, left, right }: Compare, compiler: Compiler): Sql {
  if (operator === '<' || operator === '>') return raw('false')
  if (isNull(left) && isNull(right)) return raw('true')
  return sql`${compileValue(isNull(left) ? right : left, as, compiler)} is null`
}

function compileSides(expression: Compare, compiler: Compiler): { readonly left: Sql; readonly right: Sql } {
  const { operator, as } = expression
  if (as === 'duration' || (as === 'time' && [expression.left, expression.right].some(isCalculated))) {
    return {
      left: compileMilliseconds(expression.left, compiler),
      right: compileMilliseconds(expression.right, compiler),
    }
  }
  const left = compileValue(expression.left, as, compiler)
  const right = compileValue(expression.right, as, compiler)
  // By code point. Equality needs no collation (and without one can use the column's index), unless two columns' own
  // collations would contradict each other.
  const literal = expression.left.kind === 'literal' || expression.right.kind === 'literal'
  if (as !== 'text' || (operator === '=' && literal)) return { left, right }
  return { left: sql`(${left}) collate "C"`, right: sql`(${right}) collate "C"` }
}

/** `created > @now - 7d` compares the column itself with a value worked out before the statement runs, for the index. */
function compileAgainstCalculatedNow(expression: Compare, compiler: Compiler): Sql | null {
  if (expression.as !== 'time' || isCalculated(expression.left) || !isCalculated(expression.right)) return null
  const milliseconds = fromNow(expression.right)
  if (milliseconds === null) return null
  const left = compileValue(expression.left, 'time', compiler)
  const right = sql`${parameters.now} + ${raw(intervalOf(milliseconds))}`
  return sql`${left} ${raw(expression.operator)} ${right}`
}

/** In days and the rest of one: before PostgreSQL 15 the milliseconds of an interval had to fit 32 bits. All is in UTC. */
const intervalOf = (milliseconds: number): string =>
  `interval '${Math.trunc(milliseconds / millisecondsADay)} days ${milliseconds % millisecondsADay} milliseconds'`

const millisecondsADay = 86_400_000

/** The milliseconds in `@now - 7d`, or null if it is something else. Durations are bounded, so this stays in range. */
function fromNow(expression: Expression): number | null {
  if (expression.kind === 'now') return 0
  if (expression.kind !== 'arithmetic' || expression.right.kind !== 'literal') return null
  const base = fromNow(expression.left)
  const duration = Number(expression.right.value)
  if (base === null || expression.right.type.kind !== 'duration' || !Number.isSafeInteger(duration)) return null
  return expression.operator === '+' ? base + duration : base - duration
}

/** Whether a value is certainly not null: a rule that needs a user is only asked where there is one. */
function neverNull(expression: Expression, compiler: Compiler): boolean {
  if (expression.kind === 'literal') return expression.value !== null
  if (expression.kind === 'path') {
    if (expression.hops.length > 0) return false
    if (expression.root === 'user') return expression.field === 'id'
    return !sourceOf(expression.root, compiler).nullable(expression.field)
  }
  return expression.kind === 'now' || expression.kind === 'today' || expression.kind === 'count'
}
