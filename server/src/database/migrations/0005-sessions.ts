import type { Migration } from './migration.ts'

/**
 * Who is signed in, and where. A session is one sign-in and everything that was refreshed from it; `user_id` has no foreign
 * key, as in `0003-sign-in`.
 */
export const sessions: Migration = {
  name: '0005-sessions',
  async up(knex) {
    await knex.raw(`
      create table plinth.sessions (
        id uuid primary key default plinth.uuid_v7(),
        user_id uuid not null,
        method text not null,
        created_at timestamptz(3) not null default now(),
        last_used_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        revoked_at timestamptz(3),
        reason text,
        user_agent text,
        address text,
        viewed_user uuid,
        viewed_roles text[]
      )`)
    await knex.raw('create index on plinth.sessions (user_id)')
    await knex.raw('create index on plinth.sessions (expires_at)')
    // A used token stays, so that a second use of it is noticed; "salt" makes its successor, and goes when that is used.
    await knex.raw(`
      create table plinth.refresh_tokens (
        hash bytea primary key,
        session_id uuid not null references plinth.sessions (id) on delete cascade,
        parent bytea,
        used_at timestamptz(3),
        salt bytea
      )`)
    await knex.raw('create index on plinth.refresh_tokens (session_id)')
    await knex.raw(`
      create table plinth.blocked_users (
        user_id uuid primary key,
        blocked_at timestamptz(3) not null default now(),
        blocked_by text not null,
        reason text
      )`)
  },
}
