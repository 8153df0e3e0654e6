import type { FieldModel, FieldPair } from '@plinth/schema'
import { quoteIdentifier, quoteLiteral } from '../database/sql.ts'
import { joinTableName, tableSql } from './object-names.ts'

/** A field's values as they will be, read from the table as it is before the plan. */
export interface ValueSource {
  /** `select id, "field"`, one row a record. */
  readonly rows: string
  /** The quoted name of the new field, as it stands in `rows`. */
  readonly column: string
  /** `select id, value` of the records whose old value cannot be turned into a new one; null where all can. */
  readonly unfit: string | null
}

export function valueSource(pair: FieldPair): ValueSource {
  const table = tableSql(pair.collection.from.name)
  const old = oldValue(pair)
  const { value, fits } = convert(pair.from, pair.to, old)
  const column = quoteIdentifier(pair.to.name)
  return {
    rows: `select t."id", ${value} as ${column} from ${table} as t`,
    column,
    unfit:
      fits === null
        ? null
        : `select t."id", to_jsonb(${old}) as value from ${table} as t where ${old} is not null and (${fits}) is not true`,
  }
}

/** The old value of a record `t`. Of a relation to many, the first link: with more, a change to one is blocked. */
function oldValue({ collection, from }: FieldPair): string {
  if (from.column !== null) return `t.${quoteIdentifier(from.name)}`
  const join = tableSql(joinTableName(collection.from.name, from.name))
  return `(select j."target" from ${join} as j where j."source" = t."id" order by j."target" limit 1)`
}

interface Conversion {
  readonly value: string
  /** Whether a value that is not null can be converted; null where each can. */
  readonly fits: string | null
}

/** Turns a value of one field type into another's by way of its text form. It never raises. */
export function convert(from: FieldModel, to: FieldModel, old: string): Conversion {
  const sqlType = to.column?.sqlType ?? 'uuid'
  if ((from.column?.sqlType ?? 'uuid') === sqlType) return { value: old, fits: null }
  const text = `(${from.column?.toText?.(old) ?? `${old}::text`})`
  const made = to.column?.fromText?.(text)
  if (made !== undefined)
    return { value: `case when ${old} is not null then ${made} end`, fits: `(${made}) is not null` }
  if (sqlType === 'text') return { value: text, fits: null }
  const fits = `plinth.converts(${text}, ${quoteLiteral(sqlType)})`
  return { value: `case when ${fits} then ${text}::${sqlType} end`, fits }
}

/**
 * `select id, value` of the records that lose something: turning the new value back does not give the old one. A number
 * that is only written differently (`5`, `5.00`) loses nothing.
 */
export function lossyRows(pair: FieldPair): string {
  const { from, to, collection } = pair
  const old = oldValue(pair)
  const { value } = convert(from, to, old)
  const back = convert(to, from, 'c.made').value
  const oldText = textOf(from, 'c.old')
  const madeText = textOf(to, 'c.made')
  const sameNumber =
    `case when plinth.converts(${oldText}, 'numeric') and plinth.converts(${madeText}, 'numeric') ` +
    `then ${oldText}::numeric = ${madeText}::numeric else false end`
  return (
    `select c."id", jsonb_build_object('from', to_jsonb(c.old), 'to', to_jsonb(c.made)) as value ` +
    `from (select t."id", ${old} as old, ${value} as made from ${tableSql(collection.from.name)} as t) as c ` +
    `where c.made is not null and ${madeText} is distinct from ${oldText} ` +
    `and (${back}) is distinct from c.old and not (${sameNumber})`
  )
}

const textOf = (field: FieldModel, value: string): string => `(${field.column?.toText?.(value) ?? `${value}::text`})`
