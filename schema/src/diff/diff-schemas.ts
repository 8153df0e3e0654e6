import type { Rename } from '../document/schema-document.ts'
import type { CollectionModel, FieldModel, Model } from '../model/model.ts'
import type { Change, CollectionPair } from './change.ts'
import { diffFields } from './diff-fields.ts'
import { diffIndexes } from './diff-indexes.ts'
import { matchCollections, matchFields } from './pairs.ts'
import { sameJson } from './same-json.ts'

/**
 * What has to happen to turn the schema `from` into `to`. The renames must have passed `checkRenames`. The order says
 * nothing about the order in which the changes can run.
 *
 * @example
 * diffSchemas(from, to, [{ from: 'posts', to: 'articles' }]).map((change) => change.id)
 * // ['renameCollection:posts->articles']
 */
export function diffSchemas(from: Model, to: Model, renames: readonly Rename[]): readonly Change[] {
  const { dropped, kept, added } = matchCollections(from, to, renames)
  const newNames = new Map(kept.map((pair) => [pair.from.name, pair.to.name]))
  return [
    ...dropped.map(dropChange),
    ...kept.flatMap((pair) => diffCollection(pair, renames, newNames)),
    ...added.map(addChange),
    ...diffDocuments(from, to, kept, renames),
  ]
}

const dropChange = (collection: CollectionModel): Change =>
  collection.kind === 'view'
    ? { id: `dropView:${collection.name}`, kind: 'dropView', collection }
    : { id: `dropCollection:${collection.name}`, kind: 'dropCollection', collection }

const addChange = (collection: CollectionModel): Change =>
  collection.kind === 'view'
    ? { id: `addView:${collection.name}`, kind: 'addView', collection }
    : { id: `addCollection:${collection.name}`, kind: 'addCollection', collection }

function diffCollection(
  collection: CollectionPair,
  renames: readonly Rename[],
  newNames: ReadonlyMap<string, string>,
): readonly Change[] {
  if (collection.to.kind === 'view') return diffView(collection)
  const changes: Change[] = []
  const { from, to } = collection
  if (from.name !== to.name)
    changes.push({ id: `renameCollection:${from.name}->${to.name}`, kind: 'renameCollection', collection })
  if (from.collation !== to.collation)
    changes.push({ id: `changeCollation:${to.name}`, kind: 'changeCollation', collection })
  return [...changes, ...diffFields(collection, renames, newNames), ...diffIndexes(collection, renames)]
}

/** A view holds no data, so one that is renamed or reads differently is simply made again. */
function diffView(collection: CollectionPair): readonly Change[] {
  const { from, to } = collection
  const isSame = from.name === to.name && from.declared.sql === to.declared.sql && sameColumns(from, to)
  return isSame ? [] : [{ id: `replaceView:${to.name}`, kind: 'replaceView', collection }]
}

const sameColumns = (from: CollectionModel, to: CollectionModel): boolean => sameJson(columnsOf(from), columnsOf(to))

const columnsOf = (view: CollectionModel): unknown =>
  Object.fromEntries([...view.fields.values()].map((field) => [field.name, field.column?.sqlType]))

/** What only the document holds. */
function diffDocuments(
  from: Model,
  to: Model,
  kept: readonly CollectionPair[],
  renames: readonly Rename[],
): readonly Change[] {
  const changes: Change[] = []
  const changesPermissions =
    !sameJson(from.document.roles, to.document.roles) ||
    kept.some((pair) => !sameJson(pair.from.declared.permissions ?? {}, pair.to.declared.permissions ?? {}))
  if (changesPermissions) changes.push({ id: 'changePermissions', kind: 'changePermissions' })
  if (!sameJson(from.document.channels ?? {}, to.document.channels ?? {}))
    changes.push({ id: 'changeChannels', kind: 'changeChannels' })
  if (!sameJson(from.document.claims ?? {}, to.document.claims ?? {}))
    changes.push({ id: 'changeClaims', kind: 'changeClaims' })
  const collectionsMoved = !sameOrder(from.collections, kept)
  if (collectionsMoved || kept.some((pair) => describesDifferently(pair, renames)))
    changes.push({ id: 'changeDescriptions', kind: 'changeDescriptions' })
  return changes
}

function describesDifferently(pair: CollectionPair, renames: readonly Rename[]): boolean {
  const fields = matchFields(pair, renames).kept
  return (
    !sameJson(describe(pair.from), describe(pair.to)) ||
    !sameOrder(pair.from.fields, fields) ||
    fields.some((field) => !sameJson(describeField(field.from), describeField(field.to)))
  )
}

const describe = ({ declared: { label, description, display } }: CollectionModel): unknown => ({
  label,
  description,
  display,
})

const describeField = ({ declared: { label, description, hidden, readonly }, relation }: FieldModel): unknown => ({
  label,
  description,
  hidden: hidden === true,
  readonly: readonly === true,
  inverse: relation?.inverse ?? null,
})

/** The order of a document is the order in which people see things. */
function sameOrder(
  before: ReadonlyMap<string, unknown>,
  kept: readonly { readonly from: { readonly name: string } }[],
): boolean {
  const names = kept.map((pair) => pair.from.name)
  const stay = new Set(names)
  return sameJson(
    [...before.keys()].filter((name) => stay.has(name)),
    names,
  )
}
