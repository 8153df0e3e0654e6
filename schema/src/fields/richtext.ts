import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { lengthChecks, lengthKeywords, lengthProblems, utf8Bytes } from './formats/text-length.ts'

const usualMaxLength = 1_000_000

export const richtext = defineFieldType({
  label: 'Rich text',
  summary: 'Long formatted text, as HTML or Markdown. It is kept as written: whoever shows it must make it safe.',
  commonOptions: everyCommonOptionBut('unique'),
  options: json.object({
    minLength: json.optional(json.integer({ minimum: 0, maximum: 1_000_000 })),
    maxLength: json.optional(json.integer({ minimum: 1, maximum: 1_000_000 })),
  }),
  value: ({ minLength, maxLength = usualMaxLength }) => json.string(lengthKeywords(minLength, maxLength)),
  valueType: () => ({ kind: 'text' }),
  column: ({ minLength, maxLength = usualMaxLength }) => ({
    sqlType: 'text',
    wire: 'json',
    checks: (column) => lengthChecks(column, minLength, maxLength),
    sortedForPeople: true,
    longest: utf8Bytes(maxLength),
  }),
  typescript: () => 'string',
  problems: ({ minLength, maxLength = usualMaxLength }) => lengthProblems(minLength, maxLength),
  examples: [
    {
      options: {},
      valid: ['', '<p>Hello <b>you</b></p>', '# Title\n\n- one', '<script>alert(1)</script>', 'ö'.repeat(200_000)],
      invalid: [0, null, { html: '' }, 'x'.repeat(1_000_001)],
    },
    { options: { minLength: 1, maxLength: 4 }, valid: ['<p/>'], invalid: ['', '<br/>'] },
  ],
})
