import { errors, type Expression, type ValueType } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { type CompiledSql, compileSql, identifier, join, param, quoteLiteral, raw, sql } from '../database/sql.ts'
import { type CallerPath, compileCallerPath, resolveCallerPath } from './caller-path.ts'
import { compileCondition } from './compile-expression.ts'
import { aliases, type Compiler } from './compiler.ts'
import { jsonList } from './json-list.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import { tableReference } from './table-reference.ts'

export const aggregateFunctions = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'] as const
export type AggregateFunction = (typeof aggregateFunctions)[number]
export type Period = 'day' | 'week' | 'month'

interface Path extends CallerPath {
  /** As the caller wrote it: the member's name in the answer. */
  readonly text: string
}

export interface Aggregate {
  readonly function: AggregateFunction
  /** Null for `count=*`. */
  readonly path: Path | null
}

export interface Group extends Path {
  readonly period: Period | null
}

export interface AggregateQuery {
  readonly collection: string
  readonly filter: Expression | null
  readonly aggregates: readonly Aggregate[]
  readonly groups: readonly Group[]
  readonly timeZone: string
}

const numbers: readonly ValueType['kind'][] = ['integer', 'decimal', 'float']
const ordered: readonly ValueType['kind'][] = [...numbers, 'text', 'choice', 'date', 'datetime']
const plain: readonly ValueType['kind'][] = [...ordered, 'boolean', 'id', 'record']
const accepted: { readonly [F in AggregateFunction]: readonly ValueType['kind'][] } = {
  count: plain,
  countDistinct: plain,
  sum: numbers,
  avg: numbers,
  min: ordered,
  max: ordered,
}

/**
 * One aggregate as written in a query string: `count=*`, `sum=views`, `max=author.age`.
 *
 * @throws Problem invalidParameter
 */
export function parseAggregate(access: Access, collection: string, name: AggregateFunction, text: string): Aggregate {
  if (name === 'count' && text === '*') return { function: name, path: null }
  const path = resolvePath(access, collection, name, text)
  if (!accepted[name].includes(path.type.kind)) {
    throw errors.invalidParameter({ name, reason: `"${text}" is of a type that ${name} cannot be taken of.` })
  }
  return { function: name, path }
}

const memberNames: readonly string[] = [...aggregateFunctions, 'countOf']

/** One key of `group`: a field, a path through relations, or a period of a time, `created:month`. */
export function parseGroup(access: Access, collection: string, text: string): Group {
  if (memberNames.includes(text)) throw invalidGroup(`"${text}" is the name of a member of the answer already.`)
  const [pathText = '', period, ...rest] = text.split(':')
  const path = resolvePath(access, collection, 'group', pathText)
  if (!plain.includes(path.type.kind)) throw invalidGroup(`"${pathText}" is of a type that cannot be grouped by.`)
  if (period === undefined) return { ...path, text, period: null }
  if (!isPeriod(period) || rest.length > 0) throw invalidGroup(`a period is day, week or month, as in created:month.`)
  if (path.type.kind !== 'datetime' && path.type.kind !== 'date') throw invalidGroup(`"${pathText}" is not a time.`)
  return { ...path, text, period }
}

const isPeriod = (text: string): text is Period => text === 'day' || text === 'week' || text === 'month'
const invalidGroup = (reason: string) => errors.invalidParameter({ name: 'group', reason })

function resolvePath(access: Access, collection: string, parameter: string, text: string): Path {
  const trimmed = text.trim()
  return { ...resolveCallerPath(access, collection, parameter, trimmed), text: trimmed }
}

/**
 * Aggregates over the records and fields the caller may see: a row `[version, items as JSON text]`. Each item is
 * `{ group…, count, sum: { views } }`; sums and averages of decimals are exact and travel as text.
 */
export function compileAggregate(access: Access, query: AggregateQuery): CompiledSql<Run> {
  const next = aliases()
  const { from, source } = tableReference(access, query.collection, 'r', next)
  const compiler = compilerFor(access, next, source)
  const filter = query.filter ? compileCondition(query.filter, compiler) : raw('true')
  const groups = query.groups.map((group) => compileGroup(group, query.timeZone, compiler))
  const keys = groups.map((_, i) => identifier(`group ${i}`))
  const inner = query.aggregates.map(
    (aggregate, i) => sql`${compilePathOf(aggregate.path, compiler)} as ${identifier(`value ${i}`)}`,
  )
  const outer = [
    ...query.groups.map(
      (group, i) => sql`${wire(group, sql`${identifier(`group ${i}`)}`)} as ${identifier(group.text)}`,
    ),
    ...compileMembers(query.aggregates),
  ]
  const columns = [...groups.map((group, i) => sql`${group} as ${identifier(`group ${i}`)}`), ...inner]
  // No member of an item can have a name with a space, so this one means the whole item.
  const group = identifier('one group')
  const grouped = keys.length === 0 ? raw('') : sql` group by ${join(keys, ', ')} order by ${join(keys, ', ')}`
  const items = sql`
        select row_to_json(${group}) as item
        from (
          select ${join(outer, ', ')}
          from (select ${join(columns, ', ')} from ${from} where ${filter}) as i${grouped}
          limit ${parameters.limit}
        ) as ${group}`
  const texts = [...query.groups, ...query.aggregates.map(({ path }) => path)].some(
    (path) => path?.type.kind === 'text',
  )
  return compileSql(sql`
    select v.version, f.items
    from ${currentVersion} as v
    left join lateral (
      select ${jsonList(items, { alias: next }, texts)} as items
    ) as f on true`)
}

const compilePathOf = (path: Path | null, compiler: Compiler): Sql =>
  path === null ? raw('1') : compileCallerPath(path, compiler)

/** The first day of the period, as a date in the caller's time zone. Weeks begin on Monday (ISO 8601). */
function compileGroup(group: Group, timeZone: string, compiler: Compiler): Sql {
  const value = compilePathOf(group, compiler)
  if (group.period === null) return value
  const zone = param<Run>('text', () => timeZone)
  const local = group.type.kind === 'date' ? sql`${value}::timestamp` : sql`(${value} at time zone ${zone})`
  return sql`date_trunc(${raw(quoteLiteral(group.period))}, ${local})::date`
}

const wire = (path: Path, value: Sql): Sql => (path.type.kind === 'decimal' ? sql`${value}::text` : value)

/** `count` by itself, and one object a function: `"sum": { "views": 12 }`. */
function compileMembers(aggregates: readonly Aggregate[]): readonly Sql[] {
  const functions = new Map<string, Sql[]>()
  const members: Sql[] = []
  aggregates.forEach((aggregate, i) => {
    const value = identifier(`value ${i}`)
    if (aggregate.path === null) members.push(sql`count(*) as ${identifier('count')}`)
    else {
      const list = functions.get(aggregate.function) ?? []
      list.push(
        sql`${raw(quoteLiteral(aggregate.path.text))}, ${compileFunction(aggregate.function, aggregate.path, value)}`,
      )
      functions.set(aggregate.function, list)
    }
  })
  const objects = [...functions].map(([name, pairs]) => {
    const member = name === 'count' && members.length > 0 ? 'countOf' : name
    return sql`json_build_object(${join(pairs, ', ')}) as ${identifier(member)}`
  })
  return [...members, ...objects]
}

function compileFunction(name: AggregateFunction, path: Path, value: Sql): Sql {
  const { kind } = path.type
  if (name === 'count') return sql`count(${value})`
  if (name === 'countDistinct') return sql`count(distinct ${value})`
  if (name === 'avg' && kind === 'integer') return sql`avg(${value})::float8`
  // PostgreSQL's own average of doubles also adds up squares, which overflow where the values do not.
  if (name === 'avg' && kind === 'float') return sql`sum(${value}) / nullif(count(${value}), 0)`
  const computed = sql`${raw(name)}(${value})`
  return kind === 'decimal' ? sql`${computed}::text` : computed
}
