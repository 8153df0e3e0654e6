import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { rangeProblems } from './formats/range-problems.ts'
import { integerChecks, largestInteger } from './formats/safe-integer.ts'

const bound = json.integer({ minimum: -largestInteger, maximum: largestInteger })

export const integer = defineFieldType({
  label: 'Whole number',
  summary: 'A number without decimal places, such as a count.',
  commonOptions: everyCommonOption,
  options: json.object({ min: json.optional(bound), max: json.optional(bound) }),
  value: ({ min = -largestInteger, max = largestInteger }) => json.integer({ minimum: min, maximum: max }),
  valueType: () => ({ kind: 'integer' }),
  column: ({ min, max }) => ({
    sqlType: 'bigint',
    wire: 'json',
    checks: (column) => integerChecks(column, min, max),
    // `5.00` is a whole number too, but PostgreSQL does not cast it from text. Sixteen digits always fit a bigint.
    fromText: (text) =>
      `case when ${text} ~ '^ *[-+]?[0-9]{1,16}([.]0*)? *$' then split_part(${text}, '.', 1)::bigint end`,
  }),
  typescript: () => 'number',
  problems: ({ min, max }) => rangeProblems(min, max, (a, b) => a - b),
  examples: [
    {
      options: {},
      valid: [0, -1, 42, 9007199254740991, -9007199254740991],
      invalid: [1.5, '1', 9007199254740992, -9007199254740992, 1e300, true, null, [1]],
    },
    { options: { min: 1, max: 9 }, valid: [1, 9], invalid: [0, 10, -5, 1.5] },
    { options: { min: 0 }, valid: [0, 9007199254740991], invalid: [-1] },
  ],
})
