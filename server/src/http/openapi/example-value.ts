import { checkJson, type FieldModel } from '@plinth/schema'

/** A value such as people would give the field; undefined where none is known to fit. */
export function exampleValue(field: FieldModel): unknown {
  const schema = field.fieldType.value(field.declared)
  return candidates(field).find((value) => isPlain(value) && checkJson(schema, value, '').length === 0)
}

/** The default, a choice, the field's name for free text, then what its type gives as examples. */
function candidates({ name, declared, fieldType, valueType }: FieldModel): readonly unknown[] {
  const value = fieldType.value(declared)
  const choices = valueType.kind === 'choice' ? valueType.options : []
  const lists = valueType.kind === 'list' && valueType.of.kind === 'choice' ? [valueType.of.options.slice(0, 2)] : []
  const isFree = valueType.kind === 'text' && value['format'] === undefined && value['pattern'] === undefined
  const title = declared.label ?? name.replaceAll('_', ' ')
  const free = isFree ? [`${title.charAt(0).toUpperCase()}${title.slice(1)}`] : []
  const known = fieldType.examples.flatMap((example) => example.valid)
  return [declared.default, ...choices, ...lists, ...free, ...known]
}

/** Types are tested with the strangest values they allow; documents show an ordinary one. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return /^[\p{L}\p{N}][\p{L}\p{N} _.,:/@+-]{1,79}$/u.test(value)
  if (typeof value === 'number') return value >= 0.001 && value < 1e6
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain)
  return value !== undefined && value !== null
}
