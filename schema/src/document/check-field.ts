import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import type { Column, FieldType } from '../fields/field-type.ts'
import { fieldType, fieldTypes } from '../fields/index.ts'
import { fieldSchema } from '../fields/options-schema.ts'
import { checkJson, isObject } from './check-json.ts'
import { childPath } from './json-pointer.ts'
import type { Field } from './schema-document.ts'

export interface SoundField {
  readonly declared: Field
  readonly fieldType: FieldType
  readonly column: Column | null
}

interface Checked {
  readonly faults: readonly Fault[]
  readonly sound: SoundField | null
}

/** Checks one field by itself: its type, its options and its default. */
export function checkField(raw: unknown, path: string): Checked {
  // That a field is an object is part of the document's shape.
  if (!isObject(raw)) return { faults: [], sound: null }
  const type = typeof raw.type === 'string' ? fieldType(raw.type) : undefined
  if (type === undefined) return { faults: [unknownType(raw, path)], sound: null }
  const faults = checkJson(fieldSchema(String(raw.type), type), raw, path)
  if (faults.length > 0) return { faults, sound: null }
  // Its shape was checked the line before.
  const declared = raw as Field
  const further = [
    ...checkProblems(declared, type, path),
    ...checkDefault(declared, type, path),
    ...checkColumn(declared, type, path),
  ]
  return {
    faults: further,
    sound: further.length > 0 ? null : { declared, fieldType: type, column: type.column(declared) },
  }
}

function unknownType(raw: Readonly<Record<string, unknown>>, path: string): Fault {
  const names = Object.keys(fieldTypes)
  if (raw.type === undefined)
    return { path: childPath(path, 'type'), code: 'missing', message: `Say the field's type: ${names.join(', ')}.` }
  const name = typeof raw.type === 'string' ? raw.type : (JSON.stringify(raw.type) ?? '')
  const hint = suggestion(name, names) || ` There is: ${names.join(', ')}.`
  const message = `There is no field type ${JSON.stringify(name.slice(0, 80))}.${hint}`
  return { path: childPath(path, 'type'), code: 'unknownType', message }
}

const checkProblems = (field: Field, type: FieldType, path: string): readonly Fault[] =>
  (type.problems?.(field) ?? []).map(([option, message]) => ({
    path: childPath(path, option),
    code: 'invalidOption',
    message,
  }))

const checkDefault = (field: Field, type: FieldType, path: string): readonly Fault[] =>
  field.default === undefined ? [] : checkJson(type.value(field), field.default, childPath(path, 'default'))

/** What is kept in a table of its own can be neither required nor unique. */
function checkColumn(field: Field, type: FieldType, path: string): readonly Fault[] {
  if (type.column(field) !== null) return []
  return (['required', 'unique'] as const)
    .filter((option) => field[option] === true)
    .map((option) => ({
      path: childPath(path, option),
      code: 'invalidOption',
      message: `A link to many records cannot be ${option}: leave it out.`,
    }))
}
