import type { Expression } from '@plinth/schema'
import { join, param, raw, sql } from '../database/sql.ts'
import { compileComparison } from './compile-comparison.ts'
import { compileCount, compileMembership, compileQuantifier } from './compile-many.ts'
import { compileValue, lowerCase } from './compile-value.ts'
import type { Compiler, Language } from './compiler.ts'
import type { Run, Sql } from './run.ts'

type Kind = Expression['kind']
type Compile<K extends Kind> = (expression: Extract<Expression, { kind: K }>, compiler: Compiler) => Sql

/**
 * Compiles an expression to an SQL condition, in which SQL's null means false: that is what `where` makes of it, and what
 * keeps indexes usable. Logic stays two-valued because every negation is `is not true`, which is never null.
 */
export function compileCondition(expression: Expression, compiler: Compiler): Sql {
  // The map is exhaustive, so the entry found is the one for this kind.
  const compile = conditions[expression.kind] as (expression: Expression, compiler: Compiler) => Sql
  return compile(expression, compiler)
}

const bareBoolean = (expression: Expression, compiler: Compiler): Sql => compileValue(expression, 'boolean', compiler)
const joined =
  (operator: ' and ' | ' or ') =>
  ({ items }: { readonly items: readonly Expression[] }, compiler: Compiler): Sql =>
    sql`(${join(
      items.map((item) => compileCondition(item, compiler)),
      operator,
    )})`

const conditions: { readonly [K in Kind]: Compile<K> } = {
  literal: (expression) => raw(expression.value === true ? 'true' : 'false'),
  path: bareBoolean,
  and: joined(' and '),
  or: joined(' or '),
  not: ({ of }, compiler) => sql`((${compileCondition(of, compiler)}) is not true)`,
  compare: compileComparison,
  in: compileMembership,
  quantifier: compileQuantifier,
  contains: ({ left, right }, compiler) => sql`strpos(${lowerCase(left, compiler)}, ${lowerCase(right, compiler)}) > 0`,
  // By code point: two columns' own collations would contradict each other.
  startsWith: ({ of, with: start }, compiler) => {
    const [text, prefix] = [compileValue(of, 'text', compiler), compileValue(start, 'text', compiler)]
    return sql`left(${text}, char_length(${prefix})) collate "C" = (${prefix}) collate "C"`
  },
  endsWith: ({ of, with: end }, compiler) => {
    const [text, suffix] = [compileValue(of, 'text', compiler), compileValue(end, 'text', compiler)]
    // right(x, 0) is '', and a text shorter than the suffix is returned whole: equality decides both.
    return sql`right(${text}, char_length(${suffix})) collate "C" = (${suffix}) collate "C"`
  },
  changed: ({ of, was }, compiler) => {
    const as = of.type.kind === 'json' || of.type.kind === 'geopoint' ? 'json' : 'list'
    return sql`(${compileValue(of, as, compiler)} is distinct from ${compileValue(was, as, compiler)})`
  },
  search: ({ words, fields }, compiler) => {
    const texts = fields.map((field) => lowerCase(field, compiler))
    const found = words.map((word) => {
      const wanted = sql`lower(${param<Run>('text', () => word)} collate "und-x-icu")`
      return sql`(${join(
        texts.map((text) => sql`strpos(${text}, ${wanted}) > 0`),
        ' or ',
      )})`
    })
    return found.length === 0 ? raw('true') : sql`(${join(found, ' and ')})`
  },
  now: bareBoolean,
  today: bareBoolean,
  userRoles: bareBoolean,
  userVerified: bareBoolean,
  list: bareBoolean,
  arithmetic: bareBoolean,
  count: compileCount,
  lower: bareBoolean,
  length: bareBoolean,
  distance: bareBoolean,
}

export const expressionLanguage: Language = { condition: compileCondition, value: compileValue }
