import type { CollectionModel, Fault, FieldModel } from '@plinth/schema'
import { type ErrorObject, Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'

const validators = new WeakMap<CollectionModel, ValidateFunction>()

/**
 * What is wrong with the values of a record, each judged by its own field's description. Which fields may be written, and
 * which must be given, is decided elsewhere.
 */
export function valueFaults(
  collection: CollectionModel,
  record: Readonly<Record<string, unknown>>,
  path: string,
): readonly Fault[] {
  const validate = validators.get(collection) ?? compile(collection)
  validators.set(collection, validate)
  if (validate(record)) return []
  const faults = (validate.errors ?? []).filter((error) => !(error.keyword === 'anyOf' || error.keyword === 'if'))
  return [...new Map(faults.map((error) => [error.instancePath, faultOf(error, path)])).values()]
}

/** Compiling takes milliseconds, so it is done once a schema version, when the first record is written. */
function compile(collection: CollectionModel): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: true })
  // The package's types describe its CommonJS form.
  const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void
  addFormats(ajv)
  const properties = [...collection.fields.values()].map((field) => [field.name, valueSchema(field)] as const)
  return ajv.compile({ type: 'object', properties: Object.fromEntries(properties) })
}

/** A field's value as JSON Schema, with `null` where the field may be empty. */
export function valueSchema(field: FieldModel): Readonly<Record<string, unknown>> {
  const value = field.fieldType.value(field.declared)
  if (field.required || field.relation?.many === true) return value
  if (typeof value['type'] === 'string' && value['enum'] === undefined)
    return { ...value, type: [value['type'], 'null'] }
  return Array.isArray(value['enum']) ? { enum: [...value['enum'], null] } : { anyOf: [value, { type: 'null' }] }
}

function faultOf(error: ErrorObject, path: string): Fault {
  return { path: `${path}${error.instancePath}`, code: error.keyword, message: sentence(error) }
}

const types: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

function sentence({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'type')
    return `Must be ${[params['type']]
      .flat()
      .map((type) => types[String(type)] ?? String(type))
      .join(' or ')}.`
  if (keyword === 'enum')
    return `Must be one of: ${[params['allowedValues']]
      .flat()
      .map((value) => JSON.stringify(value))
      .join(', ')}.`
  if (keyword === 'maxLength') return `Must have at most ${params['limit']} characters.`
  if (keyword === 'minLength') return `Must have at least ${params['limit']} characters.`
  if (keyword === 'format') return `Is not a valid ${params['format']}.`
  const text = message ?? 'is not valid'
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
