import type { Knex } from 'knex'
import type { Migration } from './migration.ts'

/**
 * The log of all committed changes: its table, what vouches for cursors into it, and the functions that write it. The
 * triggers that call the functions are made with each collection (`changes/triggers.ts`).
 */
export const changeLog: Migration = {
  name: '0002-change-log',
  async up(knex) {
    await createLog(knex)
    await createEpoch(knex)
    await knex.raw(logIdentity)
    for (const statement of [...writers('record', ['id']), ...writers('link', ['source', 'target'])]) {
      await knex.raw(statement)
    }
  },
}

/**
 * `seq` orders the changes of one record; `txid` says which snapshots could see a change. A sequence of its own, since
 * partitioned tables have identity columns only from PostgreSQL 17 on. Rows whose day has no partition yet land in the
 * default one, so that no write ever fails for the log's sake.
 */
async function createLog(knex: Knex.Transaction): Promise<void> {
  await knex.raw('create sequence plinth.changes_seq as bigint')
  await knex.raw(`
    create table plinth.changes (
      seq bigint not null default nextval('plinth.changes_seq'),
      txid xid8 not null default pg_current_xact_id(),
      at timestamptz not null default statement_timestamp(),
      collection text not null,
      record uuid not null,
      op text not null,
      before jsonb,
      after jsonb,
      actor text,
      request text
    ) partition by range (at)`)
  await knex.raw('create index changes_txid on plinth.changes (txid)')
  await knex.raw('create index changes_seq_order on plinth.changes (seq)')
  await knex.raw('create index changes_record on plinth.changes (collection, record, seq)')
  await knex.raw('create table plinth.changes_default partition of plinth.changes default')
}

/**
 * One row. `epoch` changes when cursors made so far can no longer be trusted; `horizon` is the newest transaction of
 * which retention dropped a change; `identity` tells when this database has become another one (see `log_identity`).
 */
async function createEpoch(knex: Knex.Transaction): Promise<void> {
  await knex.raw(`
    create table plinth.log_epoch (
      single boolean primary key default true check (single),
      epoch text not null default gen_random_uuid()::text,
      horizon xid8 not null default '0',
      identity text
    )`)
  await knex.raw('insert into plinth.log_epoch default values')
  // TRUNCATE tells no trigger which rows went, so everybody who follows the log has to read the collection again.
  await knex.raw(`
    create function plinth.log_truncate() returns trigger language plpgsql set search_path = pg_catalog as $$
    begin
      update plinth.log_epoch set epoch = gen_random_uuid()::text;
      return null;
    end $$`)
  await knex.raw(`
    create trigger plinth_log_truncate after truncate on plinth.changes
    for each statement execute function plinth.log_truncate()`)
}

/**
 * Transaction numbers mean something only within one history of one cluster: they start again after a dump and restore,
 * and run differently after a fail-over or a recovery to a point in time (another timeline). Hosts that do not let us
 * see the cluster's own numbers leave the database's.
 */
const logIdentity = `
  create function plinth.log_identity() returns text language plpgsql stable set search_path = pg_catalog as $$
  declare
    database text := (select oid::text from pg_database where datname = current_database());
  begin
    return concat_ws(':', database, (pg_control_system()).system_identifier,
      left(pg_walfile_name(pg_current_wal_lsn()), 8));
  exception when others then
    return database;
  end $$`

/** The three trigger functions for tables whose primary key is `key`; its first column is the record of the change. */
function writers(kind: 'record' | 'link', key: readonly [string, ...string[]]): readonly string[] {
  const [record] = key
  const sameKey = key.map((column) => `o.${column} = n.${column}`).join(' and ')
  return [
    writer(
      `log_${kind}_create`,
      `(collection, record, op, after, actor, request)
      select tg_table_name, n.${record}, 'create', to_jsonb(n.*), ${who}
      from new_rows n`,
    ),
    // A full join cannot become a nested loop, whatever number of rows the cached plan was made for. A row whose key was
    // changed has no partner in it: the old record is deleted and the new one created, as it is for everybody who knows
    // records by their keys. `*<>` compares bytes: 1.0 and 1.00 are equal numbers, but not the same record.
    writer(
      `log_${kind}_update`,
      `(collection, record, op, before, after, actor, request)
      select tg_table_name, coalesce(n.${record}, o.${record}),
        case when o.${record} is null then 'create' when n.${record} is null then 'delete' else 'update' end,
        to_jsonb(o.*), to_jsonb(n.*), ${who}
      from old_rows o full join new_rows n on ${sameKey}
      where (o.* operator(pg_catalog.*<>) n.*) is not false`,
    ),
    writer(
      `log_${kind}_delete`,
      `(collection, record, op, before, actor, request)
      select tg_table_name, o.${record}, 'delete', to_jsonb(o.*), ${who}
      from old_rows o`,
    ),
  ]
}

const who = `nullif(split_part(context, ' ', 2), ''), nullif(split_part(context, ' ', 1), '')`

/**
 * The settings make a record look the same in the log whatever the session that wrote it has set: times in UTC, floats
 * with all their digits. (Measured on PostgreSQL 18: a logged insert costs about 17 µs more than a bare one; the
 * settings' part in it is lost in the noise.)
 *
 * Fields may have any name, ours included: so rows are always `n.*`, never `n`, and `context` is the variable.
 */
const writer = (name: string, insert: string): string => `
  create function plinth.${name}() returns trigger language plpgsql
  set search_path = pg_catalog set timezone = 'UTC' set extra_float_digits = 1 as $$
  #variable_conflict use_variable
  declare
    context text := coalesce(current_setting('plinth.context', true), '');
  begin
    insert into plinth.changes ${insert};
    return null;
  end $$`
