import type { Rename } from '../document/schema-document.ts'
import type { CollectionModel, FieldModel, Model } from '../model/model.ts'
import type { CollectionPair } from './change.ts'
import { matchCollections, matchFields } from './pairs.ts'
import { sameJson } from './same-json.ts'

/**
 * Renames that a person may have meant where something goes and something alike comes. Each side stands in one of them
 * at most; whether it is one is for the person to say.
 *
 * @param renames those that are known already; with a collection's, its fields are looked at too
 */
export function suggestRenames(from: Model, to: Model, renames: readonly Rename[] = []): readonly Rename[] {
  const { dropped, kept, added } = matchCollections(from, to, renames)
  return [
    ...pairUp(dropped, added, likeness).map(([old, wanted]) => ({ from: old.name, to: wanted.name })),
    ...kept.flatMap((pair) => renamedFields(pair, renames)),
  ]
}

function renamedFields(pair: CollectionPair, renames: readonly Rename[]): readonly Rename[] {
  if (pair.to.kind === 'view') return []
  const { dropped, added } = matchFields(pair, renames)
  const collection = pair.to.name
  return pairUp(dropped, added, fieldLikeness).map(([old, wanted]) => ({
    collection,
    from: old.name,
    to: wanted.name,
  }))
}

/** The most alike first; 0 is not alike at all. */
function pairUp<Item>(
  dropped: readonly Item[],
  added: readonly Item[],
  alike: (old: Item, wanted: Item) => number,
): readonly (readonly [Item, Item])[] {
  const candidates = dropped
    .flatMap((old) => added.map((wanted) => ({ old, wanted, score: alike(old, wanted) })))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
  const taken = new Set<Item>()
  return candidates.flatMap(({ old, wanted }) => {
    if (taken.has(old) || taken.has(wanted)) return []
    taken.add(old).add(wanted)
    return [[old, wanted] as const]
  })
}

/** Tables of which at least half of the fields, by name and type, are in both. */
function likeness(old: CollectionModel, wanted: CollectionModel): number {
  if (old.kind === 'view' || wanted.kind === 'view') return 0
  const [before, after] = [ownFields(old), ownFields(wanted)]
  const shared = before.filter(({ name, declared }) =>
    after.some((field) => field.name === name && field.declared.type === declared.type),
  )
  const part = shared.length / Math.max(1, before.length, after.length)
  return part >= 0.5 ? part : 0
}

const ownFields = ({ fields }: CollectionModel): readonly FieldModel[] =>
  [...fields.values()].filter(({ builtIn }) => !builtIn)

/** Fields of one type; the more options they share, the likelier. */
function fieldLikeness(old: FieldModel, wanted: FieldModel): number {
  if (old.fieldType !== wanted.fieldType || (old.column === null) !== (wanted.column === null)) return 0
  if (old.computed !== null || old.relation?.to !== wanted.relation?.to) return 0
  const options = new Set([...Object.keys(old.declared), ...Object.keys(wanted.declared)])
  const same = [...options].filter((option) => sameJson(old.declared[option], wanted.declared[option]))
  return same.length / options.size
}
