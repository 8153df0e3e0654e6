import * as json from '../json-schema.ts'
import { everyCommonOptionBut } from './common-options.ts'
import { defineFieldType } from './field-type.ts'
import { uuidText } from './formats/uuid-text.ts'

const anId = '0198c0de-7a3b-7c4d-8e5f-0123456789ab'
const anotherId = '0198c0de-7a3b-7c4d-8e5f-0123456789ac'

export const relation = defineFieldType({
  label: 'Link to…',
  summary: 'A link to one record of a collection, or to many.',
  commonOptions: everyCommonOptionBut('default'),
  options: json.object({
    to: json.string({ description: 'The collection that the link leads to.' }),
    many: json.optional(json.boolean({ description: 'Links to any number of records instead of one.' })),
    onDelete: json.optional(
      json.oneOf(['restrict', 'cascade', 'setNull'], {
        description: 'When the other record is deleted: refuse that, delete this record too, or empty the link.',
      }),
    ),
    inverse: json.optional(
      json.string({ description: 'The name under which the other collection sees the way back.' }),
    ),
  }),
  value: ({ many }) => (many ? json.array(uuidText, { uniqueItems: true, maxItems: 10_000 }) : uuidText),
  valueType: ({ to, many }) => ({ kind: many ? 'records' : 'record', collection: to }),
  column: ({ many }) => (many ? null : { sqlType: 'uuid', wire: 'json', checks: () => [] }),
  typescript: ({ many }) => (many ? 'string[]' : 'string'),
  problems: ({ many, onDelete }) =>
    many && onDelete !== undefined
      ? [['onDelete', 'A link to many records always just loses a record that is deleted; leave onDelete out.']]
      : [],
  examples: [
    {
      options: { to: 'users' },
      valid: [anId],
      invalid: ['', '42', 42, [anId], null, { id: anId }, `urn:uuid:${anId}`],
    },
    {
      options: { to: 'tags', many: true },
      valid: [[], [anId], [anId, anotherId]],
      invalid: [anId, [anId, anId], ['x'], [null], null, {}],
    },
  ],
})
