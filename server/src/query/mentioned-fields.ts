import type { Expression } from '@plinth/schema'

/**
 * The fields of the record at hand that an expression looks at (`@old` and `changed` look at all of them: `*`). A rule that
 * looks at none of the fields an update writes need not be asked twice.
 */
export function mentionedFields(expression: Expression): ReadonlySet<string> {
  const fields = new Set<string>()
  collect(expression, fields)
  return fields
}

function collect(expression: Expression, fields: Set<string>): void {
  if (expression.kind === 'path') note(expression.root, expression.hops[0]?.field ?? expression.field, fields)
  else if (expression.kind === 'changed') fields.add('*')
  else if (expression.kind === 'quantifier' || expression.kind === 'count') {
    // The inner condition speaks about other records.
    note(expression.over.root, expression.over.hops[0]?.field ?? expression.over.field, fields)
  } else for (const part of partsOf(expression)) collect(part, fields)
}

function note(root: 'record' | 'old' | 'user', field: string, fields: Set<string>): void {
  if (root === 'old') fields.add('*')
  if (root === 'record') fields.add(field)
}

/** The expressions an expression is directly made of, without those about other records. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list':
    case 'and':
    case 'or':
      return expression.items
    case 'compare':
    case 'contains':
    case 'in':
    case 'arithmetic':
      return [expression.left, expression.right]
    case 'not':
    case 'lower':
    case 'length':
      return [expression.of]
    case 'startsWith':
    case 'endsWith':
      return [expression.of, expression.with]
    case 'changed':
      return [expression.of, expression.was]
    case 'distance':
      return [expression.of, expression.latitude, expression.longitude]
    case 'search':
      return expression.fields
    default:
      return []
  }
}
