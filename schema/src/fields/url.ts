import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { lengthChecks } from './formats/text-length.ts'

const maxLength = 2_000

export const url = defineFieldType({
  label: 'Web address',
  summary: 'The address of a page, starting with http:// or https://.',
  commonOptions: everyCommonOption,
  options: json.object({}),
  // Other schemes stay out: a `javascript:` address that someone else clicks on would run in their session.
  value: () => json.string({ format: 'uri', maxLength, pattern: '^[Hh][Tt][Tt][Pp][Ss]?:\\/\\/[!-~]+$' }),
  valueType: () => ({ kind: 'text' }),
  column: () => ({
    sqlType: 'text',
    wire: 'json',
    checks: (column) => lengthChecks(column, undefined, maxLength),
    // The pattern allows ASCII alone.
    longest: maxLength,
  }),
  typescript: () => 'string',
  examples: [
    {
      options: {},
      valid: [
        'https://example.com',
        'http://localhost:8090/a?b=c&d=%20#e',
        'HTTPS://EXAMPLE.COM',
        'http://[::1]/',
        'https://xn--exmple-cua.de/%C3%BC',
        `https://example.com/${'a'.repeat(1_980)}`,
      ],
      invalid: [
        '',
        'example.com',
        '//example.com',
        'javascript:alert(1)',
        'data:text/html,x',
        'ftp://example.com',
        'https://',
        ' https://example.com',
        'https://exa mple.com',
        'https://example.com\n',
        `https://example.com/${'a'.repeat(1_981)}`,
        1,
        null,
      ],
    },
  ],
})
