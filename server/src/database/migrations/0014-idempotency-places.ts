import type { Migration } from './migration.ts'

/** Where a guest's answer may be shown again. Those that were kept without it are shown to no guest any more. */
export const idempotencyPlaces: Migration = {
  name: '0014-idempotency-places',
  async up(knex) {
    await knex.raw("alter table plinth.idempotency_keys add column place text not null default ''")
  },
}
