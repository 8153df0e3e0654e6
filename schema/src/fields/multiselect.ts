import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { choices, sqlChoices, unionOf } from './formats/choices.ts'
import { sqlLiteral } from './formats/sql-literal.ts'

export const multiselect = defineFieldType({
  label: 'Several choices',
  summary: 'Any number of a fixed list of choices, such as labels.',
  commonOptions: everyCommonOptionBut('unique'),
  options: json.object({ options: choices }),
  value: ({ options }) => json.array(json.oneOf(options), { uniqueItems: true }),
  valueType: ({ options }) => ({ kind: 'list', of: { kind: 'choice', options } }),
  column: ({ options }) => ({
    sqlType: 'text[]',
    wire: 'json',
    checks: (column) => [`${column} <@ ${sqlChoices(options)}`, eachOnce(column, options)],
    fromText: (text) => `case when ${text} = '' then '{}'::text[] else array[${text}]::text[] end`,
    toText: (column) => `array_to_string(${column}, ', ')`,
    longest: Number.POSITIVE_INFINITY,
  }),
  typescript: ({ options }) => `(${unionOf(options)})[]`,
  examples: [
    {
      options: { options: ['red', 'green', 'blue'] },
      valid: [[], ['red'], ['blue', 'red', 'green']],
      invalid: [['red', 'red'], ['RED'], [''], [null], [['red']], 'red', null, {}, ['red', 'yellow']],
    },
    {
      options: { options: ["it's", 'a,b', '{}', '"q"', 'a\\b'] },
      valid: [["it's", 'a,b', '{}', '"q"', 'a\\b']],
      invalid: [['a', 'b']],
    },
  ],
})

/** `array_positions` raises on arrays of arrays, hence the case. */
const eachOnce = (column: string, options: readonly string[]): string =>
  `case when array_ndims(${column}) > 1 then false else ${options
    .map((option) => `cardinality(array_positions(${column}, ${sqlLiteral(option)})) <= 1`)
    .join(' and ')} end`
