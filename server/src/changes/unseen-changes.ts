import type { Statement } from '../database/database.ts'
import { type Snapshot, xipArray } from './snapshot.ts'

/** Which changes a read asks for. */
export interface Wanted {
  /** Changes that this snapshot could not see, … */
  readonly seen: Snapshot
  /** … but this one could, and that come after `seq`. Without it, all that are visible now. */
  readonly page?: { readonly target: Snapshot; readonly seq: bigint } | undefined
  readonly collections?: readonly string[] | undefined
  readonly limit: number
  /** About how many bytes of records, as PostgreSQL stores them. */
  readonly maxBytes: number
}

const lastXid = '18446744073709551615'

/**
 * The state of the log, the version of the schema and the oldest unseen changes, from one snapshot: one statement, one moment. There is always at
 * least one row.
 *
 * What is visible now has a transaction number below the present snapshot's xmax, so that bound changes nothing; it is
 * there because PostgreSQL guesses a range to be short, and hence takes the index, even before it knows anything about
 * a new day's partition. `seq + 0` keeps it from walking the index of `seq`, past all that was seen long ago.
 */
export const unseenChanges = (wanted: Wanted): Statement => ({
  name: 'changes-unseen',
  text: unseenText,
  values: values(wanted),
})

const unseenText = statementText({
  newest: `
    (select txid from plinth.changes
     where txid >= $1::xid8 and txid < pg_snapshot_xmax(pg_current_snapshot())
     order by txid desc limit 1)`,
  isUnseen: '',
  seq: 'seq + 0',
  within: 'true',
})

/**
 * The same, but looks only at the next `span` places of the order, by the index of `seq`. Going through a huge
 * transaction page by page, the cost of a page is then the page's, and not that of all that is left. `is true` keeps
 * PostgreSQL from looking at the index of `txid`.
 */
export const unseenChangesWithin = (wanted: Wanted, span: number): Statement => ({
  name: 'changes-within',
  text: withinText,
  values: [...values(wanted), span],
})

const withinText = statementText({
  newest: 'null::xid8',
  isUnseen: 'is true',
  seq: 'seq',
  within: 'seq <= $5::bigint + $9::bigint',
})

interface Parts {
  readonly newest: string
  readonly isUnseen: string
  readonly seq: string
  readonly within: string
}

function statementText({ newest, isUnseen, seq, within }: Parts): string {
  return `
    select
      log.snapshot::text, log.epoch, log.horizon::text, log.newest::text, log.unfit, log.schema_version,
      coalesce(batch.found, 0),
      batch.seq, to_jsonb(batch.at) #>> '{}', batch.collection, batch.record, batch.op,
      batch.before::text, batch.after::text, batch.actor, batch.request
    from (
      select
        pg_current_snapshot() as snapshot, epoch, horizon, ${newest} as newest,
        pg_current_xact_id_if_assigned() is not null
          or $7::bigint > 0 and current_setting('transaction_isolation') <> 'read committed' as unfit,
        (select coalesce(max(version), 0) from plinth.schema_versions) as schema_version
      from plinth.log_epoch
    ) log
    left join lateral (
      select
        unseen.*,
        count(*) over () as found,
        sum(bytes) over (order by seq) - bytes as bytes_before
      from (
        select *, coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0) as bytes
        from plinth.changes
        where
          (
            ((txid >= $1::xid8 and txid < pg_snapshot_xmax(pg_current_snapshot())) or txid = any($2::xid8[]))
            and txid < $3::xid8 and txid <> all($4::xid8[])
          ) ${isUnseen}
          and ${seq} > $5::bigint and ${within}
          and ($6::text[] is null or collection = any($6::text[]))
        order by ${seq}
        limit $7::bigint
      ) unseen
    ) batch on batch.bytes_before < $8::bigint
    order by batch.seq`
}

const values = ({ seen, page, collections, limit, maxBytes }: Wanted): unknown[] => [
  String(seen.xmax),
  xipArray(seen),
  page === undefined ? lastXid : String(page.target.xmax),
  page === undefined ? '{}' : xipArray(page.target),
  page === undefined ? '-1' : String(page.seq),
  collections ?? null,
  // One more than asked for shows whether that is all.
  limit === 0 ? 0 : limit + 1,
  maxBytes,
]
