import type { JsonSchema } from '../json-schema.ts'
import * as json from '../json-schema.ts'

const mapOf = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values })

const expression = json.string({ minLength: 1, maxLength: 4_000 })
const rule = json.any({ anyOf: [json.boolean(), expression] })
const fieldNames = json.array(json.string(), { uniqueItems: true })

const role = json.object({
  description: json.optional(json.string({ maxLength: 2_000 })),
  inherits: json.optional(json.array(json.string(), { uniqueItems: true })),
  mfa: json.optional(json.oneOf(['required'])),
})

const index = json.object({
  // PostgreSQL takes up to 32 columns; who needs more than a few wants another index.
  fields: json.array(json.string(), { minItems: 1, maxItems: 8 }),
  unique: json.optional(json.boolean()),
})

const permission = json.object({
  read: json.optional(rule),
  create: json.optional(rule),
  update: json.optional(rule),
  delete: json.optional(rule),
  hide: json.optional(fieldNames),
  readIf: json.optional(mapOf(expression)),
  writeIf: json.optional(mapOf(expression)),
  set: json.optional(mapOf(expression)),
})

const collection = json.object({
  kind: json.optional(json.oneOf(['table', 'view'])),
  label: json.optional(json.string({ minLength: 1, maxLength: 200 })),
  description: json.optional(json.string({ maxLength: 2_000 })),
  display: json.optional(json.string()),
  collation: json.optional(json.string({ minLength: 1, maxLength: 63 })),
  // Each field is checked against the options of its own type.
  fields: json.optional(mapOf({ type: 'object' })),
  indexes: json.optional(json.array(index, { maxItems: 100 })),
  permissions: json.optional(mapOf(permission)),
  sql: json.optional(json.string({ minLength: 1, maxLength: 100_000 })),
})

const channel = json.object({
  description: json.optional(json.string({ maxLength: 2_000 })),
  records: json.optional(mapOf(json.string())),
  // Each is a row that PostgreSQL keeps, of up to 64 KB, for every channel that fits the pattern.
  replay: json.optional(json.integer({ minimum: 0, maximum: 100 })),
  permissions: json.optional(
    mapOf(
      json.object({
        join: json.optional(rule),
        broadcast: json.optional(rule),
        presence: json.optional(rule),
      }),
    ),
  ),
})

/** The shape of a schema document; what its names refer to is checked apart. */
export const documentSchema: JsonSchema = json.object({
  version: json.optional(json.integer({ minimum: 0, maximum: 2_147_483_647 })),
  roles: json.optional(mapOf(role)),
  collections: json.optional(mapOf(collection)),
  channels: json.optional(mapOf(channel)),
  claims: json.optional({
    ...mapOf(expression),
    description:
      'What access tokens say besides who it is: a name and an expression about `@user`, worked out whenever a token is made.',
  }),
})
