import type { Field, Rename } from '../document/schema-document.ts'
import type { FieldModel } from '../model/model.ts'
import type { Change, CollectionPair, FieldChangeKind, FieldPair } from './change.ts'
import { matchFields } from './pairs.ts'
import { sameExpression } from './same-expression.ts'
import { sameJson } from './same-json.ts'

type Names = ReadonlyMap<string, string>

/** `newNames` says how each collection that stays is called now. */
export function diffFields(collection: CollectionPair, renames: readonly Rename[], newNames: Names): readonly Change[] {
  const { dropped, kept, added } = matchFields(collection, renames)
  const name = collection.to.name
  const newFieldNames = new Map(kept.map((pair) => [pair.from.name, pair.to.name]))
  return [
    ...dropped.map(
      (field): Change => ({ id: `dropField:${name}.${field.name}`, kind: 'dropField', collection, field }),
    ),
    ...kept.flatMap((field) =>
      kindsOfChange(field, newNames, newFieldNames).map((kind): Change => ({ id: changeId(kind, field), kind, field })),
    ),
    ...added.map((field): Change => ({ id: `addField:${name}.${field.name}`, kind: 'addField', collection, field })),
  ]
}

const changeId = (kind: FieldChangeKind, { collection, from, to }: FieldPair): string =>
  kind === 'renameField'
    ? `renameField:${collection.to.name}.${from.name}->${to.name}`
    : `${kind}:${collection.to.name}.${to.name}`

function kindsOfChange(pair: FieldPair, newNames: Names, newFieldNames: Names): readonly FieldChangeKind[] {
  const kinds: FieldChangeKind[] = pair.from.name === pair.to.name ? [] : ['renameField']
  // It makes checks, references, indexes and defaults anew, so no further step is needed.
  if (changesType(pair)) return [...kinds, 'changeType']
  const { from, to } = pair
  if (changesTarget(from, to, newNames)) kinds.push('changeTarget')
  else if (from.relation !== null && from.relation.onDelete !== to.relation?.onDelete) kinds.push('changeOnDelete')
  if (from.computed !== null && to.computed !== null && !sameExpression(from.computed, to.computed, newFieldNames))
    kinds.push('changeComputed')
  if (!sameJson(ownOptions(from), ownOptions(to))) kinds.push('changeOptions')
  if (from.required !== to.required) kinds.push('changeRequired')
  if ((from.declared.unique === true) !== (to.declared.unique === true)) kinds.push('changeUnique')
  if (!sameJson(from.declared.default, to.declared.default)) kinds.push('changeDefault')
  return kinds
}

/** Another type, other storage, or filled in another way: the column itself has to change. */
const changesType = ({ from, to }: FieldPair): boolean =>
  from.fieldType !== to.fieldType ||
  from.column?.sqlType !== to.column?.sqlType ||
  from.column?.filledBy !== to.column?.filledBy

function changesTarget(from: FieldModel, to: FieldModel, newNames: Names): boolean {
  if (from.relation === null || to.relation === null) return false
  return newNames.get(from.relation.to) !== to.relation.to
}

const comparedApart: ReadonlySet<string> = new Set(
  'type required unique default description label hidden readonly to many inverse onDelete'.split(' '),
)

/** The options that belong to the type. Those of a relation and of a computed field are compared by their meaning. */
function ownOptions({ declared, computed }: FieldModel): Partial<Field> {
  if (computed !== null) return {}
  return Object.fromEntries(Object.entries(declared).filter(([option]) => !comparedApart.has(option)))
}
