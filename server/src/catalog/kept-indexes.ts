import {
  type Change,
  type CollectionPair,
  type FieldPair,
  type Index,
  indexKey,
  matchCollections,
  type Rename,
  renameInIndex,
} from '@plinth/schema'
import type { Design } from './design.ts'

/** An index of the schema document that stays, as it was and as it is. */
export interface IndexPair {
  readonly collection: CollectionPair
  readonly from: Index
  readonly to: Index
}

/**
 * The indexes that stay but have to be made anew, because the column of one of their fields changes or is made anew:
 * PostgreSQL drops an index with its column, and cannot convert one on an expression.
 */
export function indexesInTheWay(
  design: Design,
  changes: readonly Change[],
  renames: readonly Rename[],
  computed: readonly FieldPair[],
): readonly IndexPair[] {
  const remade = new Set([
    ...changes.flatMap((change) => (change.kind === 'changeType' ? [change.field.from] : [])),
    ...computed.map((pair) => pair.from),
  ])
  return keptIndexes(design, renames).filter(({ collection, from }) =>
    from.fields.some((entry) => {
      const field = collection.from.fields.get(entry.replace(/^-/, ''))
      return field !== undefined && remade.has(field)
    }),
  )
}

function keptIndexes(design: Design, renames: readonly Rename[]): readonly IndexPair[] {
  return matchCollections(design.from, design.to, renames).kept.flatMap((collection) => {
    const mine = renames.filter((rename) => rename.collection === collection.to.name)
    const newNames = new Map(mine.map((rename) => [rename.from, rename.to]))
    const wanted = new Map(collection.to.indexes.map((index) => [indexKey(index), index]))
    return collection.from.indexes.flatMap((from) => {
      const to = wanted.get(indexKey(renameInIndex(from, newNames)))
      return to === undefined ? [] : [{ collection, from, to }]
    })
  })
}
