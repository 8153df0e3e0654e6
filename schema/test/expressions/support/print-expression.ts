import type { BinaryOperator, Syntax } from '../../../src/expressions/syntax-tree.ts'

/** A syntax tree without its positions, as generators make it. */
export type Bare =
  | { readonly kind: 'text' | 'number' | 'duration'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly Bare[] }
  | { readonly kind: 'path'; readonly root: string | null; readonly names: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Bare[] }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Bare; readonly right: Bare }
  | { readonly kind: 'not'; readonly of: Bare }

/** Writes a tree as text, with no more brackets than it needs. */
export const printExpression = (tree: Bare): string => print(tree, 0)

/** How tightly each operator binds. */
const levels: Readonly<Record<string, number>> = { '||': 1, '&&': 2, '+': 5, '-': 5 }
const notLevel = 3
const comparisonLevel = 4

function print(tree: Bare, around: number): string {
  switch (tree.kind) {
    case 'text':
      return quote(tree.value)
    case 'number':
    case 'duration':
      return tree.value
    case 'boolean':
      return String(tree.value)
    case 'null':
      return 'null'
    case 'list':
      return `[${tree.items.map((item) => print(item, 0)).join(', ')}]`
    case 'path':
      return [...(tree.root === null ? [] : [`@${tree.root}`]), ...tree.names].join('.')
    case 'call':
      return `${tree.name}(${tree.args.map((argument) => print(argument, 0)).join(', ')})`
    case 'not':
      return bracketed(`!${print(tree.of, notLevel)}`, notLevel < around)
    case 'binary':
      return printBinary(tree, around)
  }
}

function printBinary({ operator, left, right }: Extract<Bare, { kind: 'binary' }>, around: number): string {
  const level = levels[operator] ?? comparisonLevel
  const chains = operator in levels
  const text = `${print(left, chains ? level : level + 1)} ${operator} ${print(right, level + 1)}`
  return bracketed(text, level < around)
}

const bracketed = (text: string, needed: boolean): string => (needed ? `(${text})` : text)

const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('é', '\\u00e9')}"`

/** Takes the positions away. */
export function bare(syntax: Syntax): Bare {
  switch (syntax.kind) {
    case 'path':
      return { kind: 'path', root: syntax.root, names: syntax.names.map(({ name }) => name) }
    case 'list':
      return { kind: 'list', items: syntax.items.map(bare) }
    case 'call':
      return { kind: 'call', name: syntax.name, args: syntax.args.map(bare) }
    case 'binary':
      return { kind: 'binary', operator: syntax.operator, left: bare(syntax.left), right: bare(syntax.right) }
    case 'not':
      return { kind: 'not', of: bare(syntax.of) }
    case 'null':
      return { kind: 'null' }
    case 'boolean':
      return { kind: 'boolean', value: syntax.value }
    default:
      return { kind: syntax.kind, value: syntax.value }
  }
}
