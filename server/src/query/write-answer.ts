import type { Access } from '../access/access.ts'
import { identifier, join, param, raw, sql } from '../database/sql.ts'
import { recordJson } from './record-json.ts'
import { parameters, type Run, type Sql } from './run.ts'
import { compilerFor, currentVersion } from './select-one.ts'
import type { Shape } from './shape.ts'
import { column, type Source } from './source.ts'
import { tableReference } from './table-reference.ts'
import { joinTableOf } from './tables.ts'

/** What a write does to one relation to many: all its ids anew, or some added and some taken away. */
export interface ManyChange {
  readonly field: string
  readonly kind: 'set' | 'change'
}

const ids = (name: string) => param<Run>('uuid[]', (run) => run.values[name] ?? [])

/** The ids a relation to many will have after the write. */
export function idsAfter(
  collection: string,
  change: ManyChange,
  ownerId: Sql,
  given: (field: string) => Sql | null,
): Sql {
  const { field } = change
  if (change.kind === 'set') return given(field) ?? sql`${ids(field)}`
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

/**
 * The end of every write: the rows that the CTE `written` returned, as the caller may read them. Rows
 * `[version, id | null, json | null, rev]`; the JSON is null where the caller may not read what it wrote. The change log's
 * triggers run after this select, so they see the context it sets.
 */
export function selectWritten(
  access: Access,
  collection: string,
  shape: Shape | null,
  ctes: readonly Sql[],
  changes: readonly ManyChange[],
  next: () => string,
): Sql {
  const item = shape ? writtenJson(access, collection, shape, changes, next) : null
  const answer = item ? sql`left join lateral (${item}) as f on true` : raw('')
  return sql`
    with ${join(ctes, ', ')}
    select v.version, w.id, ${raw(item ? 'f.item' : 'null')}, w.rev, set_config('plinth.context', ${parameters.context}, true)
    from ${currentVersion} as v left join written as w on true ${answer}`
}

function writtenJson(
  access: Access,
  collection: string,
  shape: Shape,
  changes: readonly ManyChange[],
  next: () => string,
): Sql | null {
  if (access.collection(collection)?.read === false) return null
  const manyIds = (alias: string, field: string): Sql | null => {
    const change = changes.find((each) => each.field === field)
    return change ? idsAfter(collection, change, column(alias, 'id'), () => null) : null
  }
  const rows = { from: raw('written'), rev: (alias: string): Sql => column(alias, 'rev'), manyIds }
  const { from, source } = tableReference(access, collection, 'r', next, rows)
  const afterWrite: Source = { ...source, manyIds: (field) => manyIds('r', field) }
  const json = recordJson(access, shape, afterWrite, compilerFor(access, next, afterWrite))
  return sql`select ${json} as item from ${from} where ${column('r', 'id')} = w.id`
}
