import { Expr } from './expr.ts'
import { fieldPath } from './field-path.ts'
import { Exact, literal } from './literal.ts'

type Members = Readonly<Record<string, unknown>>
type Operator = (path: string, operand: unknown) => string

const comparison =
  (symbol: string): Operator =>
  (path, operand) =>
    `${path} ${symbol} ${literal(operand)}`

const call =
  (name: string): Operator =>
  (path, operand) =>
    `${name}(${path}, ${literal(operand)})`

const quantifier =
  (name: string): Operator =>
  (path, operand) =>
    `${name}(${path}, ${compileWhere(operand)})`

/** What stands in an object below a field, besides the names of further fields. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ['not', comparison('!=')],
  ['gt', comparison('>')],
  ['gte', comparison('>=')],
  ['lt', comparison('<')],
  ['lte', comparison('<=')],
  ['in', listComparison('in')],
  ['notIn', listComparison('not in')],
  ['contains', comparison('~')],
  ['notContains', comparison('!~')],
  ['startsWith', call('startsWith')],
  ['endsWith', call('endsWith')],
  ['has', (path, operand) => `${literal(operand)} in ${path}`],
  ['any', quantifier('any')],
  ['all', quantifier('all')],
  ['none', quantifier('none')],
  ['near', near],
])

/**
 * The filter that a typed `where` means.
 *
 * @param path leads to the record whose fields are named, where that is not the record itself
 * @throws TypeError for undefined, so that a condition that is missing never means "all", and for what is no field or value
 */
export function compileWhere(where: unknown, path = ''): string {
  if (where === true) return 'true'
  if (where instanceof Expr) {
    if (path !== '')
      throw new TypeError(`An expr names fields of the record itself: put it beside "${path}", not into it.`)
    return `(${where.text})`
  }
  if (!isMembers(where)) throw new TypeError('`where` is an object such as { status: "draft" }, or an expr`…`.')
  const conditions = Object.entries(where).map(([key, value]) => compileEntry(path, key, value))
  return allOf(conditions)
}

/** No condition holds always, so that a write to many can tell that nothing was asked for. */
function allOf(conditions: readonly string[]): string {
  const given = conditions.filter((condition) => condition !== 'true')
  return given.length === 0 ? 'true' : given.join(' && ')
}

/** None of no conditions holds. */
function anyOf(conditions: readonly string[]): string {
  if (conditions.includes('true')) return 'true'
  return conditions.length === 0 ? 'false' : `(${conditions.join(' || ')})`
}

function compileEntry(path: string, key: string, value: unknown): string {
  if (key === 'AND') return allOf(compileEach(path, key, value))
  if (key === 'OR') return anyOf(compileEach(path, key, value))
  if (key === 'NOT') return inverted(compileWhere(value, path))
  return compileCondition(fieldPath(path, key), value)
}

function compileEach(path: string, key: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`${key} takes a list of conditions.`)
  return value.map((each) => compileWhere(each, path)).map((each) => (isConstant(each) ? each : `(${each})`))
}

const isConstant = (filter: string): boolean => filter === 'true' || filter === 'false'

function inverted(filter: string): string {
  if (isConstant(filter)) return filter === 'true' ? 'false' : 'true'
  return `!(${filter})`
}

function compileCondition(path: string, value: unknown): string {
  if (value === undefined) throw new TypeError(`where: "${path}" is undefined. Leave it out, or compare with null.`)
  if (Array.isArray(value)) throw new TypeError(`where: "${path}" is compared with a list; write { in: […] }.`)
  if (!isMembers(value)) return `${path} = ${literal(value)}`
  const entries = Object.entries(value)
  if (entries.length === 0) throw new TypeError(`where: "${path}" has no condition.`)
  return entries.map(([key, operand]) => compileOperator(path, key, operand)).join(' && ')
}

function compileOperator(path: string, key: string, operand: unknown): string {
  if (operand === undefined) throw new TypeError(`where: "${key}" of "${path}" is undefined. Leave it out.`)
  return operators.get(key)?.(path, operand) ?? compileEntry(path, key, operand)
}

function listComparison(symbol: string): Operator {
  return (path, operand) => {
    if (!Array.isArray(operand)) throw new TypeError(`where: "${path}" takes a list here.`)
    return `${path} ${symbol} ${literal(operand)}`
  }
}

/** Within so many metres of a place. */
function near(path: string, operand: unknown): string {
  const { lat, lon, within } = isMembers(operand) ? operand : {}
  return `distance(${path}, ${literal(lat)}, ${literal(lon)}) <= ${literal(within)}`
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date || value instanceof Exact || value instanceof Expr) &&
  !Array.isArray(value)
