import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { lengthChecks, lengthKeywords, lengthProblems, utf8Bytes } from './formats/text-length.ts'

const usualMaxLength = 10_000

export const text = defineFieldType({
  label: 'Text',
  summary: 'Plain text: a name, a title, a note.',
  commonOptions: everyCommonOption,
  options: json.object({
    minLength: json.optional(json.integer({ minimum: 0, maximum: 1_000_000 })),
    maxLength: json.optional(json.integer({ minimum: 1, maximum: 1_000_000 })),
    pattern: json.optional(json.string({ minLength: 1, maxLength: 1_000, format: 'regex' })),
  }),
  value: ({ minLength, maxLength = usualMaxLength, pattern }) =>
    json.string({ ...lengthKeywords(minLength, maxLength), ...(pattern !== undefined && { pattern }) }),
  valueType: () => ({ kind: 'text' }),
  // `pattern` is not among the checks: PostgreSQL's regular expressions are another dialect than JSON Schema's.
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
      valid: [
        '',
        'Ärger & Söhne',
        "Robert'); drop table students;--",
        '\\',
        '👩‍👩‍👧',
        'a\nb\tc',
        'null',
        'x'.repeat(10_000),
        '😀'.repeat(10_000),
      ],
      invalid: [1, true, null, [], {}, ['a'], 'x'.repeat(10_001), '😀'.repeat(10_001)],
    },
    { options: { minLength: 2, maxLength: 3 }, valid: ['ab', 'abc', '😀😀😀'], invalid: ['', 'a', '😀', 'abcd'] },
    { options: { pattern: '^[A-Z]{3}$' }, valid: ['EUR'], invalid: ['eur', 'EURO', 'EUR\n', ''] },
  ],
})
