import { childrenOf, type Expression, type PathRoot } from '@plinth/schema'

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
  } else for (const part of childrenOf(expression)) collect(part, fields)
}

function note(root: PathRoot, field: string, fields: Set<string>): void {
  if (root === 'old') fields.add('*')
  if (root === 'record') fields.add(field)
}
