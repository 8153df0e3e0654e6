import type { CollectionModel } from '@plinth/schema'
import type { ChangeCursor } from '../changes/cursor.ts'
import { xipArray } from '../changes/snapshot.ts'
import { param, raw, sql } from '../database/sql.ts'
import type { Run, Sql } from './run.ts'
import { joinTableOf, tableOf, type Tables } from './tables.ts'

/**
 * The tables as they were at a place in the change log: what has happened since is taken back, by the log itself. So a rule
 * that follows relations can be asked what it allowed at the beginning of a batch of changes, and what at its end, whenever
 * that is asked. The log must still reach back that far.
 *
 * @param place the run's value that names the place; see `placeValues`
 */
export function tablesAsOf(place: string): Tables {
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
  const since = sql`
    ((l.txid >= ${xmax} and l.txid < pg_snapshot_xmax(pg_current_snapshot())) or l.txid = any(${xip}))
    and not (l.txid < ${pageXmax} and l.txid <> all(${pageXip}) and l.seq <= ${pageSeq})`
  // What came first tells how the record was before all of it.
  const asOf = (table: Sql, name: string, link: Sql, same: Sql): Sql => {
    const first = sql`(
      select distinct on (l.record, ${link}) l.record, ${link} as link, l.before
      from plinth.changes as l
      where l.collection || '' = ${param<Run>('text', () => name)} and ${since}
      order by l.record, ${link}, l.seq)`
    return sql`(
      select t.* from ${table} as t where not exists (select 1 from ${first} as u where ${same})
      union all
      select b.* from ${first} as u
      cross join lateral jsonb_populate_record(null::${table}, u.before) as b
      where u.before is not null)`
  }
  return {
    of: (collection: CollectionModel) =>
      collection.kind === 'view'
        ? tableOf(collection)
        : asOf(tableOf(collection), collection.name, raw('null::uuid'), raw('u.record = t.id')),
    links: (collection, field) =>
      asOf(
        joinTableOf(collection, field),
        `${collection}.${field}`,
        target,
        raw('u.record = t.source and u.link = t.target'),
      ),
    // A row that was put together has no revision.
    revision: () => raw('null'),
  }
}

/** Where a logged link leads to; it starts at the change's record. */
const target = raw("(coalesce(l.before, l.after) ->> 'target')::uuid")

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
