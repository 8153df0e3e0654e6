import type { Rename } from '../document/schema-document.ts'
import type { CollectionModel, FieldModel, Model } from '../model/model.ts'
import type { CollectionPair, FieldPair } from './change.ts'

/** What goes, what stays (perhaps under another name), and what comes. */
export interface Matching<Item, Pair> {
  readonly dropped: readonly Item[]
  readonly kept: readonly Pair[]
  readonly added: readonly Item[]
}

/** A table and a view are different things even under one name: the one goes, the other comes. */
export function matchCollections(
  from: Model,
  to: Model,
  renames: readonly Rename[],
): Matching<CollectionModel, CollectionPair> {
  const oldNames = oldNamesOf(renames.filter((rename) => rename.collection === undefined))
  return match(from.collections, to.collections, oldNames, (old, wanted) =>
    old.kind === wanted.kind ? { from: old, to: wanted } : undefined,
  )
}

export function matchFields(collection: CollectionPair, renames: readonly Rename[]): Matching<FieldModel, FieldPair> {
  const oldNames = oldNamesOf(renames.filter((rename) => rename.collection === collection.to.name))
  return match(collection.from.fields, collection.to.fields, oldNames, (from, to) => ({ collection, from, to }))
}

function match<Item extends { readonly name: string }, Pair extends { readonly from: unknown }>(
  before: ReadonlyMap<string, Item>,
  after: ReadonlyMap<string, Item>,
  oldNames: ReadonlyMap<string, string>,
  pairUp: (from: Item, to: Item) => Pair | undefined,
): Matching<Item, Pair> {
  const renamed = new Set(oldNames.values())
  const kept: Pair[] = []
  const added: Item[] = []
  for (const item of after.values()) {
    const oldName = oldNames.get(item.name) ?? (renamed.has(item.name) ? undefined : item.name)
    const old = oldName === undefined ? undefined : before.get(oldName)
    const pair = old === undefined ? undefined : pairUp(old, item)
    if (pair === undefined) added.push(item)
    else kept.push(pair)
  }
  const stays = new Set<unknown>(kept.map((pair) => pair.from))
  return { dropped: [...before.values()].filter((item) => !stays.has(item)), kept, added }
}

const oldNamesOf = (renames: readonly Rename[]): ReadonlyMap<string, string> =>
  new Map(renames.map((rename) => [rename.to, rename.from]))
