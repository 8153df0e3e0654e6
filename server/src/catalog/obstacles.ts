import type { FieldPair } from '@plinth/schema'
import { quoteIdentifier } from '../database/sql.ts'
import { uniqueTerm } from './field-objects.ts'
import { joinTableName, tableSql } from './object-names.ts'
import type { Obstacle } from './step-draft.ts'
import { textRules } from './text-rules.ts'
import { type ValueSource, valueSource } from './value-source.ts'

const nameOf = ({ collection, to }: FieldPair): string => `"${collection.to.name}.${to.name}"`

const rowsWhere = ({ rows, column }: ValueSource, condition: string): string =>
  `select s."id", to_jsonb(s.${column}) as value from (${rows}) as s where ${condition}`

/** Values that the new type cannot take. */
export function unfitValues(pair: FieldPair): readonly Obstacle[] {
  const { unfit } = valueSource(pair)
  if (unfit === null) return []
  const reason = `These values of ${nameOf(pair)} cannot be turned into "${pair.to.fieldType.label}".`
  return [{ rows: unfit, reason, mend: 'Correct or empty these values, then plan again.' }]
}

/** Values that break a condition which the table did not hold before. */
export function brokenChecks(pair: FieldPair): readonly Obstacle[] {
  const source = valueSource(pair)
  const kept = pair.from.column?.sqlType === pair.to.column?.sqlType ? pair.from.column?.checks('x') : undefined
  const before = new Set(kept)
  const conditions = (pair.to.column?.checks(source.column) ?? []).filter(
    (_, i) => !before.has(pair.to.column?.checks('x')[i] ?? ''),
  )
  if (conditions.length === 0) return []
  return [
    {
      rows: rowsWhere(source, conditions.map((condition) => `not (${condition})`).join(' or ')),
      reason: `These values of ${nameOf(pair)} do not fit its new options.`,
      mend: 'Change these values so that they fit, or loosen the options.',
    },
  ]
}

/** Texts that break a pattern: PostgreSQL has another dialect of patterns, so each text is tried here. */
export function brokenPatterns(pair: FieldPair): readonly Obstacle[] {
  const rules = textRules(pair.to)
  if (rules === null || textRules(pair.from)?.key === rules.key) return []
  const source = valueSource(pair)
  return [
    {
      rows: rowsWhere(source, `s.${source.column} is not null`),
      reason: `These values of ${nameOf(pair)} do not look as its type or pattern demands.`,
      mend: 'Change these values so that they fit, or loosen the pattern.',
      isInTheWay: (value) => !rules.accepts(value),
    },
  ]
}

export function missingValues(pair: FieldPair): readonly Obstacle[] {
  const source = valueSource(pair)
  const reason = `${nameOf(pair)} becomes required, but these records have no value.`
  return [
    {
      rows: rowsWhere(source, `s.${source.column} is null`),
      reason,
      mend: 'Give each of these records a value, or leave the field optional.',
    },
  ]
}

export function duplicateValues(pair: FieldPair): readonly Obstacle[] {
  const { column } = pair.to
  if (column === null) return []
  const term = uniqueTerm({ table: '', field: pair.to.name }, pair.to)
  const source = valueSource(pair)
  return [duplicates(source.rows, [term], `s.${source.column}`, `${nameOf(pair)} becomes unique`)]
}

/** Rows of which several have the same terms; a row where one of them is empty is like no other. */
export function duplicates(rows: string, terms: readonly string[], shown: string, what: string): Obstacle {
  const given = terms.map((term) => `${term} is not null`).join(' and ')
  return {
    rows:
      `select d."id", d.value from (select s."id", to_jsonb(${shown}) as value, ${given} as given, ` +
      `count(*) over (partition by ${terms.join(', ')}) as alike from (${rows}) as s) as d where d.given and d.alike > 1`,
    reason: `${what}, but these records have the same value as another.`,
    mend: 'Change these values so that each occurs once.',
  }
}

/** Links to records that are not there. `target` is what the other collection was called before; undefined if it is new. */
export function danglingLinks(pair: FieldPair, target: string | undefined): readonly Obstacle[] {
  const column = quoteIdentifier(pair.to.name)
  const rows =
    pair.from.column === null && pair.to.column === null
      ? `select j."source" as "id", j."target" as ${column} from ${joinTable(pair)} as j`
      : valueSource(pair).rows
  const exists =
    target === undefined ? 'false' : `exists (select from ${tableSql(target)} as r where r."id" = s.${column})`
  return [
    {
      rows: rowsWhere({ rows, column, unfit: null }, `s.${column} is not null and not ${exists}`),
      reason: `These links of ${nameOf(pair)} lead to no record of "${pair.to.relation?.to}".`,
      mend: 'Empty or correct these links, or add the missing records first.',
    },
  ]
}

/** Records with several links, where there may be one from now on. */
export function severalLinks(pair: FieldPair): readonly Obstacle[] {
  return [
    {
      rows:
        `select j."source" as "id", jsonb_agg(j."target") as value from ${joinTable(pair)} as j ` +
        'group by j."source" having count(*) > 1',
      reason: `${nameOf(pair)} can hold one link from now on, but these records have several.`,
      mend: 'Leave each of these records one link.',
    },
  ]
}

const joinTable = ({ collection, from }: FieldPair): string => tableSql(joinTableName(collection.from.name, from.name))
