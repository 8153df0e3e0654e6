import type { Migration } from './migration.ts'

/**
 * Second factors and passkeys. `user_id` has no foreign key, as in `0003-sign-in`: every look-up joins the user, so what a
 * deleted one leaves behind opens nothing. `proven` says whether the user's address was proven while they had the factor.
 */
export const secondFactors: Migration = {
  name: '0009-second-factors',
  async up(knex) {
    await factors(knex)
    await passkeys(knex)
    await sessions(knex)
  },
}

type Knex = Parameters<Migration['up']>[0]

async function factors(knex: Knex): Promise<void> {
  // The secret is needed as it is to work codes out, so no hash can stand for it. A time step at or before "last_step" was
  // used: https://www.rfc-editor.org/rfc/rfc6238#section-5.2
  await knex.raw(`
    create table plinth.totp_factors (
      id uuid primary key default plinth.uuid_v7(),
      user_id uuid not null,
      name text not null,
      secret text not null,
      last_step bigint not null default 0,
      proven boolean not null,
      created timestamptz(3) not null,
      confirmed timestamptz(3),
      last_used timestamptz(3)
    )`)
  await knex.raw('create index on plinth.totp_factors (user_id)')
  await knex.raw(`
    create table plinth.recovery_codes (
      user_id uuid not null,
      hash bytea not null,
      created timestamptz(3) not null,
      primary key (user_id, hash)
    )`)
  // Who has shown one factor and has to show the second.
  await knex.raw(`
    create table plinth.mfa_tickets (
      hash bytea primary key,
      user_id uuid not null,
      method text not null,
      tries_left int not null,
      created timestamptz(3) not null,
      expires timestamptz(3) not null
    )`)
  await knex.raw('create index on plinth.mfa_tickets (user_id)')
  await knex.raw('create index on plinth.mfa_tickets (expires)')
}

async function passkeys(knex: Knex): Promise<void> {
  await knex.raw(`
    create table plinth.passkeys (
      id uuid primary key default plinth.uuid_v7(),
      user_id uuid not null,
      name text not null,
      credential_id text not null unique,
      public_key text not null,
      counter bigint not null,
      transports text[] not null,
      backup_eligible boolean not null,
      backed_up boolean not null,
      proven boolean not null,
      created timestamptz(3) not null,
      last_used timestamptz(3)
    )`)
  await knex.raw('create index on plinth.passkeys (user_id)')
  // "bound_to" is what the answer counts for alone: a session or a ticket.
  await knex.raw(`
    create table plinth.passkey_challenges (
      hash bytea primary key,
      purpose text not null,
      user_id uuid,
      bound_to text,
      expires timestamptz(3) not null
    )`)
  await knex.raw('create index on plinth.passkey_challenges (expires)')
  // What makes a password, or mail, alone too little.
  await knex.raw(`
    create view plinth.second_factors as
    select id, user_id, 'totp' as kind, name, created, last_used, null::boolean as backed_up
    from plinth.totp_factors
    where confirmed is not null
    union all
    select id, user_id, 'passkey', name, created, last_used, backed_up
    from plinth.passkeys`)
}

async function sessions(knex: Knex): Promise<void> {
  // When, and by what, who holds the session last proved who they are: https://www.rfc-editor.org/rfc/rfc8176
  await knex.raw(`
    alter table plinth.sessions
      add column auth_time timestamptz(3) not null default now(),
      add column amr text[] not null default '{}'`)
  await knex.raw('update plinth.sessions set auth_time = created_at')
}
