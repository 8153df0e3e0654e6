import type { Migration } from './migration.ts'

/** Mail that waits to be sent, the secrets that it carries, and what is known about who answered it. */
export const mail: Migration = {
  name: '0006-mail',
  async up(knex) {
    await outbox(knex)
    await secrets(knex)
    await accounts(knex)
    await limits(knex)
  },
}

type Knex = Parameters<Migration['up']>[0]

async function outbox(knex: Knex): Promise<void> {
  // Moments that are compared with now() keep their microseconds: rounded up they would lie in the future.
  // A mail that was asked for becomes one that waits, and then one that was sent, has failed, or is kept to be read here.
  await knex.raw(`
    create table plinth.outbox (
      id uuid primary key default plinth.uuid_v7(),
      state text not null check (state in ('asked', 'waiting', 'kept', 'sent', 'failed')),
      template text not null,
      language text not null,
      recipient text not null,
      given jsonb not null default '{}',
      subject text,
      text text,
      html text,
      created timestamptz(3) not null default now(),
      expires timestamptz(3) not null,
      tries int not null default 0,
      next_try timestamptz not null default now(),
      sent timestamptz(3),
      fault text
    )`)
  await knex.raw(`create index on plinth.outbox (next_try) where state in ('asked', 'waiting')`)
  await knex.raw(`
    create table plinth.mail_templates (
      name text not null,
      language text not null,
      subject text not null,
      text text not null,
      html text not null,
      changed timestamptz(3) not null default now(),
      changed_by text not null,
      primary key (name, language)
    )`)
}

async function secrets(knex: Knex): Promise<void> {
  // "email" is where the secret went; it opens nothing once the user's address is another than "current_email".
  await knex.raw(`
    create table plinth.one_time_tokens (
      id uuid not null unique default plinth.uuid_v7(),
      hash bytea primary key,
      purpose text not null,
      user_id uuid,
      email text not null,
      current_email text not null,
      data jsonb not null default '{}',
      code_hash bytea,
      tries_left int,
      created timestamptz(3) not null default now(),
      expires timestamptz(3) not null
    )`)
  await knex.raw('create index on plinth.one_time_tokens (user_id)')
  await knex.raw('create index on plinth.one_time_tokens (expires)')
}

async function accounts(knex: Knex): Promise<void> {
  await knex.raw(`
    create table plinth.verified_addresses (
      user_id uuid primary key,
      email text not null,
      at timestamptz(3) not null default now()
    )`)
  await knex.raw(`
    create table plinth.known_devices (
      user_id uuid not null,
      device bytea not null,
      network text not null,
      first_seen timestamptz(3) not null default now(),
      last_seen timestamptz(3) not null default now(),
      primary key (user_id, device)
    )`)
}

/** The tries of every route, no longer those at signing in alone. Lost in a crash, and that is fine. */
async function limits(knex: Knex): Promise<void> {
  await knex.raw('drop table plinth.sign_in_tries')
  await knex.raw(`
    create unlogged table plinth.tries (
      key text primary key,
      count int not null,
      ends timestamptz not null
    )`)
  await knex.raw('create index on plinth.tries (ends)')
}
