import * as jsonSchema from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'

export const json = defineFieldType({
  label: 'JSON',
  summary: 'Any structured data, kept as JSON.',
  commonOptions: everyCommonOptionBut('unique'),
  options: jsonSchema.object({}),
  value: () => jsonSchema.any({ not: { type: 'null' } }),
  valueType: () => ({ kind: 'json' }),
  column: () => ({
    sqlType: 'jsonb',
    wire: 'json',
    // There is one way to say "nothing here", and that is the column's own null.
    checks: (column) => [`jsonb_typeof(${column}) <> 'null'`],
    toText: (column) => `${column} #>> '{}'`,
    longest: Number.POSITIVE_INFINITY,
  }),
  typescript: () => 'unknown',
  examples: [
    {
      options: {},
      valid: [{}, [], '', 0, false, 'text', [null], { a: { b: [1, 1.5, 'ü', null] }, constructor: 1 }, 1e300],
      invalid: [null],
    },
  ],
})
