import type { JsonSchema } from '../json-schema.ts'
import { commonOptions } from './common-options.ts'
import type { FieldType } from './field-type.ts'
import { type FieldTypeName, fieldTypes } from './index.ts'

/**
 * The JSON Schema of a whole field as a schema document writes it: `type`, the common options that make sense for it and
 * its own. Given the field's own options, `default` is held to the values that they allow; without, it may be anything.
 *
 * @example optionsSchema('integer', { min: 1 }) // { properties: { type: …, min: …, default: { type: 'integer', minimum: 1, … }, … } }
 */
export const optionsSchema = (name: FieldTypeName, options?: object): JsonSchema =>
  fieldSchema(name, fieldTypes[name], options)

/** The same for a field type at hand. */
export function fieldSchema(name: string, type: FieldType, options?: object): JsonSchema {
  const common = type.commonOptions.map((option): [string, JsonSchema] => [
    option,
    option === 'default' && options !== undefined ? type.value(options) : commonOptions[option],
  ])
  return {
    ...type.options,
    properties: { type: { const: name }, ...Object.fromEntries(common), ...propertiesOf(type.options) },
    required: ['type', ...requiredOf(type.options)],
  }
}

// The options of a type are always made with `object`, which sets both.
const propertiesOf = ({ properties }: JsonSchema): object => (typeof properties === 'object' && properties) || {}
const requiredOf = ({ required }: JsonSchema): readonly unknown[] => (Array.isArray(required) ? required : [])
