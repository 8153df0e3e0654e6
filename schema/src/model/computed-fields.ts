import { childPath } from '../document/json-pointer.ts'
import type { Fault } from '../errors/problem.ts'
import { mentionsTime } from '../expressions/mentions.ts'
import type { Check } from './check-expressions.ts'
import type { FieldModel } from './model.ts'
import { computedScope } from './model-scope.ts'
import type { CollectionOutline } from './outline-collections.ts'

/** A collection's fields with the expressions of its calculated ones checked. */
export function computedFields(
  collection: CollectionOutline,
  check: Check,
  faults: Fault[],
): ReadonlyMap<string, FieldModel> {
  const scope = computedScope(collection)
  return new Map(
    [...collection.fields].map(([name, field]) => {
      if (field.column?.filledBy !== 'expression') return [name, field]
      const path = childPath(childPath('/collections', collection.name), 'fields')
      const at = `${childPath(path, name)}/expression`
      const computed = check(at, String(field.declared.expression), scope, field.valueType)
      if (computed !== null && mentionsTime(computed)) faults.push(changesWithTime(at))
      return [name, { ...field, computed }]
    }),
  )
}

const changesWithTime = (path: string): Fault => ({
  path,
  code: 'invalidExpression',
  message: 'A calculated field is worked out when its record is written, so it cannot use @now or @today.',
})
