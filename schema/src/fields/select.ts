import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { choices, sqlChoices, unionOf } from './formats/choices.ts'

export const select = defineFieldType({
  label: 'One choice',
  summary: 'One of a fixed list of choices, such as a status.',
  commonOptions: everyCommonOption,
  options: json.object({ options: choices }),
  value: ({ options }) => json.oneOf(options),
  valueType: ({ options }) => ({ kind: 'choice', options }),
  column: ({ options }) => ({
    sqlType: 'text',
    wire: 'json',
    checks: (column) => [`${column} = any (${sqlChoices(options)})`],
  }),
  typescript: ({ options }) => unionOf(options),
  examples: [
    {
      options: { options: ['draft', 'published'] },
      valid: ['draft', 'published'],
      invalid: ['', 'Draft', 'draft ', 'constructor', 0, null, ['draft']],
    },
    {
      options: { options: ["it's", 'a\\b', '{"x"}', 'ä', 'null'] },
      valid: ["it's", 'a\\b', '{"x"}', 'ä', 'null'],
      invalid: ["it''s", 'a', null],
    },
  ],
})
