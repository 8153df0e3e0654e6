import type { Knex } from 'knex'

/** The statements that knex's schema builder makes for schema `public`, as plain texts. */
export function schemaSql(knex: Knex, build: (schema: Knex.SchemaBuilder) => Knex.SchemaBuilder): readonly string[] {
  const built: unknown = build(knex.schema.withSchema('public')).toSQL()
  const statements = Array.isArray(built) ? built : [built]
  return statements.map((statement: { readonly sql: string; readonly bindings?: readonly unknown[] }) => {
    if ((statement.bindings ?? []).length > 0) throw new Error(`A schema change takes no parameters: ${statement.sql}`)
    return statement.sql
  })
}
