import type { FieldModel } from '@plinth/schema'
import { checkJsonValue } from '../check-json-value.ts'

type Read = (text: string) => unknown

/** By the type of the field's value on the wire. What is none of its type stays text, which is then found to be wrong. */
const readers: Readonly<Record<string, Read>> = {
  string: (text) => text,
  integer: (text) => (/^-?\d{1,16}$/.test(text) ? Number(text) : text),
  number: (text) => (/^[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : text),
  boolean: (text) => booleans.get(text.toLowerCase()) ?? text,
}

const booleans = new Map([
  ['true', true],
  ['false', false],
])

/** Reads cells of one field. Whatever is not one plain value (lists, JSON, places) is JSON text. @throws SyntaxError, Problem */
export const cellReader = (field: FieldModel): Read =>
  readers[String(field.fieldType.value(field.declared)['type'])] ?? readJson

function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkJsonValue(value, text)
  return value
}
