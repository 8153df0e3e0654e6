import type { Expression, Hop, Model, ValueType } from '@plinth/schema'
import type { CallerPath } from '../../query/caller-path.ts'
import type { Shape, ShapeEntry } from '../../query/shape.ts'

/**
 * Expressions that look at all that a shape shows of other records: what they depend on is what the shape depends on. They
 * are never asked for a value.
 */
export const shapeExpressions = (model: Model, { collection, entries }: Shape, hops: readonly Hop[] = []) =>
  entries.flatMap((entry) => entryExpressions(model, collection, entry, hops))

function entryExpressions(
  model: Model,
  collection: string,
  entry: ShapeEntry,
  hops: readonly Hop[],
): readonly Expression[] {
  if (entry.kind === 'rev') return [pathTo(hops, anyField, nothing)]
  if (entry.kind === 'one') {
    const way = [...hops, entry.hop]
    return [pathTo(way, 'id', { kind: 'id' }), ...shapeExpressions(model, entry.shape, way)]
  }
  if (entry.kind === 'many') {
    const { over, shape, filter, sort } = entry
    const shown = [...shapeExpressions(model, shape), ...sort.map(pathExpression), ...(filter === null ? [] : [filter])]
    const where: Expression = { kind: 'and', items: shown, type: { kind: 'boolean' }, ...nowhere }
    return [
      {
        kind: 'quantifier',
        quantifier: 'any',
        over: { ...over, hops: [...hops, ...over.hops] },
        where,
        type: { kind: 'boolean' },
        ...nowhere,
      },
    ]
  }
  return [pathTo(hops, entry.name, model.collections.get(collection)?.fields.get(entry.name)?.valueType ?? nothing)]
}

/** The expression that a path of a sort or an aggregate is. */
export const pathExpression = ({ hops, field, type }: CallerPath): Expression => pathTo(hops, field, type)

/** The name that means whatever the record has. */
export const anyField = '*'

const nothing: ValueType = { kind: 'null' }
const nowhere = { start: 0, end: 0 }

const pathTo = (hops: readonly Hop[], field: string, type: ValueType): Expression => ({
  kind: 'path',
  root: 'record',
  hops,
  field,
  type,
  ...nowhere,
})
