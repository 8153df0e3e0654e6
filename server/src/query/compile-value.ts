import { type Comparison, type Expression, ownComparison, type ValueType } from '@plinth/schema'
import { join, param, raw, sql } from '../database/sql.ts'
import { compileCount } from './compile-many.ts'
import { compilePath } from './compile-path.ts'
import { compileMilliseconds, isCalculated } from './compile-time.ts'
import type { Compiler } from './compiler.ts'
import { parameters, type Run, type Sql } from './run.ts'

/**
 * Compiles an expression to an SQL value, read as `as` says. Instants that are calculated are milliseconds since 1970 as
 * numeric (see `compileMilliseconds`): PostgreSQL's own times plus intervals could leave their range and fail.
 */
export function compileValue(expression: Expression, as: Comparison, compiler: Compiler): Sql {
  switch (expression.kind) {
    case 'literal':
      return compileLiteral(expression.value, as)
    case 'path':
      return converted(compilePath(expression, compiler), expression, as)
    case 'now':
      return sql`${parameters.now}`
    case 'today':
      return as === 'time' ? midnight(sql`${parameters.today}`) : sql`${parameters.today}`
    case 'userRoles':
      return sql`${parameters.userRoles}`
    case 'userVerified':
      return sql`${parameters.userVerified}`
    case 'lower':
      return lowerCase(expression.of, compiler)
    case 'length':
      return numeric(sql`char_length(${compileValue(expression.of, 'text', compiler)})`, as)
    case 'count':
      return numeric(compileCount(expression, compiler), as)
    case 'arithmetic':
      return compileArithmetic(expression, as, compiler)
    case 'distance':
      return compileDistance(expression, compiler)
    case 'list':
      // As a preset fills it in; comparisons with a list compile its items one by one.
      return sql`array[${join(
        expression.items.map((item) => compileValue(item, 'text', compiler)),
        ', ',
      )}]::text[]`
    default:
      return sql`((${compiler.language.condition(expression, compiler)}) is true)`
  }
}

const literalTypes: { readonly [C in Comparison]: string } = {
  text: 'text',
  exact: 'numeric',
  float: 'float8',
  boolean: 'boolean',
  time: 'timestamptz',
  date: 'date',
  duration: 'numeric',
  id: 'uuid',
  json: 'jsonb',
  geopoint: 'jsonb',
  list: 'text[]',
}

function compileLiteral(value: string | number | boolean | null, as: Comparison): Sql {
  if (value === null) return raw(`null::${literalTypes[as]}`)
  if (as === 'time') return sql`${param<Run>('timestamptz', () => toIsoText(value))}`
  // A bigint column is only found by its index if it is compared with a bigint.
  const type = as === 'exact' && /^-?\d{1,15}$/.test(String(value)) ? 'bigint' : literalTypes[as]
  return sql`${param<Run>(type, () => String(value))}`
}

/** Datetime literals are milliseconds; a date next to a time is its midnight, UTC. */
const toIsoText = (value: string | number | boolean): string =>
  typeof value === 'number' ? new Date(value).toISOString() : `${value}T00:00:00Z`

function converted(value: Sql, expression: Expression, as: Comparison): Sql {
  const { kind } = expression.type
  if (as === 'float' && kind !== 'float') return asFloat(value)
  if (as === 'time' && kind === 'date') return midnight(value)
  return value
}

const numeric = (value: Sql, as: Comparison): Sql => (as === 'float' ? sql`(${value})::float8` : value)

/** Decimals have no bounds and doubles do; a cast out of them would raise. Doubles end at ±1e300 here, as float fields do. */
const asFloat = (exact: Sql): Sql =>
  sql`(case when abs(${exact}) > 1e300 then sign(${exact}) * 1e300 when abs(${exact}) < 1e-300 then 0 else ${exact} end)::float8`

const midnight = (date: Sql): Sql => sql`(${date}::timestamp at time zone 'UTC')`

/** Unicode's lower case by ICU's root locale, which JavaScript's `toLowerCase` follows as well. */
export const lowerCase = (expression: Expression, compiler: Compiler): Sql =>
  sql`lower(${compileValue(expression, 'text', compiler)} collate "und-x-icu")`

type Arithmetic = Extract<Expression, { kind: 'arithmetic' }>

function compileArithmetic(expression: Arithmetic, as: Comparison, compiler: Compiler): Sql {
  const sign = raw(expression.operator)
  if (expression.as === 'time') return compileMilliseconds(expression, compiler)
  if (expression.as === 'date') {
    const days = sql`floor(${compileMilliseconds(expression.right, compiler)} / 86400000)::int`
    const day = sql`(${compileValue(expression.left, 'date', compiler)} ${sign} ${days})`
    return as === 'time' ? midnight(day) : day
  }
  const type = raw(expression.as === 'float' ? 'float8' : 'numeric')
  const [left, right] = [expression.left, expression.right].map((side) => compileValue(side, expression.as, compiler))
  const sum = sql`(${left ?? raw('null')}::${type} ${sign} ${right ?? raw('null')}::${type})`
  return as === 'float' && expression.as !== 'float' ? asFloat(sum) : sum
}

/**
 * Great-circle distance in metres by the haversine formula; `least` keeps rounding from leaving the domain of asin, but would
 * also make a distance of nothing. R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68 (1984).
 */
function compileDistance(expression: Extract<Expression, { kind: 'distance' }>, compiler: Compiler): Sql {
  const point = compileValue(expression.of, 'geopoint', compiler)
  const latitude = sql`(${point} ->> 'lat')::float8`
  const longitude = sql`(${point} ->> 'lon')::float8`
  const [toLatitude, toLongitude] = [expression.latitude, expression.longitude].map((side) =>
    compileValue(side, 'float', compiler),
  )
  const lat = toLatitude ?? raw('null')
  const lon = toLongitude ?? raw('null')
  const half = sql`(power(sin(radians(${lat} - ${latitude}) / 2), 2) + cos(radians(${latitude})) * cos(radians(${lat})) * power(sin(radians(${lon} - ${longitude}) / 2), 2))`
  return sql`(case when ${point} is not null then 2 * 6371008.8 * asin(least(1, sqrt(${half}))) end)`
}

/** An expression's value in the form a column stores; times that are calculated become PostgreSQL's again. */
export function compileStored(expression: Expression, kind: ValueType['kind'], compiler: Compiler): Sql {
  return kind === 'datetime' && isCalculated(expression)
    ? sql`to_timestamp((${compileMilliseconds(expression, compiler)} / 1000)::float8)`
    : sql`(${compileValue(expression, ownComparison(kind) ?? 'list', compiler)})`
}
