import type { JsonSchema } from '../json-schema.ts'
import * as json from '../json-schema.ts'
import type { CommonOption } from './field-type.ts'

/** The common options as JSON Schema; `default` depends on the field it stands in. */
export const commonOptions = {
  required: json.boolean({ description: 'Every record must have a value.' }),
  unique: json.boolean({ description: 'No two records may have the same value.' }),
  default: json.any({ description: 'The value of a new record that gives none.' }),
  description: json.string({ maxLength: 2_000, description: 'What the field is for.' }),
  label: json.string({ minLength: 1, maxLength: 200, description: 'The name people see.' }),
  hidden: json.boolean({ description: 'Only admins see it; rules may use it.' }),
  readonly: json.boolean({ description: 'Only admins, defaults and presets may fill it.' }),
} satisfies Record<CommonOption, JsonSchema>

export const everyCommonOption: readonly CommonOption[] = [
  'required',
  'unique',
  'default',
  'description',
  'label',
  'hidden',
  'readonly',
]

/** All common options except some that make no sense for a field type. */
export const everyCommonOptionBut = (...left: readonly CommonOption[]): readonly CommonOption[] =>
  everyCommonOption.filter((option) => !left.includes(option))
