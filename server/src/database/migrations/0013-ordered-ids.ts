import type { Migration } from './migration.ts'

/** Ids sort in the order in which they were made on every version of PostgreSQL, within a millisecond too. */
export const orderedIds: Migration = {
  name: '0013-ordered-ids',
  async up(knex) {
    const { rows } = await knex.raw<{ rows: { found: boolean }[] }>(
      "select exists (select from pg_catalog.pg_proc where proname = 'uuidv7' and pronargs = 0) as found",
    )
    if (rows[0]?.found !== true) await knex.raw(uuidV7)
  },
}

/**
 * RFC 9562, 5.7 and 6.2 (method 3), as PostgreSQL 18 has it built in: 48 bits of milliseconds, the version, 12 bits of
 * the fraction of the millisecond, then random bits that keep the variant of the random uuid they come from.
 */
export const uuidV7 = `
  create or replace function plinth.uuid_v7() returns uuid language sql volatile parallel safe
  set search_path = pg_catalog as $$
    select encode(
      overlay(
        uuid_send(gen_random_uuid())
        placing int8send((at / 1000 << 16) | (7 << 12) | (at % 1000 * 4096 / 1000))
        from 1 for 8
      ),
      'hex'
    )::uuid
    from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as at) microseconds
  $$`
