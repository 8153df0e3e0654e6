import type { Expression } from 'oxc-parser'
import { unwrap } from './find-schema.ts'
import type { Span } from './members.ts'
import { keyOf } from './static-value.ts'

/** Where a JSON pointer leads in the tree of a schema; the nearest place above where it cannot be followed. */
export function nodeAt(schema: Expression, pointer: string): Span {
  let at: Span = schema
  let node: Expression | null = schema
  for (const step of pointer.split('/').slice(1)) {
    node = childOf(unwrap(node), step.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (node === null) break
    at = node
  }
  return at
}

function childOf(node: Expression, key: string): Expression | null {
  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(key)]
    return element === undefined || element === null || element.type === 'SpreadElement' ? null : element
  }
  if (node.type !== 'ObjectExpression') return null
  const property = node.properties.findLast((each) => each.type !== 'SpreadElement' && keyOf(each) === key)
  return property === undefined || property.type === 'SpreadElement' ? null : property.value
}
