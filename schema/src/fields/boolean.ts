import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'

export const boolean = defineFieldType({
  label: 'Yes/no',
  summary: 'Something that is true or not.',
  commonOptions: everyCommonOptionBut('unique'),
  options: json.object({}),
  value: () => json.boolean(),
  valueType: () => ({ kind: 'boolean' }),
  column: () => ({
    sqlType: 'boolean',
    wire: 'json',
    checks: () => [],
    fromText: (text) =>
      `case when lower(btrim(${text})) in ('true', 't', 'yes', 'y', 'on', '1') then true` +
      ` when lower(btrim(${text})) in ('false', 'f', 'no', 'n', 'off', '0') then false end`,
  }),
  typescript: () => 'boolean',
  examples: [{ options: {}, valid: [true, false], invalid: ['true', 'yes', '', 0, 1, null, []] }],
})
