import { type CollectionModel, errors, type Expression, type Model } from '@plinth/schema'
import type { Access, CollectionAccess } from '../access/access.ts'
import { identifier, join, raw, sql } from '../database/sql.ts'
import { compileCondition, expressionLanguage } from './compile-expression.ts'
import type { Compiler, Reach } from './compiler.ts'
import type { Sql } from './run.ts'
import { column, rowSource, shownColumn, type Source } from './source.ts'
import { presentTables, type Tables } from './tables.ts'

/** Where rows of a collection come from: its table, or a CTE that returned whole rows with their revision in `rev`. */
export interface Rows {
  readonly from: Sql
  readonly rev: (alias: string) => Sql
  /** The ids of a relation to many that has just been written, where its join table does not tell yet. */
  readonly manyIds: (alias: string, field: string) => Sql | null
}

/**
 * THE invariant: the one function that turns a collection into something to select from on a caller's behalf. It always
 * puts the caller's read rule around the rows, and gives only the fields the caller may see; a field shown on some records
 * only is null elsewhere, with a column `field?` that tells the two apart. Filters, sorts, shapes, aggregates, relations
 * and the answers of writes all come through here, so there is no second path to the same data.
 */
export function tableReference(
  access: Access,
  name: string,
  alias: string,
  next: () => string,
  rows?: Rows,
  tables: Tables = presentTables,
): { readonly from: Sql; readonly source: Source } {
  const permitted = access.collection(name)
  if (!permitted || permitted.read === false) throw errors.collectionNotFound({ collection: name })
  const { collection, read, visible } = permitted
  const base = next()
  const from = rows ?? { from: tables.of(collection), rev: tables.revision, manyIds: () => null }
  const compiler = ruleCompiler(access.model, collection, base, next, (field) => from.manyIds(base, field), tables)
  const columns = [...visible].flatMap(([field, shown]) => visibleColumns(collection, base, field, shown, compiler))
  const rev = collection.kind === 'view' ? raw('null') : from.rev(base)
  const where = read === true ? raw('') : sql` where ${compileCondition(read, compiler)}`
  return {
    from: sql`(select ${join([...columns, sql`${rev} as "rev"`], ', ')} from ${from.from} as ${identifier(base)}${where}) as ${identifier(alias)}`,
    source: visibleSource(permitted, alias),
  }
}

function visibleColumns(
  collection: CollectionModel,
  alias: string,
  name: string,
  shown: true | Expression,
  compiler: Compiler,
): readonly Sql[] {
  const stored = collection.fields.get(name)?.column !== null
  if (shown === true) return stored ? [column(alias, name)] : []
  const condition = sql`(${compileCondition(shown, compiler)}) is true`
  const flag = sql`${condition} as ${identifier(shownColumn(name))}`
  if (!stored) return [flag]
  return [
    sql`case when ${compileCondition(shown, compiler)} then ${column(alias, name)} end as ${identifier(name)}`,
    flag,
  ]
}

/** Reads the columns of a table reference, also where they were passed on by a subquery known by another alias. */
export function visibleSource({ collection, visible }: CollectionAccess, alias: string): Source {
  const row = rowSource(collection, alias)
  const conditional = (field: string) => visible.get(field) !== true
  return {
    ...row,
    nullable: (field) => conditional(field) || row.nullable(field),
    shown: (field) => (conditional(field) ? column(alias, shownColumn(field)) : null),
  }
}

/** What a caller's filters, sorts and shapes may reach: other collections as that caller may read them. */
export const reachVisible =
  (access: Access, next: () => string, tables: Tables = presentTables): Reach =>
  (collection, alias) =>
    tableReference(access, collection, alias, next, undefined, tables)

/**
 * The one exception to the invariant: a rule's own look-ups. A rule was written by an admin and decides what a caller may
 * see, so it reads the tables themselves; `author.team.lead = @user.id` must work for callers who cannot read teams.
 */
export const reachForRule =
  (model: Model, tables: Tables = presentTables): Reach =>
  (name, alias) => {
    const collection = model.collections.get(name)
    if (!collection) throw errors.collectionNotFound({ collection: name })
    return { from: sql`${tables.of(collection)} as ${identifier(alias)}`, source: rowSource(collection, alias) }
  }

/** A compiler for rules about the row known by `alias`. */
export function ruleCompiler(
  model: Model,
  collection: CollectionModel,
  alias: string,
  next: () => string,
  manyIds: Source['manyIds'] = () => null,
  tables: Tables = presentTables,
): Compiler {
  const record = { ...rowSource(collection, alias), manyIds }
  return {
    model,
    record,
    old: record,
    reach: reachForRule(model, tables),
    tables,
    alias: next,
    language: expressionLanguage,
  }
}
