import type { Expression, Hop, PathRoot } from '@plinth/schema'
import { identifier, sql } from '../database/sql.ts'
import type { Compiler } from './compiler.ts'
import { parameters, type Sql } from './run.ts'
import { column, type Source } from './source.ts'

type Path = Extract<Expression, { kind: 'path' }>

/** A field of the record at hand, of the old record or of the user, or of a record some relations away. */
export function compilePath({ root, hops, field }: Path, compiler: Compiler): Sql {
  if (root === 'user') return compileUserPath(hops, field, compiler)
  return valueAfterHops(sourceOf(root, compiler), hops, field, compiler)
}

/** The id that a path of hops ends at: where a relation to many starts. */
export function compileOwnerId(root: PathRoot, hops: readonly Hop[], compiler: Compiler): Sql {
  return root === 'user'
    ? compileUserPath(hops, 'id', compiler)
    : valueAfterHops(sourceOf(root, compiler), hops, 'id', compiler)
}

export function sourceOf(root: Exclude<PathRoot, 'user'>, compiler: Compiler): Source {
  const source = { old: compiler.old, record: compiler.record, channel: compiler.channel }[root]
  if (!source) throw new Error(`An expression about ${root} was compiled where there is none.`)
  return source
}

function compileUserPath(hops: readonly Hop[], field: string, compiler: Compiler): Sql {
  if (hops.length === 0 && field === 'id') return sql`${parameters.userId}`
  const alias = compiler.alias()
  const user = compiler.reach('users', alias)
  const value = valueAfterHops(user.source, hops, field, compiler)
  return sql`(select ${value} from ${user.from} where ${column(alias, 'id')} = ${parameters.userId})`
}

/** The field of `source`'s record, or `(select last.field from first join … where first.id = …)`: null where a hop ends at nothing. */
function valueAfterHops(source: Source, hops: readonly Hop[], field: string, compiler: Compiler): Sql {
  const end = hops.at(-1)?.to ?? source.collection.name
  const inverse = compiler.model.collections.get(end)?.inverses.get(field)
  // An inverse to one record has no column: its value is the id of the record it leads to.
  if (inverse)
    return valueAfterHops(source, [...hops, { collection: end, field, to: inverse.collection }], 'id', compiler)
  if (hops.length === 0) return source.value(field)
  const { from, condition, last } = reachHops(source, hops, compiler)
  return sql`(select ${last.value(field)} from ${from} where ${condition})`
}

/** The records along some hops: what to select from, what ties the first to `source`, and the last one's fields. */
export function reachHops(
  source: Source,
  [first, ...others]: readonly Hop[],
  compiler: Compiler,
): { readonly from: Sql; readonly condition: Sql; readonly last: Source } {
  if (!first) throw new Error('There are no hops to follow.')
  const start = compiler.alias()
  let reached = compiler.reach(first.to, start)
  const condition = linkOne(source, first, start, reached.source, compiler)
  let { from } = reached
  for (const hop of others) {
    const alias = compiler.alias()
    const next = compiler.reach(hop.to, alias)
    from = sql`${from} join ${next.from} on ${linkOne(reached.source, hop, alias, next.source, compiler)}`
    reached = next
  }
  return { from, condition, last: reached.source }
}

/** Ties a record to the one that `hop` leads to: through its own column, or through the other side's. */
export function linkOne(owner: Source, hop: Hop, alias: string, target: Source, compiler: Compiler): Sql {
  const inverse = compiler.model.collections.get(hop.collection)?.inverses.get(hop.field)
  return inverse
    ? sql`${target.value(inverse.field)} = ${owner.value('id')}`
    : sql`${identifier(alias, 'id')} = ${owner.value(hop.field)}`
}
