import type { Expression, ObjectExpression } from 'oxc-parser'
import { unwrap } from './find-schema.ts'

/** Says that a value can only be known by running the file. */
export const unknown = Symbol('unknown')

/** The value of a literal, without running anything. */
export function staticValue(expression: Expression): unknown {
  const node = unwrap(expression)
  switch (node.type) {
    case 'Literal':
      return 'regex' in node || 'bigint' in node ? unknown : node.value
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? unknown) : unknown
    case 'UnaryExpression':
      return negative(node.operator, staticValue(node.argument))
    case 'Identifier':
      return node.name === 'undefined' ? undefined : unknown
    case 'ArrayExpression':
      return listOf(
        node.elements.map((each) => (each === null || each.type === 'SpreadElement' ? unknown : staticValue(each))),
      )
    case 'ObjectExpression':
      return objectOf(node)
    default:
      return unknown
  }
}

const negative = (operator: string, value: unknown): unknown =>
  operator === '-' && typeof value === 'number' ? -value : unknown

const listOf = (items: readonly unknown[]): unknown => (items.includes(unknown) ? unknown : items)

function objectOf(node: ObjectExpression): unknown {
  const entries: [string, unknown][] = []
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') return unknown
    const key = keyOf(property)
    const value = key === null || property.kind !== 'init' ? unknown : staticValue(property.value)
    if (key === null || value === unknown) return unknown
    entries.push([key, value])
  }
  return Object.fromEntries(entries)
}

type Property = Exclude<ObjectExpression['properties'][number], { readonly type: 'SpreadElement' }>

/** The name of a property; null where only running the file tells it. */
export function keyOf({ key, computed }: Property): string | null {
  if (key.type === 'Literal' && typeof key.value === 'string') return key.value
  if (key.type === 'Literal' && typeof key.value === 'number') return String(key.value)
  if (computed || key.type !== 'Identifier') return null
  // Not computed, it would set the prototype instead.
  return key.name === '__proto__' ? null : key.name
}
