import { answerTooLargeCode } from '../database-error.ts'
import type { Migration } from './migration.ts'

/** Ends a statement whose answer grows too large while it is put together. */
export const answerTooLarge: Migration = {
  name: '0015-answer-too-large',
  async up(knex) {
    // Volatile, so that it is not called while the statement is planned.
    await knex.raw(`
      create function plinth.answer_too_large() returns json language plpgsql volatile parallel safe
      set search_path = pg_catalog as $$
      begin
        raise exception using errcode = '${answerTooLargeCode}', message = 'the answer is too large';
      end $$`)
  },
}
