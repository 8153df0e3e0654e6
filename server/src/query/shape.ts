import { errors, type Expression, type Hop, type ManyPath, suggestion } from '@plinth/schema'
import type { Access } from '../access/access.ts'
import { callerScope, isReadable, visibleNames } from './caller-scope.ts'
import { checkFilter } from './check-filter.ts'
import type { NestedSelect, Selected } from './parse-select.ts'
import { parseSort, type SortKey } from './sort.ts'

/** What a record looks like in an answer, as this caller may see it: every name is resolved. */
export interface Shape {
  readonly collection: string
  readonly entries: readonly ShapeEntry[]
}

export type ShapeEntry =
  | { readonly kind: 'field'; readonly name: string }
  /** A relation to many as the ids of its records. */
  | { readonly kind: 'ids'; readonly name: string }
  | { readonly kind: 'rev'; readonly name: 'rev' }
  | { readonly kind: 'one'; readonly name: string; readonly hop: Hop; readonly shape: Shape }
  | {
      readonly kind: 'many'
      readonly name: string
      readonly over: ManyPath
      readonly shape: Shape
      readonly filter: Expression | null
      readonly sort: readonly SortKey[]
      readonly limit: number
    }

const defaultNestedLimit = 100

/** All of a record's own visible fields: what `*`, and no `select` at all, mean. */
const everything: readonly Selected[] = [{ name: '*', nested: null }]

/**
 * Resolves a `select` against what the caller may see.
 *
 * @throws Problem invalidParameter for names that do not exist for this caller
 */
export function resolveShape(access: Access, collection: string, selected: readonly Selected[] | null): Shape {
  const entries = (selected ?? everything).flatMap((each) => resolveEntry(access, collection, each))
  const spelledOut = new Set(selected?.flatMap(({ name, nested }) => (nested ? [name] : [])))
  // `*` beside `author(name)` does not take it back to an id, in whatever order they stand.
  const shown = entries.filter((entry) => isRelated(entry) || !spelledOut.has(entry.name))
  return { collection, entries: [...new Map(shown.map((entry) => [entry.name, entry])).values()] }
}

function resolveEntry(access: Access, collection: string, { name, nested }: Selected): readonly ShapeEntry[] {
  const permitted = access.collection(collection)
  if (!permitted) throw errors.collectionNotFound({ collection })
  const { fields, inverses } = permitted.collection
  const scope = callerScope(access, collection)
  if (name === '*') {
    const own = [...permitted.visible.keys()].filter((each) => scope.lookup(collection, each))
    return own.map((each) => ownEntry(each, fields.get(each)?.column === null))
  }
  if (name === 'rev' && !nested && permitted.collection.kind === 'table') return [{ kind: 'rev', name: 'rev' }]
  if (nested) return [resolveRelation(access, collection, name, nested)]
  if (!scope.lookup(collection, name)) throw unknownName(access, collection, name)
  if (fields.has(name)) return [ownEntry(name, fields.get(name)?.column === null)]
  const inverse = inverses.get(name)
  if (inverse) {
    throw invalidSelect(
      `"${name}" leads to records of "${inverse.collection}": say what to show of them, as in ${name}(id).`,
    )
  }
  throw unknownName(access, collection, name)
}

const isRelated = ({ kind }: ShapeEntry): boolean => kind === 'one' || kind === 'many'

const ownEntry = (name: string, many: boolean): ShapeEntry => (many ? { kind: 'ids', name } : { kind: 'field', name })

function resolveRelation(access: Access, collection: string, name: string, nested: NestedSelect): ShapeEntry {
  const type = callerScope(access, collection).lookup(collection, name)?.type
  if (type?.kind !== 'record' && type?.kind !== 'records') {
    if (!type) throw unknownName(access, collection, name)
    throw invalidSelect(`"${name}" is not a relation to records you may read, so nothing can be selected of it.`)
  }
  const to = type.collection
  const shape = resolveShape(access, to, nested.entries)
  if (type.kind === 'record') {
    if (nested.filter ?? nested.sort ?? nested.limit)
      throw invalidSelect(`"${name}" is one record: filter, sort and limit are for many.`)
    return { kind: 'one', name, hop: { collection, field: name, to }, shape }
  }
  return {
    kind: 'many',
    name,
    over: { root: 'record', hops: [], collection, field: name, to },
    shape,
    filter: nested.filter === null ? null : checkFilter(access, to, nested.filter),
    sort: parseSort(access, to, nested.sort),
    limit: nested.limit ?? defaultNestedLimit,
  }
}

function unknownName(access: Access, collection: string, name: string): Error {
  const names = isReadable(access, collection) ? visibleNames(access, collection) : []
  return invalidSelect(`"${collection}" has no field "${name}".${suggestion(name, names)}`)
}

const invalidSelect = (reason: string) => errors.invalidParameter({ name: 'select', reason })
