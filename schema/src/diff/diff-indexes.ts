import type { Index, Rename } from '../document/schema-document.ts'
import type { Change, CollectionPair } from './change.ts'

/** Indexes have no name in a document: they are the same when they have the same fields in the same order. */
export function diffIndexes(collection: CollectionPair, renames: readonly Rename[]): readonly Change[] {
  const newNames = new Map(
    renames.filter((rename) => rename.collection === collection.to.name).map((rename) => [rename.from, rename.to]),
  )
  const before = new Map(collection.from.indexes.map((index) => [indexKey(renameInIndex(index, newNames)), index]))
  const after = new Map(collection.to.indexes.map((index) => [indexKey(index), index]))
  const change = (kind: 'addIndex' | 'dropIndex', key: string, index: Index): Change => ({
    id: `${kind}:${collection.to.name}.${key}`,
    kind,
    collection,
    index,
  })
  return [
    ...[...before].flatMap(([key, index]) => (after.has(key) ? [] : [change('dropIndex', key, index)])),
    ...[...after].flatMap(([key, index]) => (before.has(key) ? [] : [change('addIndex', key, index)])),
  ]
}

/** The fields of an index as they are called after a rename. */
export const renameInIndex = (index: Index, newNames: ReadonlyMap<string, string>): Index => ({
  ...index,
  fields: index.fields.map((field) => {
    const sign = field.startsWith('-') ? '-' : ''
    const name = field.slice(sign.length)
    return `${sign}${newNames.get(name) ?? name}`
  }),
})

/** How an index is told from others: `index(status,-created)`. */
export const indexKey = (index: Index): string => `${index.unique ? 'unique' : 'index'}(${index.fields.join(',')})`
