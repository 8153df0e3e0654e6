import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { calendarDay } from './formats/calendar-day.ts'

const timeOfDay = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]'
const offset = '(?:Z|[-+](?:0[0-9]|1[0-4]):[0-5][0-9])'
// On the first and the last day an offset, or rounding to milliseconds, could lead out of the years 0001 to 9999.
const inner = `(?!0001-01-01|9999-12-31)${calendarDay}T${timeOfDay}(?:[.][0-9]{1,9})?${offset}`
const outer = `(?:0001-01-01|9999-12-31)T${timeOfDay}(?:[.][0-9]{1,3})?(?:Z|[+]00:00)`

export const datetime = defineFieldType({
  label: 'Date and time',
  summary: 'A moment, kept to the millisecond in UTC. What is sent must say its time zone, such as Z or +02:00.',
  commonOptions: everyCommonOption,
  options: json.object({}),
  value: () => json.string({ format: 'date-time', pattern: `^(?:${inner}|${outer})$` }),
  valueType: () => ({ kind: 'datetime' }),
  column: () => ({
    sqlType: 'timestamptz(3)',
    wire: 'json',
    checks: (column) => [
      `${column} >= '0001-01-01 00:00:00+00'::timestamptz and ${column} < '10000-01-01 00:00:00+00'::timestamptz`,
    ],
  }),
  typescript: () => 'string',
  examples: [
    {
      options: {},
      valid: [
        '2026-01-31T12:00:00Z',
        '2026-01-31T12:00:00+00:00',
        '2026-01-31T12:00:00.123+14:59',
        '1969-12-31T23:59:59.123456789-14:59',
        '0001-01-01T00:00:00Z',
        '0001-01-02T00:00:00+14:59',
        '9999-12-31T23:59:59.999+00:00',
        '9999-12-30T23:59:59.999999999-14:59',
        '2024-02-29T00:00:00-00:00',
        '2016-12-31T23:59:59Z',
      ],
      invalid: [
        '',
        '2026-01-31',
        '2026-01-31T12:00:00',
        '2026-01-31 12:00:00Z',
        '2026-01-31T12:00Z',
        '2026-01-31t12:00:00z',
        '2026-02-29T12:00:00Z',
        '2016-12-31T23:59:60Z',
        '2026-01-31T24:00:00Z',
        '2026-01-31T12:60:00Z',
        '2026-01-31T12:00:00+15:00',
        '2026-01-31T12:00:00+0200',
        '2026-01-31T12:00:00+02',
        '2026-01-31T12:00:00.Z',
        '2026-01-31T12:00:00.1234567890Z',
        '0000-12-31T12:00:00Z',
        '0001-01-01T00:00:00+00:01',
        '9999-12-31T23:59:59.9999Z',
        '9999-12-31T23:59:59-00:01',
        '10000-01-01T00:00:00Z',
        'now',
        'infinity',
        '2026-01-31T12:00:00Z\n',
        0,
        null,
      ],
    },
  ],
})
