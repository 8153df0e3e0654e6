import type { Migration } from './migration.ts'

/**
 * In which language people read their mail, and how old events go: the audit trail is still never changed, and whatever
 * deletes from it has to say from when on, in its own transaction, and reaches nothing younger than 30 days.
 */
export const languagesAndSweeps: Migration = {
  name: '0010-languages-and-sweeps',
  async up(knex) {
    await knex.raw(`
      create table plinth.user_languages (
        user_id uuid primary key,
        language text not null,
        at timestamptz(3) not null default now()
      )`)
    await knex.raw('create index on plinth.security_events (at)')
    await knex.raw(`
      create function plinth.refuse_young() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        if old.at >= least(current_setting('plinth.sweep_before', true)::timestamptz, now() - interval '30 days') then
          raise exception 'An event of plinth.security_events that is not old yet is never deleted.';
        end if;
        return old;
      end $$`)
    await knex.raw(`
      create or replace function plinth.refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        if tg_op = 'DELETE' and coalesce(current_setting('plinth.sweep_before', true), '') <> '' then
          return null;
        end if;
        raise exception 'The events of plinth.security_events are never changed.';
      end $$`)
    await knex.raw(`
      create trigger only_old before delete on plinth.security_events
      for each row execute function plinth.refuse_young()`)
  },
}
