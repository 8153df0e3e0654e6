import { isOpened, printValue, type SchemaDocument, tidySchema, usualStyle } from '@plinth/schema'
import { membersOf } from '../members-of.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * The declaration file of a schema: one type, from which the client infers everything. It holds what decides over
 * types and nothing else, so it changes only when they do; no rule's text is in it.
 *
 * @example deriveTypes(document) // export type Schema = { readonly collections: { readonly posts: … } }
 */
export function deriveTypes(document: SchemaDocument): string {
  const { collections } = tidySchema(document)
  const shape = { collections: mapValues(membersOf(collections), (each) => shapeOf(membersOf(each))) }
  return `${head}export type Schema = ${printType(shape)}\n`
}

const head = `// Written by "plinth types": it is written anew, so change the schema instead.
//
//   import { createClient } from '@plinth/sdk'
//   import type { Schema } from './plinth.d.ts'
//   const db = createClient<Schema>('http://localhost:8090')

`

function shapeOf({ kind, fields, permissions }: Values): Values {
  const permitted = mapValues(membersOf(permissions), (each) => permissionShape(membersOf(each)))
  return {
    ...(kind === undefined ? {} : { kind }),
    fields: mapValues(membersOf(fields), (each) => fieldShape(membersOf(each))),
    ...(Object.keys(permitted).length === 0 ? {} : { permissions: permitted }),
  }
}

const typeOptions = ['type', 'options', 'to', 'many', 'inverse', 'result', 'required', 'unique', 'hidden', 'readonly']

const fieldShape = (field: Values): Values => ({
  ...Object.fromEntries(Object.entries(field).filter(([option]) => typeOptions.includes(option))),
  // Only whether there is one decides what must be given.
  ...('default' in field ? { default: wild('unknown') } : {}),
})

function permissionShape({ read, hide, readIf, set }: Values): Values {
  const keys = (value: unknown) => mapValues(membersOf(value), () => wild('string'))
  return {
    ...(read === undefined ? {} : { read: typeof read === 'string' ? wild('string') : read }),
    ...(hide === undefined ? {} : { hide }),
    ...(readIf === undefined ? {} : { readIf: keys(readIf) }),
    ...(set === undefined ? {} : { set: keys(set) }),
  }
}

// Stands for a type that is no literal; no schema holds a text like it.
const wild = (type: 'string' | 'unknown'): string => `\u0000${type}\u0000`

/** A literal type is written like the literal. */
const printType = (value: unknown): string =>
  printValue(value, usualStyle, { opened: isOpened }).replace(/'\\u0000(\w+)\\u0000'/g, '$1')

const mapValues = (values: Values, map: (value: unknown) => unknown): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
