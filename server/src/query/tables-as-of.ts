import type { CollectionModel } from '@plinth/schema'
import type { ChangeCursor } from '../changes/cursor.ts'
import { xipArray } from '../changes/snapshot.ts'
import { identifier, param, raw, sql } from '../database/sql.ts'
import type { Run, Sql } from './run.ts'
import { joinTableOf, tableOf, type Tables } from './tables.ts'

/** The tables as they were; `log` belongs into the `with` of the statement. */
export interface TablesAsOf extends Tables {
  readonly log: Sql
}

/**
 * The tables as they were at a place in the change log: what has happened since is taken back, by the log itself. So a rule
 * that follows relations can be asked what it allowed at the beginning of a batch of changes, and what at its end, whenever
 * that is asked. The log must still reach back that far.
 *
 * @param place the run's value that names the place; see `placeValues`
 */
export function tablesAsOf(place: string): TablesAsOf {
  const log = identifier(place)
  const names = new Set<string>()
  // The table is a branch as it is, and what has changed is left out of both branches together: in the branch itself that
  // would keep the conditions of joins from the table's indexes.
  const asOf = (table: Sql, name: string, id: Sql, changed: Sql): Sql => {
    names.add(name)
    const own = sql`u.collection = ${param<Run>('text', () => name)}`
    return sql`(
      select r.* from (
        select t.*, true as "present?" from ${table} as t
        union all
        select b.*, false from ${log} as u
        cross join lateral jsonb_populate_record(null::${table}, u.before) as b
        where ${own} and u.before is not null) as r
      where not r."present?" or ${id} not in (select ${changed} from ${log} as u where ${own}))`
  }
  return {
    log: sql`${log} as materialized (${firstChanges(place, names)})`,
    of: (collection: CollectionModel) =>
      collection.kind === 'view'
        ? tableOf(collection)
        : asOf(tableOf(collection), collection.name, raw('r.id'), raw('u.record')),
    links: (collection, field) =>
      asOf(
        joinTableOf(collection, field),
        `${collection}.${field}`,
        raw('(r.source, r.target)'),
        raw('u.record, u.target'),
      ),
    // A row that was put together has no revision.
    revision: () => raw('null'),
  }
}

/** The first change of each row since a place: it tells how the row was before all of them. */
function firstChanges(place: string, names: ReadonlySet<string>): Sql {
  const value = (part: keyof PlaceValues, type: string) =>
    param<Run>(type, (run) => (run.values[place] as PlaceValues | undefined)?.[part])
  const [xmax, xip] = [value('xmax', 'xid8'), value('xip', 'xid8[]')]
  const [pageXmax, pageXip, pageSeq] = [
    value('pageXmax', 'xid8'),
    value('pageXip', 'xid8[]'),
    value('pageSeq', 'bigint'),
  ]
  // The upper bound changes nothing, but PostgreSQL guesses a range to be short, and hence takes the index of "txid"; an
  // expression in the place of "collection" keeps it from reading all that was ever logged of a collection.
  return sql`
    select distinct on (l.collection, l.record, ${target}) l.collection, l.record, ${target} as target, l.before
    from plinth.changes as l
    where l.collection || '' = any(${param<Run>('text[]', () => [...names])})
      and ((l.txid >= ${xmax} and l.txid < pg_snapshot_xmax(pg_current_snapshot())) or l.txid = any(${xip}))
      and not (l.txid < ${pageXmax} and l.txid <> all(${pageXip}) and l.seq <= ${pageSeq})
    order by l.collection, l.record, ${target}, l.seq`
}

/** Where a logged link leads to; it starts at the change's record. No collection has a dot in its name. */
const target = raw("case when l.collection like '%.%' then (coalesce(l.before, l.after) ->> 'target')::uuid end")

interface PlaceValues {
  readonly xmax: string
  readonly xip: string
  readonly pageXmax: string
  readonly pageXip: string
  readonly pageSeq: string
}

/** A place in the log as `tablesAsOf` reads it. */
export const placeValues = ({ seen, page }: ChangeCursor): PlaceValues => ({
  xmax: String(seen.xmax),
  xip: xipArray(seen),
  pageXmax: String(page?.target.xmax ?? 0),
  pageXip: page === undefined ? '{}' : xipArray(page.target),
  pageSeq: String(page?.seq ?? -1),
})
