import * as json from '../json-schema.ts'
import { defineFieldType } from './field-type.ts'
import { integerChecks, largestInteger } from './formats/safe-integer.ts'

export const autonumber = defineFieldType({
  label: 'Running number',
  summary: 'A number that counts up with each new record. Numbers may be skipped, never used twice.',
  commonOptions: ['unique', 'description', 'label', 'hidden'],
  options: json.object({}),
  value: () => json.integer({ minimum: 1, maximum: largestInteger }),
  valueType: () => ({ kind: 'integer' }),
  column: () => ({
    sqlType: 'bigint',
    wire: 'json',
    checks: (column) => integerChecks(column, 1),
    filledBy: 'identity',
  }),
  typescript: () => 'number',
  examples: [{ options: {}, valid: [1, 42, 9007199254740991], invalid: [0, -1, 1.5, '1', null, 9007199254740992] }],
})
