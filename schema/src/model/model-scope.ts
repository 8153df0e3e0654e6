import type { Scope, ScopeField } from '../expressions/scope.ts'
import type { CollectionModel } from './model.ts'

type Named = Pick<CollectionModel, 'fields' | 'inverses'>

export interface ModelScopeOptions {
  /** The collection that plain fields belong to; null where there is no record. */
  readonly record: string | null
  readonly old?: boolean
  readonly user?: boolean
}

/**
 * The scope of rules: every field and inverse of every collection, hidden ones too. A rule's own look-ups are the one
 * exception from "what may not be read cannot be asked about": who writes rules may know everything.
 *
 * @example modelScope(model.collections, { record: 'posts', user: true })
 */
export const modelScope = (
  collections: ReadonlyMap<string, Named>,
  { record, old = false, user = false }: ModelScopeOptions,
): Scope => ({
  record,
  old,
  user,
  lookup: (collection, name) => lookup(collections.get(collection), name),
  names: (collection) => {
    const { fields, inverses } = collections.get(collection) ?? { fields: new Map(), inverses: new Map() }
    return [...fields.keys(), ...inverses.keys()]
  },
})

function lookup(collection: Named | undefined, name: string): ScopeField | undefined {
  const field = collection?.fields.get(name)
  if (field !== undefined) return { type: field.valueType }
  const inverse = collection?.inverses.get(name)
  return (
    inverse && { type: { kind: inverse.toOne ? 'record' : 'records', collection: inverse.collection }, inverse: true }
  )
}

/**
 * The scope of a calculated field: the stored values of its own record and nothing else, since PostgreSQL works it out
 * when the record is written. A link is its id here, for nothing can be reached through it.
 */
export function computedScope(collection: Pick<CollectionModel, 'name' | 'fields'>): Scope {
  const stored = [...collection.fields.values()].filter(
    ({ column }) => column !== null && column.filledBy !== 'expression',
  )
  const types = new Map(
    stored.map(({ name, valueType }) => [name, valueType.kind === 'record' ? ({ kind: 'id' } as const) : valueType]),
  )
  return {
    record: collection.name,
    old: false,
    user: false,
    lookup(_, name) {
      const type = types.get(name)
      return type && { type }
    },
    names: () => [...types.keys()],
  }
}
