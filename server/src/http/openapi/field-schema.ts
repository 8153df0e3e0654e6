import type { FieldModel, JsonSchema } from '@plinth/schema'
import { valueSchema } from '../../records/value-faults.ts'
import type { Json } from './document.ts'
import { exampleValue } from './example-value.ts'

/** A field's values as its own type describes them, with what people wrote about the field. */
export function fieldSchema(field: FieldModel, notes: readonly string[] = []): Json {
  const { label, description, default: initial } = field.declared
  const example = exampleValue(field)
  const published = publishedSchema(valueSchema(field))
  const text = [description, ...rangeOf(valueSchema(field)), ...notes].filter((each) => each !== undefined)
  return {
    ...published,
    ...(label !== undefined && { title: label }),
    ...(text.length > 0 && { description: text.join('\n\n') }),
    ...(initial !== undefined && { default: initial }),
    ...(example !== undefined && { examples: [example] }),
  }
}

/** Formats that say all that their patterns say, to a reader; a pattern of 400 characters says nothing. */
const clearFormats: ReadonlySet<unknown> = new Set(['date', 'date-time', 'email', 'uuid'])

/** Leaves out what only our validator understands, and what only machines could read. */
function publishedSchema(value: JsonSchema): Json {
  const { formatMinimum: _min, formatMaximum: _max, pattern, anyOf, ...rest } = value
  if (Array.isArray(anyOf) && anyOf.some(isAnything)) return rest
  const items = rest['items']
  return {
    ...rest,
    ...(anyOf !== undefined && { anyOf }),
    ...(isSchema(items) && { items: publishedSchema(items) }),
    ...(pattern !== undefined && !clearFormats.has(rest['format']) && { pattern }),
  }
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null

/** JSON that may also be null is anything at all. */
const isAnything = (schema: unknown): boolean => isSchema(schema) && schema['not'] !== undefined

function rangeOf({ formatMinimum: min, formatMaximum: max }: JsonSchema): readonly string[] {
  if (min === undefined && max === undefined) return []
  if (max === undefined) return [`Not before ${min}.`]
  return [min === undefined ? `Not after ${max}.` : `From ${min} to ${max}.`]
}
