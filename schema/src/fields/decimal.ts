import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { atLeast, atMost, compareDecimals, decimalText } from './formats/decimal-text.ts'
import { rangeProblems } from './formats/range-problems.ts'

const maxDigits = 1_000
const bound = json.string({
  pattern: `^${decimalText}$`,
  maxLength: 40,
  description: 'A number written as text, such as "0.05".',
})

interface Options {
  readonly precision?: number
  readonly scale?: number
  readonly min?: string
  readonly max?: string
}

export const decimal = defineFieldType({
  label: 'Exact number',
  summary: 'A number with decimal places that is never rounded, such as a price. It travels as text.',
  commonOptions: everyCommonOption,
  options: json.object({
    precision: json.optional(json.integer({ minimum: 1, maximum: maxDigits, description: 'How many digits in all.' })),
    scale: json.optional(
      json.integer({ minimum: 0, maximum: maxDigits, description: 'How many of them stand after the point.' }),
    ),
    min: json.optional(bound),
    max: json.optional(bound),
  }),
  value: (options) => json.string({ pattern: valuePattern(options) }),
  valueType: () => ({ kind: 'decimal' }),
  column: ({ precision, scale, min, max }) => ({
    sqlType: precision === undefined ? 'numeric' : `numeric(${precision},${scale ?? 0})`,
    wire: 'text',
    checks: (column) => [
      ...(precision === undefined ? unboundedChecks(column) : [`${column} <> 'NaN'::numeric`]),
      ...(min === undefined ? [] : [`${column} >= '${min}'::numeric`]),
      ...(max === undefined ? [] : [`${column} <= '${max}'::numeric`]),
    ],
    // A plain cast to numeric(p,s) would round digits away without a word.
    ...(precision !== undefined && { fromText: (text: string) => exactCast(text, precision, scale ?? 0) }),
  }),
  typescript: () => 'string',
  problems: ({ precision, scale, min, max }) => [
    ...(precision !== undefined && scale === undefined
      ? [['precision', `Say "scale" too: how many of the ${precision} digits stand after the point.`] as const]
      : []),
    ...(scale !== undefined && precision === undefined
      ? [['scale', 'Say "precision" too: how many digits the number has in all.'] as const]
      : []),
    ...(precision !== undefined && scale !== undefined && scale > precision
      ? [['scale', `scale (${scale}) is above precision (${precision}).`] as const]
      : []),
    ...rangeProblems(min, max, compareDecimals),
  ],
  examples: [
    {
      options: {},
      valid: [
        '0',
        '-0',
        '1',
        '-1.50',
        '0.1',
        '9'.repeat(1_000),
        `0.${'1'.repeat(999)}`,
        '9007199254740993.000000000000000001',
      ],
      invalid: [
        '',
        '1,5',
        '1.',
        '.5',
        '+1',
        '01',
        '1e5',
        '1E5',
        'NaN',
        'Infinity',
        '-',
        ' 1',
        '1\n',
        '0x1',
        '1_000',
        '٣',
        '9'.repeat(1_001),
        `0.${'1'.repeat(1_000)}`,
        1,
        1.5,
        null,
        true,
      ],
    },
    {
      options: { precision: 5, scale: 2 },
      valid: ['0', '999.99', '-999.99', '1.5', '1.50'],
      invalid: ['1000', '0.001', '1.500', '9999.9', '-1000'],
    },
    { options: { precision: 2, scale: 2 }, valid: ['0', '0.99', '-0.01'], invalid: ['1', '1.0', '0.999'] },
    { options: { precision: 3, scale: 0 }, valid: ['999', '-1'], invalid: ['1000', '1.0', '0.5'] },
    {
      options: { min: '0', max: '100' },
      valid: ['0', '-0', '0.00', '100', '100.00', '99.999', '7'],
      invalid: ['-0.01', '100.01', '101', '1000', '-5'],
    },
    {
      options: { min: '-12.5', max: '-0.05' },
      valid: ['-12.5', '-12.50', '-12.49', '-0.05', '-1', '-0.5'],
      invalid: ['-12.51', '-13', '-0.04', '0', '5', '-100'],
    },
  ],
})

function valuePattern({ precision, scale = 0, min, max }: Options): string {
  const number =
    precision === undefined ? `(?!(?:[-.]?[0-9]){${maxDigits + 1}})${decimalText}` : fixedPoint(precision, scale)
  const lower = min === undefined ? '' : `(?=(?:${atLeast(min)})$)`
  const upper = max === undefined ? '' : `(?=(?:${atMost(max)})$)`
  return `^${lower}${upper}${number}$`
}

function fixedPoint(precision: number, scale: number): string {
  const whole = precision - scale
  const integer = whole === 0 ? '0' : `(?:0|[1-9][0-9]{0,${whole - 1}})`
  return scale === 0 ? `-?${integer}` : `-?${integer}(?:[.][0-9]{1,${scale}})?`
}

/** Infinity and NaN (which PostgreSQL sorts above it) are numeric values, but not numbers. */
const unboundedChecks = (column: string): readonly string[] => [
  `${column} > '-1e${maxDigits}'::numeric and ${column} < '1e${maxDigits}'::numeric`,
  `scale(${column}) <= ${maxDigits}`,
]

function exactCast(text: string, precision: number, scale: number): string {
  const whole = `0*[0-9]{0,${Math.min(precision - scale, 255)}}`
  const pattern = `^ *[-+]?${whole}([.][0-9]{0,${Math.min(scale, 255)}}0*)? *$`
  return `case when ${text} ~ '${pattern}' and ${text} ~ '[0-9]' then ${text}::numeric(${precision},${scale}) end`
}
