import {
  type Change,
  type FieldModel,
  type FieldPair,
  fieldsOf,
  matchCollections,
  matchFields,
  type Rename,
} from '@plinth/schema'
import { isCollatable } from './column-definition.ts'
import type { Design } from './design.ts'

/** All fields of tables that stay, changed or not. */
export const keptFieldsOf = (design: Design, renames: readonly Rename[]): readonly FieldPair[] =>
  matchCollections(design.from, design.to, renames).kept.flatMap((collection) =>
    collection.to.kind === 'view' ? [] : matchFields(collection, renames).kept,
  )

/**
 * The calculated fields that have to be taken down while a plan runs: those that change, those that become plain fields,
 * and those calculated from a field that goes or is stored in another way.
 */
export function computedInTheWay(changes: readonly Change[], kept: readonly FieldPair[]): readonly FieldPair[] {
  const altered = alteredFields(changes, kept)
  return kept.filter(({ from, to, collection }) => {
    if (from.computed === null) return false
    if (to.computed === null || altered.has(from)) return true
    const names = fieldsOf(from.computed)
    return [...names].some((name) => {
      const field = collection.from.fields.get(name)
      return field !== undefined && altered.has(field)
    })
  })
}

/** The fields, as they were, whose columns go, or change in a way that PostgreSQL refuses to a calculated column. */
function alteredFields(changes: readonly Change[], kept: readonly FieldPair[]): ReadonlySet<FieldModel> {
  return new Set(
    changes.flatMap((change) => {
      if (change.kind === 'dropField') return [change.field]
      if (change.kind === 'changeType' || change.kind === 'changeComputed') return [change.field.from]
      if (change.kind !== 'changeCollation') return []
      return kept
        .filter((pair) => pair.collection.to === change.collection.to && isCollatable(pair.from))
        .map((pair) => pair.from)
    }),
  )
}
