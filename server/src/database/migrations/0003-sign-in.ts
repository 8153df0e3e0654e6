import type { Migration } from './migration.ts'

/**
 * What proves who somebody is: secrets live here, where no expression can name them. `user_id` has no foreign key, since
 * `users` belongs to the schema; every look-up joins it, so what a deleted user leaves behind opens nothing.
 */
export const signIn: Migration = {
  name: '0003-sign-in',
  async up(knex) {
    await knex.raw(`
      create table plinth.passwords (
        user_id uuid primary key,
        hash text not null,
        changed timestamptz(3) not null
      )`)
    await knex.raw(`
      create table plinth.api_keys (
        id uuid primary key default plinth.uuid_v7(),
        name text not null,
        prefix text not null,
        hash bytea not null unique,
        roles text[] not null,
        created timestamptz(3) not null default now(),
        created_by text not null,
        expires timestamptz(3),
        last_used timestamptz(3),
        revoked timestamptz(3)
      )`)
    await knex.raw(`
      create table plinth.signing_keys (
        kid text primary key,
        private_key text not null,
        public_key text not null,
        created timestamptz(3) not null default now()
      )`)
    await knex.raw(`
      create table plinth.setup_tokens (
        hash bytea primary key,
        expires timestamptz(3) not null
      )`)
    // Its columns are those of rate-limiter-flexible. Lost in a crash, and that is fine.
    await knex.raw(`
      create unlogged table plinth.sign_in_tries (
        key varchar(255) primary key,
        points integer not null default 0,
        expire bigint
      )`)
  },
}
