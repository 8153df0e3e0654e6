import type { Scope, ScopeField, ValueType } from '@plinth/schema'
import type { Access } from '../access/access.ts'

/**
 * The names a caller's own expressions may use: what the caller may not see does not exist, and a relation to a collection
 * that may not be read is a bare id that leads nowhere.
 */
export function callerScope(access: Access, collection: string): Scope {
  return {
    record: collection,
    old: false,
    user: true,
    lookup: (name, field) => visibleField(access, name, field),
    names: (name) => visibleNames(access, name),
  }
}

function visibleField(access: Access, name: string, field: string): ScopeField | undefined {
  const permitted = access.collection(name)
  if (!permitted || permitted.read === false) return undefined
  const model = permitted.collection.fields.get(field)
  if (model) {
    if (!permitted.visible.has(field)) return undefined
    if (model.relation === null || isReadable(access, model.relation.to)) return { type: model.valueType }
    return model.relation.many ? undefined : { type: { kind: 'id' } }
  }
  const inverse = permitted.collection.inverses.get(field)
  const other = inverse && access.collection(inverse.collection)
  if (!inverse || !other || other.read === false || !other.visible.has(inverse.field)) return undefined
  const type: ValueType = { kind: inverse.toOne ? 'record' : 'records', collection: inverse.collection }
  return { type, inverse: true }
}

export const isReadable = (access: Access, collection: string): boolean =>
  (access.collection(collection)?.read ?? false) !== false

/** Own fields and inverses that exist for the caller, in wire order. */
export function visibleNames(access: Access, name: string): readonly string[] {
  const collection = access.collection(name)?.collection
  if (!collection) return []
  return [...collection.fields.keys(), ...collection.inverses.keys()].filter((field) =>
    visibleField(access, name, field),
  )
}
