import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { lengthChecks } from './formats/text-length.ts'

// The longest address that can be delivered to (RFC 5321 4.5.3.1.3 with erratum 1690).
const maxLength = 254
const atom = "[A-Za-z0-9!#$%&'*+\\/=?^_`\\{\\|\\}~\\-]+"
const hostLabel = '[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?'

export const email = defineFieldType({
  label: 'E-mail address',
  summary: 'An e-mail address. Upper and lower case are kept, but two addresses that differ only there are the same.',
  commonOptions: everyCommonOption,
  options: json.object({}),
  value: () =>
    json.string({ format: 'email', maxLength, pattern: `^${atom}(?:[.]${atom})*@(?:${hostLabel}[.])+${hostLabel}$` }),
  valueType: () => ({ kind: 'text' }),
  column: () => ({
    sqlType: 'text',
    wire: 'json',
    checks: (column) => lengthChecks(column, undefined, maxLength),
    uniqueOn: (column) => `lower(${column})`,
    // The pattern allows ASCII alone.
    longest: maxLength,
  }),
  typescript: () => 'string',
  examples: [
    {
      options: {},
      valid: ['ada@example.com', "o'hara+tag@mail.example.co.uk", 'A_b@EXAMPLE.org', `${'a'.repeat(242)}@example.com`],
      invalid: [
        '',
        'ada',
        'ada@',
        '@example.com',
        'ada@example',
        'a b@example.com',
        'ada@example.com\n',
        'a@b@example.com',
        '.a@example.com',
        'ada@-example.com',
        'ada@example.com, eve@example.com',
        'Ada <ada@example.com>',
        `${'a'.repeat(243)}@example.com`,
        1,
        null,
      ],
    },
  ],
})
