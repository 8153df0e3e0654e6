import type { Knex } from 'knex'
import { schemaVersionSql } from '../schema-version.ts'
import type { Migration } from './migration.ts'

/** Where versions of the schema are kept, and the functions that tables and plans need. */
export const schemaVersions: Migration = {
  name: '0001-schema-versions',
  async up(knex) {
    await createVersions(knex)
    await knex.raw(converts)
    await knex.raw((await hasUuidV7(knex)) ? builtInUuidV7 : uuidV7)
  },
}

/** Documents are `json`, not `jsonb`: people meet their fields in the order in which they wrote them. */
async function createVersions(knex: Knex.Transaction): Promise<void> {
  await knex.raw(`
    create table plinth.schema_versions (
      version int primary key,
      document json not null,
      created timestamptz(3) not null default now(),
      created_by text not null,
      summary json not null
    )`)
  await knex.raw(schemaVersionSql(0))
}

/** Whether a text can be cast. Types have no common test for that before PostgreSQL 16 (`pg_input_is_valid`). */
const converts = `
  create function plinth.converts(value text, type text) returns boolean language plpgsql stable
  set search_path = pg_catalog as $$
  begin
    if value is null then
      return true;
    end if;
    execute 'select $1::' || type using value;
    return true;
  exception when data_exception or program_limit_exceeded then
    return false;
  end $$`

async function hasUuidV7(knex: Knex.Transaction): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { found: boolean }[] }>(
    "select exists (select from pg_catalog.pg_proc where proname = 'uuidv7' and pronargs = 0) as found",
  )
  return rows[0]?.found === true
}

const builtInUuidV7 = `
  create function plinth.uuid_v7() returns uuid language sql volatile parallel safe
  as 'select pg_catalog.uuidv7()'`

/**
 * RFC 9562, 5.7: 48 bits of milliseconds, then the version, then random bits that keep the variant of the random uuid
 * they come from. The version goes from 4 (0100) to 7 (0111) by setting its two lower bits, which are bits 52 and 53 as
 * PostgreSQL counts them (from the lowest of each byte).
 */
const uuidV7 = `
  create function plinth.uuid_v7() returns uuid language sql volatile parallel safe
  set search_path = pg_catalog as $$
    select encode(
      set_bit(
        set_bit(
          overlay(
            uuid_send(gen_random_uuid())
            placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6
          ),
          52, 1
        ),
        53, 1
      ),
      'hex'
    )::uuid
  $$`
