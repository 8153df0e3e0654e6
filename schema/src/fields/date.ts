import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { calendarDay } from './formats/calendar-day.ts'
import { rangeProblems } from './formats/range-problems.ts'

const day = json.string({ format: 'date', pattern: `^${calendarDay}$` })

export const date = defineFieldType({
  label: 'Date',
  summary: 'A day in the calendar, such as a birthday.',
  commonOptions: everyCommonOption,
  options: json.object({ min: json.optional(day), max: json.optional(day) }),
  value: ({ min, max }) => ({
    ...day,
    // Keywords of ajv-formats; JSON Schema has none of its own for the order of texts.
    ...(min !== undefined && { formatMinimum: min }),
    ...(max !== undefined && { formatMaximum: max }),
  }),
  valueType: () => ({ kind: 'date' }),
  column: ({ min = '0001-01-01', max = '9999-12-31' }) => ({
    sqlType: 'date',
    wire: 'json',
    checks: (column) => [`${column} between '${min}'::date and '${max}'::date`],
  }),
  typescript: () => 'string',
  problems: ({ min, max }) => rangeProblems(min, max, (a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  examples: [
    {
      options: {},
      valid: ['2026-01-31', '0001-01-01', '9999-12-31', '2024-02-29', '2000-02-29', '0004-02-29'],
      invalid: [
        '',
        '0000-01-01',
        '0000-02-29',
        '10000-01-01',
        '2026-1-31',
        '2026-02-29',
        '1900-02-29',
        '2026-04-31',
        '2026-13-01',
        '2026-00-10',
        '2026-01-00',
        '2026-01-32',
        '31.01.2026',
        'today',
        'infinity',
        '2026-01-31T00:00:00Z',
        '2026-01-31\n',
        '-2026-01-31',
        '٢٠٢٦-01-31',
        20260131,
        null,
      ],
    },
    {
      options: { min: '2026-01-01', max: '2026-12-31' },
      valid: ['2026-01-01', '2026-12-31'],
      invalid: ['2025-12-31', '2027-01-01'],
    },
  ],
})
