import type { CollectionModel, Expression, FieldModel, Model } from '@plinth/schema'
import { identifier, Param, quoteLiteral, sql } from '../database/sql.ts'
import { compileStored } from './compile-value.ts'
import { expressionLanguage } from './compile-expression.ts'
import { aliases } from './compiler.ts'
import type { Sql } from './run.ts'
import { rowSource, type Source } from './source.ts'
import { reachForRule } from './table-reference.ts'

/**
 * The SQL of a computed field for `generated always as (…) stored`. Such an expression takes no parameters, so literals
 * are written into it. https://www.postgresql.org/docs/current/ddl-generated-columns.html
 */
export function compileComputed(model: Model, collection: CollectionModel, expression: Expression): string {
  const record = { ...rowSource(collection, ''), value: (field: string) => sql`${identifier(field)}` }
  const compiler = {
    model,
    record,
    old: null,
    reach: reachForRule(model),
    alias: aliases(),
    language: expressionLanguage,
  }
  return inline(compileStored(expression, expression.type.kind, compiler))
}

/** What a computed field of a record that is being written will be, worked out from the other values it will have. */
export const computedValue = (model: Model, field: FieldModel, record: Source, next: () => string): Sql | null =>
  field.computed &&
  compileStored(field.computed, field.valueType.kind, {
    model,
    record,
    old: null,
    reach: reachForRule(model),
    alias: next,
    language: expressionLanguage,
  })

function inline(fragment: Sql): string {
  const run = undefined as never // Literals do not depend on a run, and nothing else may stand in a computed field.
  return fragment.parts
    .map((part) => (part instanceof Param ? `${quoteLiteral(String(part.value(run)))}::${part.type}` : part))
    .join('')
}
