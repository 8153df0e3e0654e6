import type { Access } from '../access/access.ts'
import { identifier, join, param, raw, sql } from '../database/sql.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor } from './select-one.ts'
import type { Shape } from './shape.ts'
import { column, type Source } from './source.ts'
import { tableReference } from './table-reference.ts'
import { joinTableOf, revisionOf } from './tables.ts'

/** What a write does to one relation to many: all its ids anew, or some added and some taken away. */
export interface ManyChange {
  readonly field: string
  readonly kind: 'set' | 'change'
}

const ids = (name: string) => param<Run>('uuid[]', (run) => run.values[name] ?? [])

/** The ids a relation to many will have after the write. */
export function idsAfter(collection: string, change: ManyChange, ownerId: Sql): Sql {
  const { field } = change
  if (change.kind === 'set') return sql`${ids(field)}`
  const kept = sql`select target from ${joinTableOf(collection, field)} where source = ${ownerId} and target <> all(${ids(`-${field}`)})`
  return sql`array(${kept} union select unnest(${ids(`+${field}`)}))`
}

/** The CTEs that bring the join tables to what the write says; `rows` is the CTE that returned the written rows. */
export function linkStatements(
  collection: string,
  changes: readonly ManyChange[],
  rows: string,
  fresh: boolean,
): readonly Sql[] {
  return changes.flatMap(({ field, kind }, i) => {
    const table = joinTableOf(collection, field)
    const written = identifier(rows)
    const [added, removed] = kind === 'set' ? [ids(field), null] : [ids(`+${field}`), ids(`-${field}`)]
    // What is both added and removed stays. The order in which the two statements run is PostgreSQL's own choice.
    const kept = sql`target <> all(${added})`
    const gone = removed ? sql`target = any(${removed}) and ${kept}` : kept
    const insert = sql`${identifier(`link ${i}`)} as (insert into ${table} (source, target) select w.id, a.target from ${written} as w, unnest(${added}) as a(target) on conflict do nothing)`
    const remove = sql`${identifier(`unlink ${i}`)} as (delete from ${table} where source in (select id from ${written}) and ${gone})`
    return fresh ? [insert] : [remove, insert]
  })
}

/** A write of rows known as `t`, up to its `returning`, and what follows from it. */
export interface Write {
  readonly statement: Sql
  /** CTEs that bring join tables in line with the rows `written`. */
  readonly links: readonly Sql[]
  readonly changes: readonly ManyChange[]
}

/**
 * A write together with its answer: rows `[version, id, json | null, rev]` of what was written, as the caller may read it;
 * the JSON is null where the caller may not. No row where nothing was written. The change log's triggers run at the end of
 * the statement, so they see the context it sets.
 */
export function answerWrite(
  access: Access,
  collection: string,
  shape: Shape | null,
  { statement, links, changes }: Write,
  next: () => string,
): Sql {
  const answer = (row: string, rev: Sql, rows: Sql): Sql => {
    const item = shape ? writtenJson(access, collection, shape, { row, from: rows, changes }, next) : raw('null')
    const version = raw(String(access.model.version))
    return sql`${version}, ${column(row, 'id')}, ${item}, ${rev}, set_config('plinth.context', ${parameters.context}, true)`
  }
  if (links.length === 0) {
    const rows = sql`(select t.*, ${revisionOf('t')} as rev)`
    return sql`${statement} returning ${answer('t', revisionOf('t'), rows)}`
  }
  const written = sql`written as (${statement} returning t.*, ${revisionOf('t')} as rev)`
  return sql`with ${join([written, ...links], ', ')} select ${answer('w', column('w', 'rev'), sql`written`)} from written as w`
}

interface WrittenRows {
  /** The name of the row that is being answered. */
  readonly row: string
  readonly from: Sql
  readonly changes: readonly ManyChange[]
}

function writtenJson(
  access: Access,
  collection: string,
  shape: Shape,
  { row, from, changes }: WrittenRows,
  next: () => string,
): Sql {
  if (access.collection(collection)?.read === false) return raw('null')
  const manyIds = (alias: string, field: string): Sql | null => {
    const change = changes.find((each) => each.field === field)
    return change ? idsAfter(collection, change, column(alias, 'id')) : null
  }
  const rows = { from, rev: (alias: string): Sql => column(alias, 'rev'), manyIds }
  const reference = tableReference(access, collection, 'r', next, rows)
  const source: Source = { ...reference.source, manyIds: (field) => manyIds('r', field) }
  const json = recordJson(access, shape, source, compilerFor(access, next, source))
  return sql`(select ${json} from ${reference.from} where ${column('r', 'id')} = ${column(row, 'id')})`
}
