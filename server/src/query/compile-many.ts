import type { Comparison, Expression, ManyPath } from '@plinth/schema'
import { identifier, join, param, raw, sql } from '../database/sql.ts'
import { compileOwnerId, sourceOf } from './compile-path.ts'
import { compileMilliseconds, isCalculated } from './compile-time.ts'
import type { Compiler, Reached } from './compiler.ts'
import type { Run, Sql } from './run.ts'
import { column, type Source } from './source.ts'
import { presentTables } from './tables.ts'

/** `any` is `exists`; `all` is "there is none for which it does not hold". */
export function compileQuantifier(
  { quantifier, over, where }: Extract<Expression, { kind: 'quantifier' }>,
  compiler: Compiler,
): Sql {
  const { from, link, source } = reachMany(over, compiler)
  const condition = compiler.language.condition(where, { ...compiler, record: source, old: null })
  return quantifier === 'any'
    ? sql`exists (select 1 from ${from} where ${link} and ${condition})`
    : sql`not exists (select 1 from ${from} where ${link} and (${condition}) is not true)`
}

export function compileCount({ over }: Extract<Expression, { kind: 'count' }>, compiler: Compiler): Sql {
  const { from, link } = reachMany(over, compiler)
  return sql`(select count(*) from ${from} where ${link})`
}

/** The records a path to many leads to: what to select from, and the condition that ties it to the record at hand. */
export function reachMany(over: ManyPath, compiler: Compiler): Reached & { readonly link: Sql } {
  const alias = compiler.alias()
  const reached = compiler.reach(over.to, alias)
  return { ...reached, link: linkMany(over, alias, reached.source, compiler) }
}

function linkMany(over: ManyPath, alias: string, target: Source, compiler: Compiler): Sql {
  const id = column(alias, 'id')
  const collection = compiler.model.collections.get(over.collection)
  const inverse = collection?.inverses.get(over.field)
  const ownerId = over.root !== 'user' && over.hops.length === 0 ? null : compileOwnerId(over.root, over.hops, compiler)
  const owner = over.root === 'user' || ownerId !== null ? null : sourceOf(over.root, compiler)
  const from = ownerId ?? owner?.value('id') ?? raw('null')
  if (inverse && !inverse.throughJoinTable) return sql`${target.value(inverse.field)} = ${from}`
  const link = compiler.alias()
  const { tables = presentTables } = compiler
  if (inverse) {
    const shown = target.shown(inverse.field)
    const linked = sql`${id} in (select ${column(link, 'source')} from ${tables.links(inverse.collection, inverse.field)} as ${identifier(link)} where ${column(link, 'target')} = ${from})`
    return shown ? sql`${linked} and ${shown}` : linked
  }
  const given = owner?.manyIds(over.field)
  if (given) return sql`${id} = any(${given})`
  const shown = owner?.shown(over.field)
  const linked = sql`${id} in (select ${column(link, 'target')} from ${tables.links(over.collection, over.field)} as ${identifier(link)} where ${column(link, 'source')} = ${from})`
  return shown ? sql`${shown} and ${linked}` : linked
}

type Membership = Extract<Expression, { kind: 'in' }>

const arrayTypes: { readonly [C in Comparison]?: string } = {
  text: 'text[]',
  exact: 'numeric[]',
  float: 'float8[]',
  boolean: 'boolean[]',
  time: 'timestamptz[]',
  date: 'date[]',
  duration: 'numeric[]',
  id: 'uuid[]',
}

/** `in` a list literal, a list field, the user's roles, or the records of a relation to many. */
export function compileMembership({ as, left, right }: Membership, compiler: Compiler): Sql {
  if (right.kind === 'list') return compileListMembership(as, left, right.items, compiler)
  if (right.kind === 'path' && right.type.kind === 'records') return compileRecordMembership(left, right, compiler)
  // The cast also tells PostgreSQL that a sub-select gives an array, not rows.
  return sql`${compiler.language.value(left, as, compiler)} = any((${compiler.language.value(right, 'list', compiler)})::text[])`
}

function compileListMembership(
  as: Comparison,
  left: Expression,
  items: readonly Expression[],
  compiler: Compiler,
): Sql {
  const calculated = as === 'duration' || (as === 'time' && isCalculated(left))
  const value = calculated ? compileMilliseconds(left, compiler) : compiler.language.value(left, as, compiler)
  const literals = items.filter((item) => item.kind === 'literal' && item.value !== null)
  const others = items.filter((item) => item.kind !== 'literal')
  const hasNull = items.some((item) => item.kind === 'literal' && item.value === null)
  const values = literals.map((item) => (calculated ? millisecondsText(item) : literalText(item, as)))
  const type =
    as === 'exact' && values.every((text) => /^-?\d{1,15}$/.test(text))
      ? 'bigint[]'
      : calculated
        ? 'numeric[]'
        : arrayTypes[as]
  const choices = [
    ...(values.length > 0 ? [sql`${value} = any(${param<Run>(type ?? 'text[]', () => values)})`] : []),
    ...(hasNull ? [sql`${value} is null`] : []),
    ...others.map((item) => sql`(${value} is not distinct from ${compiler.language.value(item, as, compiler)})`),
  ]
  return choices.length === 0 ? raw('false') : sql`(${join(choices, ' or ')})`
}

const millisecondsText = (item: Expression): string => {
  const value = item.kind === 'literal' ? item.value : null
  return String(typeof value === 'string' && item.type.kind === 'date' ? Date.parse(`${value}T00:00:00Z`) : value)
}

function literalText(item: Expression, as: Comparison): string {
  const value = item.kind === 'literal' ? item.value : null
  if (as !== 'time') return String(value)
  return typeof value === 'number' ? new Date(value).toISOString() : `${value}T00:00:00Z`
}

/** `@user.id in members`, `author in team.members`. */
function compileRecordMembership(
  left: Expression,
  right: Extract<Expression, { kind: 'path' }>,
  compiler: Compiler,
): Sql {
  const to = right.type.kind === 'records' ? right.type.collection : ''
  const last = right.hops.at(-1)
  const collection = last ? last.to : right.root === 'user' ? 'users' : sourceOf(right.root, compiler).collection.name
  const over = { root: right.root, hops: right.hops, collection, field: right.field, to }
  const { from, link, source } = reachMany(over, compiler)
  return sql`exists (select 1 from ${from} where ${link} and ${source.value('id')} = ${compiler.language.value(left, 'id', compiler)})`
}
