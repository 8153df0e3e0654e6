import type { Migration } from './migration.ts'

/**
 * What the copies of the server tell each other about channels. Nothing here outlives a crash of PostgreSQL, and nothing has
 * to: clients join again, so no write waits for the disk.
 */
export const channels: Migration = {
  name: '0011-channels',
  async up(knex) {
    // A copy that is not seen any more is gone, and so are its members.
    await knex.raw(`
      create unlogged table plinth.channel_copies (
        id uuid primary key,
        seen timestamptz not null default now()
      )`)
    await knex.raw(`
      create unlogged table plinth.channel_members (
        id uuid primary key,
        copy uuid not null,
        channel text not null,
        user_id uuid,
        state text not null,
        since timestamptz not null default now()
      )`)
    await knex.raw('create index on plinth.channel_members (channel, since)')
    await knex.raw('create index on plinth.channel_members (copy)')
    // Read as the change log is: what a snapshot could not see is found by "txid", whatever committed first. "keep" is how
    // many of the latest messages of its channel are kept for those who join.
    await knex.raw(`
      create unlogged table plinth.channel_events (
        seq bigint generated always as identity primary key,
        txid xid8 not null default pg_current_xact_id(),
        at timestamptz(3) not null default now(),
        copy uuid not null,
        kind text not null,
        channel text not null,
        member uuid not null,
        user_id uuid,
        event text,
        payload text,
        echo boolean not null default false,
        keep int not null default 0
      )`)
    await knex.raw('create index on plinth.channel_events (txid)')
    await knex.raw('create index on plinth.channel_events (channel, seq) where keep > 0')
  },
}
