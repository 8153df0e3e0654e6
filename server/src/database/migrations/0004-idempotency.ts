import type { Migration } from './migration.ts'

/** First answers to writes with an Idempotency-Key, kept for a day. */
export const idempotency: Migration = {
  name: '0004-idempotency',
  async up(knex) {
    await knex.schema.withSchema('plinth').createTable('idempotency_keys', (table) => {
      table.text('actor').notNullable()
      table.text('key').notNullable()
      table.text('fingerprint').notNullable()
      table.integer('status')
      table.jsonb('headers')
      table.text('body')
      table.timestamp('created', { useTz: true }).notNullable().defaultTo(knex.fn.now()).index()
      table.primary(['actor', 'key'])
    })
  },
}
