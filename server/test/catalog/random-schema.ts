import type { Collection, Field, Rename } from '@plinth/schema'
import fc from 'fast-check'

type Collections = Readonly<Record<string, Partial<Collection>>>

const names = ['posts', 'order', 'user', 'a'.repeat(63)]
const fieldNames = ['title', 'select', 'from', 'b'.repeat(60), 'views', 'total']
const hostile = ["it's", '$$;drop', '\\', '"q"', '?', '$1']

type Raw = { readonly [key: string]: number }

const numbers = { a: fc.nat(20), b: fc.nat(20) }

/** Number -> field; the numbers choose type and options. */
const rawField = fc.record({ type: fc.nat(16), ...numbers, required: fc.nat(3), unique: fc.nat(3), filled: fc.nat(1) })
const rawCollection = fc.record({
  is: fc.nat(5),
  fields: fc.array(rawField, { minLength: fieldNames.length, maxLength: fieldNames.length }),
  index: fc.nat(12),
  collation: fc.nat(2),
})
export const rawSchema = fc.record({
  collections: fc.array(rawCollection, { minLength: names.length, maxLength: names.length }),
  rename: fc.nat(3),
})
export type RawSchema = typeof rawSchema extends fc.Arbitrary<infer T> ? T : never

/** A valid document: relations lead to tables that are there, calculated fields read numbers that are there. */
export function toCollections(raw: RawSchema): Collections {
  const tables = names.filter((_, i) => (raw.collections[i]?.is ?? 0) >= 2)
  const entries = names.flatMap((name, i): [string, Collection][] => {
    const from = raw.collections[i]
    if (from === undefined || from.is === 0) return []
    if (from.is === 1) return viewOf(name, tables)
    const fields = Object.fromEntries(
      fieldNames.flatMap((field, j): [string, Field][] => {
        const rawOne = from.fields[j]
        return rawOne === undefined || rawOne.type === 16
          ? []
          : [[field, fitting(name, field, fieldOf(rawOne, tables))]]
      }),
    )
    const numbersIn = Object.entries(fields).flatMap(([field, { type }]) => (type === 'integer' ? [field] : []))
    if (numbersIn.length > 0) fields['sum_of'] = computedOf(numbersIn)
    return [[name, { kind: 'table', fields, ...collationOf(from.collation), indexes: indexesOf(fields, from.index) }]]
  })
  return Object.fromEntries(entries)
}

/** A join table has both names in its own. */
const fitting = (collection: string, name: string, field: Field): Field =>
  field['many'] === true && collection.length + name.length > 62 ? { type: 'text' } : field

const collationOf = (n: number): Partial<Collection> => [{}, { collation: 'de' }, { collation: 'sv' }][n] ?? {}

const viewOf = (name: string, tables: readonly string[]): [string, Collection][] =>
  tables[0] === undefined
    ? []
    : [
        [
          name,
          {
            kind: 'view',
            sql: `select id, created as made from public."${tables[0]}"`,
            fields: { made: { type: 'datetime' } },
          },
        ],
      ]

const computedOf = (fields: readonly string[]): Field => ({
  type: 'computed',
  expression: fields.map((field) => (field === 'from' ? 'from' : field)).join(' + '),
  result: 'integer',
})

function indexesOf(fields: Readonly<Record<string, Field>>, n: number): NonNullable<Collection['indexes']> {
  const usable = Object.entries(fields).flatMap(([name, field]) =>
    ['integer', 'select', 'date', 'boolean', 'computed', 'email', 'uuid'].includes(field.type) ? [name] : [],
  )
  const [first, second] = usable
  if (first === undefined || n > 9) return []
  return [
    {
      fields: n % 2 ? [`-${first}`, 'created'] : [first, ...(second ? [second] : [])],
      ...(n > 6 ? { unique: true } : {}),
    },
  ]
}

function fieldOf(raw: Raw, tables: readonly string[]): Field {
  const { type = 0, a = 0, b = 0, required = 0, unique = 0, filled = 0 } = raw
  const options = {
    ...(required === 3 ? { required: true } : {}),
    ...(unique === 3 ? { unique: true } : {}),
  }
  const withDefault = (value: unknown) => (filled === 1 ? { default: value } : {})
  const target = tables[a % Math.max(1, tables.length)] ?? 'users'
  const { unique: _, ...notUnique } = options as { unique?: boolean; required?: boolean }
  const kinds: readonly Field[] = [
    { type: 'text', maxLength: 50 + a, ...options, ...withDefault(hostile[a % hostile.length]) },
    { type: 'integer', min: -a, ...options, ...withDefault(b) },
    { type: 'integer', ...options },
    { type: 'decimal', precision: 10 + a, scale: b % 8, ...options, ...withDefault('1.5'.slice(0, b % 8 ? 3 : 1)) },
    { type: 'float', ...notUnique },
    { type: 'boolean', ...notUnique, ...withDefault(true) },
    { type: 'date', ...options, ...withDefault('2026-01-31') },
    { type: 'datetime', ...options },
    { type: 'select', options: hostile.slice(0, 2 + (a % 4)), ...options, ...withDefault(hostile[0]) },
    { type: 'multiselect', options: hostile.slice(0, 2 + (a % 4)), ...notUnique, ...withDefault([hostile[1]]) },
    { type: 'json', ...notUnique, ...withDefault({ "it's": ['$1', '?'] }) },
    { type: 'email', ...options },
    {
      type: 'relation',
      to: target,
      ...options,
      ...(required === 3 ? {} : { onDelete: a % 2 ? 'setNull' : 'cascade' }),
    },
    { type: 'relation', to: target, many: true },
    { type: 'autonumber', ...(unique === 3 ? { unique: true } : {}) },
    { type: 'geopoint', ...notUnique },
  ]
  return kinds[type] ?? { type: 'text' }
}

/** Renames that make sense between two documents: of what is only before to what is only after, and swaps. */
export function renamesBetween(before: Collections, after: Collections, n: number): readonly Rename[] {
  if (n === 0) return []
  const tablesOf = (all: Collections) => Object.keys(all).filter((name) => all[name]?.kind === 'table')
  const [old, wanted] = [tablesOf(before), tablesOf(after)]
  const both = old.filter((name) => wanted.includes(name))
  const collections =
    n === 3
      ? swap(both)
      : pairUp(
          old.filter((x) => !(x in after)),
          wanted.filter((x) => !(x in before)),
        )
  const oldNames = new Map(collections.map((rename) => [rename.to, rename.from]))
  const freed = new Set(oldNames.values())
  const fields = wanted.flatMap((name) => {
    const oldName = oldNames.get(name) ?? (freed.has(name) ? undefined : name)
    const oldFields = Object.keys((oldName === undefined ? undefined : before[oldName])?.fields ?? {})
    const newFields = Object.keys(after[name]?.fields ?? {})
    if (before[oldName ?? '']?.kind !== 'table') return []
    const renames =
      n === 2
        ? swap(oldFields.filter((x) => newFields.includes(x)))
        : pairUp(
            oldFields.filter((x) => !newFields.includes(x)),
            newFields.filter((x) => !oldFields.includes(x)),
          )
    return renames.map((rename) => ({ collection: name, ...rename }))
  })
  return [...collections, ...fields]
}

const swap = ([a, b]: readonly string[]): readonly Rename[] =>
  a === undefined || b === undefined
    ? []
    : [
        { from: a, to: b },
        { from: b, to: a },
      ]

const pairUp = ([from]: readonly string[], [to]: readonly string[]): readonly Rename[] =>
  from === undefined || to === undefined ? [] : [{ from, to }]
