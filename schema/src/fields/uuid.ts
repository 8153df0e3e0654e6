import * as json from '../json-schema.ts'
import { everyCommonOption } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { uuidText } from './formats/uuid-text.ts'

export const uuid = defineFieldType({
  label: 'Unique id',
  summary: 'An identifier that another system gave (a UUID).',
  commonOptions: everyCommonOption,
  options: json.object({}),
  value: () => uuidText,
  valueType: () => ({ kind: 'id' }),
  column: () => ({ sqlType: 'uuid', wire: 'json', checks: () => [] }),
  typescript: () => 'string',
  examples: [
    {
      options: {},
      valid: [
        '0198c0de-7a3b-7c4d-8e5f-0123456789ab',
        '00000000-0000-0000-0000-000000000000',
        'ABCDEF01-2345-6789-abcd-ef0123456789',
      ],
      invalid: [
        '',
        '42',
        'urn:uuid:0198c0de-7a3b-7c4d-8e5f-0123456789ab',
        '{0198c0de-7a3b-7c4d-8e5f-0123456789ab}',
        '0198c0de7a3b7c4d8e5f0123456789ab',
        '0198c0de-7a3b-7c4d-8e5f-0123456789ag',
        '0198c0de-7a3b-7c4d-8e5f-0123456789ab\n',
        1,
        null,
      ],
    },
  ],
})
