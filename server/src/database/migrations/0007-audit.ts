import type { Migration } from './migration.ts'

/** What happened to accounts, who did it and from where. Only ever added to: not even the server may change an event. */
export const audit: Migration = {
  name: '0007-audit',
  async up(knex) {
    await knex.raw(`
      create table plinth.security_events (
        id uuid primary key default plinth.uuid_v7(),
        at timestamptz(3) not null default now(),
        kind text not null,
        user_id uuid,
        actor text not null,
        address text,
        user_agent text,
        details jsonb not null default '{}'
      )`)
    await knex.raw('create index on plinth.security_events (user_id, id)')
    await knex.raw(`
      create function plinth.refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'The events of plinth.security_events are never changed.';
      end $$`)
    await knex.raw(`
      create trigger only_added before update or delete or truncate on plinth.security_events
      for each statement execute function plinth.refuse_change()`)
  },
}
