import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { rangeProblems } from './formats/range-problems.ts'

const largest = 1e300
const bound = json.number({ minimum: -largest, maximum: largest })

export const float = defineFieldType({
  label: 'Measured number',
  summary: 'A number with decimal places that may be rounded in the last digits, such as a measurement. Not for money.',
  commonOptions: everyCommonOptionBut('unique'),
  options: json.object({ min: json.optional(bound), max: json.optional(bound) }),
  value: ({ min = -largest, max = largest }) => json.number({ minimum: min, maximum: max }),
  valueType: () => ({ kind: 'float' }),
  column: ({ min = -largest, max = largest }) => ({
    sqlType: 'double precision',
    wire: 'json',
    // NaN is above every number for PostgreSQL, so the upper bound keeps it out.
    checks: (column) => [`${column} between '${min}'::double precision and '${max}'::double precision`],
  }),
  typescript: () => 'number',
  problems: ({ min, max }) => rangeProblems(min, max, (a, b) => a - b),
  examples: [
    {
      options: {},
      valid: [0, -0.5, 3.14, 1e300, -1e300, 5e-324, 0.1, 2 ** 53 + 2],
      invalid: ['1.5', 1.1e300, -1.7e308, null, true, [0.5]],
    },
    { options: { min: -0.5, max: 1e21 }, valid: [-0.5, 0, 1e21], invalid: [-0.51, 1.1e21] },
  ],
})
