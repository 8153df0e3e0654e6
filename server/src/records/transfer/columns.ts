import { type CollectionModel, errors, type FieldModel, suggestion } from '@plinth/schema'
import type { CollectionAccess } from '../../access/access.ts'

/** Where the values of one column go: a field; null for a column that is left out. */
export interface Column {
  readonly name: string
  readonly field: FieldModel | null
}

export type ColumnMap = ReadonlyMap<string, string | null>

/** Finds the fields that columns of a file are for. */
export interface Columns {
  /** Null where there is no such field that the caller may write. */
  find(name: string): Column | null
  /** What to say of a column that was not found. */
  unknown(name: string): string
  /** Columns that were left out, since the server fills them itself. */
  readonly ignored: ReadonlySet<string>
}

/** Names that are looked up are the caller's: only so many are kept, and for so few is it worked out what was meant. */
const maxKnown = 2_000
const maxSuggestions = 200

export function columnsOf(permitted: CollectionAccess, map: ColumnMap): Columns {
  const { collection } = permitted
  const writable = writableNames(permitted)
  const known = new Map<string, Column | null>()
  const ignored = new Set<string>()
  let suggestions = 0

  function resolve(name: string): Column | null {
    const target = map.has(name) ? (map.get(name) ?? null) : name
    if (target === null) return { name, field: null }
    const field = collection.fields.get(target)
    if (field && writable.has(target)) return { name, field }
    if (!field || map.has(name) || !isFilled(permitted, field)) return null
    ignored.add(name)
    return { name, field: null }
  }

  return {
    ignored,
    find(name) {
      const found = known.get(name)
      if (found !== undefined) return found
      const column = resolve(name)
      if (known.size < maxKnown) known.set(name, column)
      return column
    },
    unknown(name) {
      suggestions += 1
      return unknownColumn(collection, name, map, suggestions > maxSuggestions ? [] : writable)
    },
  }
}

function writableNames(permitted: CollectionAccess): ReadonlySet<string> {
  const create = permitted.grants('create')
  const grants = [...create, ...permitted.grants('update')]
  return new Set([
    ...grants.flatMap(({ writable }) => [...writable]),
    ...create.flatMap(({ set }) => [...set.keys()]),
    'id',
  ])
}

/** An export shows what the server fills itself; that must not keep it from being imported again. */
const isFilled = ({ visible }: CollectionAccess, { name, column }: FieldModel): boolean =>
  visible.has(name) && (name === 'created' || name === 'updated' || column?.filledBy !== undefined)

function unknownColumn(collection: CollectionModel, name: string, map: ColumnMap, meant: Iterable<string>): string {
  const target = (map.get(name) ?? name).slice(0, 100)
  return `"${collection.name}" has no field "${target}" that you may write.${suggestion(target, meant)} To leave the column out, map it to null.`
}

/** @throws Problem invalidParameter */
export function parseMap(text: string): ColumnMap {
  const map = parseJson(text)
  const fits =
    typeof map === 'object' &&
    map !== null &&
    !Array.isArray(map) &&
    Object.values(map).every((each) => each === null || typeof each === 'string')
  if (!fits)
    throw errors.invalidParameter({
      name: 'map',
      reason: 'must be a JSON object from columns to fields, or to null to leave them out: {"Full name":"name"}.',
    })
  return new Map(Object.entries(map))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
