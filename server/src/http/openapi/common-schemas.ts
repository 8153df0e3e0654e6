import { jsonSchema } from '@plinth/schema'
import type { Json } from './document.ts'

const { string } = jsonSchema

export const uuid = string({ format: 'uuid', examples: ['0198c0de-7a3b-7c4d-8e5f-0123456789ab'] })
export const time = string({ format: 'date-time', examples: ['2030-01-31T12:00:00Z'] })

/** The same, or null. */
export const orNull = (schema: Json): Json => ({ ...schema, type: [schema['type'], 'null'] })

/** A part of the path that names something. */
export const inPath = (name: string, description: string, schema: Json = uuid): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
})

/** The parameters of a list that is read page by page. */
export const pageParameters = (defaultLimit: number, maxLimit: number): readonly Json[] => [
  {
    name: 'limit',
    in: 'query',
    description: 'How many at most.',
    schema: { type: 'integer', minimum: 1, maximum: maxLimit, default: defaultLimit },
  },
  {
    name: 'after',
    in: 'query',
    description: 'Go on where a page ended: its `next`.',
    schema: { type: 'string', format: 'uuid' },
  },
]

/** A page of a list. */
export const pageOf = (item: Json): Json =>
  jsonSchema.object({
    items: jsonSchema.array(item),
    next: { ...orNull(uuid), description: 'For `after`; null on the last page.' },
  })
