import type { Rename } from '../document/schema-document.ts'
import type { Fault } from '../errors/problem.ts'
import type { Model } from '../model/model.ts'

/**
 * Faults of renames, with JSON pointers below `/renames`. A rename of a field names its collection as the new schema
 * does. A name that is renamed away may be given to something else in the same plan, so two names can be swapped.
 *
 * @example
 * checkRenames(from, to, [{ from: 'posts', to: 'articles' }, { collection: 'articles', from: 'title', to: 'headline' }])
 */
export function checkRenames(from: Model, to: Model, renames: readonly Rename[]): readonly Fault[] {
  return renames.flatMap((rename, i) => {
    const sentence = faultOf(from, to, renames, rename, i)
    return sentence === undefined ? [] : [{ path: `/renames/${i}`, code: 'invalidRename', message: sentence }]
  })
}

function faultOf(from: Model, to: Model, all: readonly Rename[], rename: Rename, i: number): string | undefined {
  const scope = all.filter((other) => other.collection === rename.collection)
  if (all.some((other, j) => j < i && other.collection === rename.collection && clash(other, rename)))
    return `"${rename.from}" to "${rename.to}" contradicts an earlier rename.`
  if (rename.from === rename.to) return `"${rename.from}" is renamed to itself.`
  const isReused = scope.some((other) => other.to === rename.from)
  return rename.collection === undefined
    ? collectionFault(from, to, rename, isReused)
    : fieldFault(from, to, all, { ...rename, collection: rename.collection }, isReused)
}

const clash = (a: Rename, b: Rename): boolean => a.from === b.from || a.to === b.to

function collectionFault(from: Model, to: Model, rename: Rename, isReused: boolean): string | undefined {
  const old = from.collections.get(rename.from)
  const wanted = to.collections.get(rename.to)
  if (old === undefined) return `The current schema has no collection "${rename.from}".`
  if (wanted === undefined) return `The new schema has no collection "${rename.to}".`
  if (rename.from === 'users' || rename.to === 'users') return 'The built-in collection "users" keeps its name.'
  if (to.collections.has(rename.from) && !isReused)
    return `The new schema still has "${rename.from}". Leave it out, or do not rename it.`
  if (old.kind !== wanted.kind) return `"${rename.from}" is a ${old.kind}, but "${rename.to}" is a ${wanted.kind}.`
  return undefined
}

function fieldFault(
  from: Model,
  to: Model,
  all: readonly Rename[],
  rename: Rename & { readonly collection: string },
  isReused: boolean,
): string | undefined {
  const wanted = to.collections.get(rename.collection)
  if (wanted === undefined) return `The new schema has no collection "${rename.collection}".`
  const oldName = oldCollectionName(all, rename.collection)
  const old = oldName === undefined ? undefined : from.collections.get(oldName)
  if (old === undefined) return `"${rename.collection}" is new, so none of its fields can be renamed.`
  const oldField = old.fields.get(rename.from)
  const newField = wanted.fields.get(rename.to)
  if (oldField === undefined) return `"${old.name}" has no field "${rename.from}".`
  if (newField === undefined) return `The new "${wanted.name}" has no field "${rename.to}".`
  if (oldField.builtIn || newField.builtIn) return `Built-in fields keep their names ("${rename.from}").`
  if (wanted.fields.has(rename.from) && !isReused)
    return `The new "${wanted.name}" still has "${rename.from}". Leave it out, or do not rename it.`
  return undefined
}

/** Undefined for a name that was only freed for something new. */
function oldCollectionName(renames: readonly Rename[], name: string): string | undefined {
  const ofCollections = renames.filter((rename) => rename.collection === undefined)
  const renamed = ofCollections.find((rename) => rename.to === name)
  if (renamed !== undefined) return renamed.from
  return ofCollections.some((rename) => rename.from === name) ? undefined : name
}
