import type { Migration } from './migration.ts'

/** What subscriptions need: a secret that all copies sign cursors with, and a quick way to the sessions that were just ended. */
export const realtime: Migration = {
  name: '0012-realtime',
  async up(knex) {
    // It only keeps cursors from being made up, so it may lie beside what they lead to. 244 random bits.
    await knex.raw(`
      alter table plinth.log_epoch
      add column cursor_secret text not null default gen_random_uuid()::text || gen_random_uuid()::text`)
    await knex.raw('create index on plinth.sessions (revoked_at) where revoked_at is not null')
  },
}
