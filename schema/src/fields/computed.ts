import * as json from '../json-schema.ts'
import type { JsonSchema } from '../json-schema.ts'
import { boolean } from './boolean.ts'
import { date } from './date.ts'
import { datetime } from './datetime.ts'
import { decimal } from './decimal.ts'
import { defineFieldType, type FieldType } from './field-type.ts'
import { float } from './float.ts'
import { integer } from './integer.ts'
import { text } from './text.ts'

const results = { text, integer, decimal, float, boolean, date, datetime } as const
type Result = keyof typeof results

const resultNames: readonly Result[] = ['text', 'integer', 'decimal', 'float', 'boolean', 'date', 'datetime']
const typeOf = (result: Result): FieldType => results[result]

export const computed = defineFieldType({
  label: 'Calculated',
  summary: 'A value that is worked out from other fields of the same record, and kept up to date.',
  commonOptions: ['description', 'label', 'hidden'],
  options: json.object({
    expression: json.string({ minLength: 1, maxLength: 4_000, description: 'For example: price + tax' }),
    result: json.oneOf(resultNames, { description: 'The type of the value.' }),
    maxLength: json.optional(
      json.integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'The longest text it may give; needed for an index.',
      }),
    ),
  }),
  value: ({ result, maxLength }): JsonSchema =>
    result === 'text' ? json.string(maxLength === undefined ? {} : { maxLength }) : typeOf(result).value({}),
  valueType: ({ result }) => typeOf(result).valueType({}),
  column: ({ result, maxLength }) => {
    const column = typeOf(result).column({ ...(maxLength !== undefined && { maxLength }) })
    if (column === null || result !== 'text' || maxLength !== undefined)
      return column && { ...column, filledBy: 'expression' }
    // The length follows from the fields it is made of, so the usual limit of texts would only be in the way.
    return { ...column, checks: () => [], longest: Number.POSITIVE_INFINITY, filledBy: 'expression' }
  },
  typescript: ({ result }) => typeOf(result).typescript({}),
  problems: ({ result, maxLength }) =>
    maxLength !== undefined && result !== 'text'
      ? [['maxLength', `A length is for texts; the result here is ${result}.`]]
      : [],
  examples: [
    { options: { expression: 'lower(title)', result: 'text' }, valid: ['', 'x'.repeat(10_001)], invalid: [1, null] },
    { options: { expression: 'price + tax', result: 'decimal' }, valid: ['1.50'], invalid: [1.5, 'x', null] },
    { options: { expression: 'a + b', result: 'integer' }, valid: [3], invalid: [0.5, '3', null] },
    { options: { expression: 'done = true', result: 'boolean' }, valid: [true], invalid: [1, null] },
    { options: { expression: 'day + 7d', result: 'date' }, valid: ['2026-01-31'], invalid: ['2026-02-30', null] },
    {
      options: { expression: 'start + 1h', result: 'datetime' },
      valid: ['2026-01-31T12:00:00Z'],
      invalid: ['2026-01-31', null],
    },
    { options: { expression: 'a + 0.5', result: 'float' }, valid: [0.5], invalid: ['0.5', null] },
  ],
})
