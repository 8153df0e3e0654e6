import type { Migration } from './migration.ts'

/** Other services that people sign in with, and which of their accounts belong to whom. `user_id` as in `0003-sign-in`. */
export const providers: Migration = {
  name: '0008-providers',
  async up(knex) {
    await knex.raw(`
      create table plinth.providers (
        name text primary key,
        label text not null,
        preset text,
        issuer text,
        tenant text,
        client_id text not null,
        client_secret text,
        team_id text,
        key_id text,
        scopes text[],
        enabled boolean not null,
        changed timestamptz(3) not null default now(),
        changed_by text not null
      )`)
    // No foreign key to the provider: one that is deleted and made again must not cost people their accounts. The issuer is
    // part of what identifies them, so a provider that leads elsewhere lets nobody else in.
    await knex.raw(`
      create table plinth.identities (
        id uuid primary key default plinth.uuid_v7(),
        user_id uuid not null,
        provider text not null,
        issuer text not null,
        subject text not null,
        email text,
        name text,
        linked_at timestamptz(3) not null,
        last_used_at timestamptz(3) not null default now(),
        unique (provider, issuer, subject)
      )`)
    await knex.raw('create index on plinth.identities (user_id)')
  },
}
