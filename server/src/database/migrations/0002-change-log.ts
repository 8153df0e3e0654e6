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
  const sameKey = key.map((column) => `old.${column} = new.${column}`).join(' and ')
  const created = entry(`new.${record}`, 'create', 'null', 'to_jsonb(new)')
  const updated = entry(`new.${record}`, 'update', 'to_jsonb(old)', 'to_jsonb(new)')
  const deleted = entry(`old.${record}`, 'delete', 'to_jsonb(old)', 'null')
  // A row whose key is changed is another record: for everybody who knows records by their keys one goes, and one comes.
  const changed = `if ${sameKey} then ${updated} else ${deleted} ${created} end if;`
  // What is written again byte for byte is no change. (`*=` compares bytes: 1.0 and 1.00 are equal numbers, but not the
  // same record.) As a condition of the trigger PostgreSQL would parse it anew for each statement.
  const isSame = 'if old operator(pg_catalog.*=) new then return null; end if;'
  return [
    writer(`log_${kind}_create`, created),
    writer(`log_${kind}_update`, changed, isSame),
    writer(`log_${kind}_delete`, deleted),
  ]
}

const entry = (record: string, op: string, before: string, after: string): string => `
  insert into plinth.changes (collection, record, op, before, after, actor, request)
  values (tg_table_name, ${record}, '${op}', ${before}, ${after},
    nullif(split_part(context, ' ', 2), ''), nullif(split_part(context, ' ', 1), ''));`

/**
 * A record looks the same in the log whatever the session that wrote it has set: times in UTC, floats with all their
 * digits. Our own sessions have it so. Others get their setting back at once; a `set` clause of the function would do
 * the same for everybody, and costs each write 8 µs.
 *
 * Row by row, not a statement at a time with transition tables: on PostgreSQL 18 that takes 40 µs less for a record that
 * is created and 60 µs less for one that is updated, and single records are what most writes are about.
 *
 * PostgreSQL always looks into pg_catalog first, so no other schema can put its functions in the place of these.
 */
const writer = (name: string, insert: string, before = ''): string => `
  create function plinth.${name}() returns trigger language plpgsql as $$
  #variable_conflict use_variable
  declare
    context text := coalesce(current_setting('plinth.context', true), '');
    zone text := current_setting('TimeZone');
    digits text := current_setting('extra_float_digits');
  begin
    ${before}
    if zone = 'UTC' and digits = '1' then
      ${insert}
      return null;
    end if;
    perform set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true);
    ${insert}
    perform set_config('TimeZone', zone, true), set_config('extra_float_digits', digits, true);
    return null;
  end $$`
