import type { Expression } from '../expressions/expression.ts'
import { sameJson } from './same-json.ts'

/** Whether two expressions of a record mean the same once its fields have their new names. */
export const sameExpression = (from: Expression, to: Expression, newNames: ReadonlyMap<string, string>): boolean =>
  sameJson(meaning(from, newNames), meaning(to, new Map()))

/** The tree without its positions in the text, and with fields under their new names. */
function meaning(node: unknown, newNames: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(node)) return node.map((each) => meaning(each, newNames))
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).filter(([key]) => key !== 'start' && key !== 'end')
  const plain = Object.fromEntries(entries.map(([key, value]) => [key, meaning(value, newNames)]))
  const isOwnField = plain['kind'] === 'path' && typeof plain['field'] === 'string'
  return isOwnField ? { ...plain, field: newNames.get(String(plain['field'])) ?? plain['field'] } : plain
}

/** The fields of its own record that an expression reads. */
export function fieldsOf(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('kind' in node && node.kind === 'path' && 'field' in node) names.add(String(node.field))
    Object.values(node).forEach(visit)
  }
  visit(expression)
  return names
}
