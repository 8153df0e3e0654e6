import type { Fault } from '../errors/problem.ts'
import { systemFields, usersFields } from './built-in.ts'
import { checkField, type SoundField } from './check-field.ts'
import { isObject } from './check-json.ts'
import { childPath } from './json-pointer.ts'
import type { Field } from './schema-document.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** A document as far as it can be made out, so that one fault does not hide the next. */
export interface Outline {
  readonly roles: ReadonlyMap<string, unknown>
  readonly collections: ReadonlyMap<string, CollectionOutline>
  readonly channels: ReadonlyMap<string, unknown>
}

export interface CollectionOutline {
  readonly name: string
  readonly path: string
  readonly kind: 'table' | 'view'
  readonly declared: JsonObject
  /** With the built-in ones. */
  readonly fields: ReadonlyMap<string, FieldOutline>
}

export interface FieldOutline {
  readonly name: string
  readonly path: string
  readonly builtIn: boolean
  readonly faults: readonly Fault[]
  /** Null where the field itself has faults: nothing further can be said about it then. */
  readonly sound: SoundField | null
}

export function outlineOf(input: unknown): Outline {
  const document = objectOf(input)
  const roles = entriesOf(document.roles)
  const declared = entriesOf(document.collections)
  const names = new Set([...declared.keys(), 'users'])
  const collections = [...names].map((name): [string, CollectionOutline] => [
    name,
    outlineCollection(name, objectOf(declared.get(name)), [...roles.keys()]),
  ])
  return { roles, collections: new Map(collections), channels: entriesOf(document.channels) }
}

function outlineCollection(name: string, declared: JsonObject, roles: readonly string[]): CollectionOutline {
  const path = childPath('/collections', name)
  const kind = declared.kind === 'view' ? 'view' : 'table'
  const builtIn = new Map<string, Field>(
    Object.entries({
      ...(kind === 'view' ? { id: systemFields.id } : systemFields),
      ...(name === 'users' && usersFields(roles)),
    }),
  )
  const own = entriesOf(declared.fields)
  const fields = [...new Map<string, unknown>([...own, ...builtIn])].map(([field, raw]): [string, FieldOutline] => [
    field,
    outlineField(field, childPath(`${path}/fields`, field), raw, builtIn.has(field)),
  ])
  return { name, path, kind, declared, fields: new Map(fields) }
}

function outlineField(name: string, path: string, raw: unknown, builtIn: boolean): FieldOutline {
  // The choices of `users.roles` come from the roles, whose own check says what is wrong with them.
  const { faults, sound } = checkField(raw, path)
  return { name, path, builtIn, faults: builtIn ? [] : faults, sound }
}

/** The own entries of a JSON object; none where it is something else. A map, for names like `constructor` are names. */
export const entriesOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(isObject(value) ? Object.entries(value) : [])

/** The texts of a list, each with its place in it; none where it is something else. */
export const textsOf = (value: unknown): readonly (readonly [place: number, text: string])[] =>
  Array.isArray(value) ? value.flatMap((item, i) => (typeof item === 'string' ? [[i, item] as const] : [])) : []

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
