import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'

export const geopoint = defineFieldType({
  label: 'Place on a map',
  summary: 'A point on the earth: degrees of latitude (north) and longitude (east).',
  commonOptions: everyCommonOptionBut('unique'),
  options: json.object({}),
  value: () =>
    json.object({
      lat: json.number({ minimum: -90, maximum: 90 }),
      lon: json.number({ minimum: -180, maximum: 180 }),
    }),
  valueType: () => ({ kind: 'geopoint' }),
  column: () => ({
    sqlType: 'jsonb',
    wire: 'json',
    // Compared as jsonb, for a cast of what is no number would raise; numbers compare exactly there.
    checks: (column) => [
      `case jsonb_typeof(${column}) when 'object' then ((${column} - array['lat', 'lon']) = '{}'::jsonb` +
        ` and ${degrees(`${column} -> 'lat'`, 90)} and ${degrees(`${column} -> 'lon'`, 180)}) is true` +
        ` else ${column} is null end`,
    ],
    longest: Number.POSITIVE_INFINITY,
  }),
  typescript: () => '{ lat: number; lon: number }',
  examples: [
    {
      options: {},
      valid: [
        { lat: 52.52, lon: 13.405 },
        { lat: 90, lon: -180 },
        { lat: -90, lon: 180 },
        { lon: 0, lat: 0 },
      ],
      invalid: [
        {},
        { lat: 1 },
        { lat: 90.01, lon: 0 },
        { lat: 0, lon: 180.5 },
        { lat: '1', lon: '2' },
        { lat: 1, lon: 2, alt: 3 },
        { lat: null, lon: null },
        [52.5, 13.4],
        '52.5,13.4',
        null,
      ],
    },
  ],
})

const degrees = (value: string, most: number): string =>
  `jsonb_typeof(${value}) = 'number' and (${value}) >= '-${most}'::jsonb and (${value}) <= '${most}'::jsonb`
