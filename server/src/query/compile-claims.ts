import { claimLimits, type Expression, type Model } from '@plinth/schema'
import { type CompiledSql, compileSql, join, param, raw, sql } from '../database/sql.ts'
import { expressionLanguage } from './compile-expression.ts'
import { compileStored } from './compile-value.ts'
import { aliases, type Compiler } from './compiler.ts'
import type { Run, Sql } from './run.ts'
import { currentVersion } from './select-one.ts'
import { reachForRule } from './table-reference.ts'

/** The claims of the user who asks: a row `[version, json]`. Written by an admin, as rules are, so they look at what rules see. */
export function compileClaims(model: Model): CompiledSql<Run> {
  const compiler: Compiler = {
    model,
    record: null,
    old: null,
    reach: reachForRule(model),
    alias: aliases(),
    language: expressionLanguage,
  }
  const claims = [...model.claims].map(([name, expression]) => claim(name, expression, compiler))
  return compileSql(sql`
    select v.version, (
      select coalesce(jsonb_object_agg(c.name, case when octet_length(c.value::text) <= ${raw(String(claimLimits.valueBytes))} then c.value end), '{}')
      from (values ${join(claims, ', ')}) as c (name, value)
    )::text
    from ${currentVersion} as v`)
}

function claim(name: string, expression: Expression, compiler: Compiler): Sql {
  const { kind } = expression.type
  const value = compileStored(expression, kind, compiler)
  // On the wire a decimal is text, so that it stays exact.
  const written = kind === 'decimal' ? sql`(${value})::text` : value
  return sql`(${param<Run>('text', () => name)}, to_jsonb(${written}))`
}
