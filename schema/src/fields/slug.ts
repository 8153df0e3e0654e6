import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { lengthChecks, lengthKeywords, lengthProblems } from './formats/text-length.ts'

const usualMaxLength = 200

export const slug = defineFieldType({
  label: 'Name in addresses',
  summary: 'A short name that can stand in a web address, such as my-first-post.',
  commonOptions: everyCommonOption,
  options: json.object({
    minLength: json.optional(json.integer({ minimum: 0, maximum: 500 })),
    maxLength: json.optional(json.integer({ minimum: 1, maximum: 500 })),
  }),
  value: ({ minLength, maxLength = usualMaxLength }) =>
    json.string({ ...lengthKeywords(minLength, maxLength), pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$' }),
  valueType: () => ({ kind: 'text' }),
  column: ({ minLength, maxLength = usualMaxLength }) => ({
    sqlType: 'text',
    wire: 'json',
    checks: (column) => lengthChecks(column, minLength, maxLength),
    // The pattern allows ASCII alone.
    longest: maxLength,
  }),
  typescript: () => 'string',
  problems: ({ minLength, maxLength = usualMaxLength }) => lengthProblems(minLength, maxLength),
  examples: [
    {
      options: {},
      valid: ['a', 'my-first-post', '2026', 'x'.repeat(200)],
      invalid: ['', '-', '-a', 'a-', 'a--b', 'A', 'a b', 'a_b', 'ä', 'a\n', 'x'.repeat(201), 7, null],
    },
    { options: { minLength: 3, maxLength: 5 }, valid: ['a-b', 'abcde'], invalid: ['ab', 'abcdef'] },
  ],
})
