import { type Comparison, type Expression, ownComparison } from '@plinth/schema'
import { compileList, compileOperands, type Operands } from './compile-operands.ts'
import { compileText, lowerOf } from './compile-text.ts'
import type { Compute, PredicateInput } from './predicate-input.ts'
import { OutsideRecord, readPath } from './read-path.ts'

type Condition = (input: PredicateInput) => boolean
type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>

/** Compiles what is true or false; null counts as false. */
export function compileCondition(expression: Expression): Condition {
  switch (expression.kind) {
    case 'and':
      return every(expression.items.map(compileCondition))
    case 'or':
      return some(expression.items.map(compileCondition))
    case 'not':
      return negated(compileCondition(expression.of))
    case 'compare':
      return compileComparison(expression)
    case 'contains':
      return compileContains(expression)
    case 'in':
      return compileMembership(expression)
    case 'startsWith':
      return compilePair(expression, (text, start) => text.startsWith(start))
    case 'endsWith':
      return compilePair(expression, (text, end) => text.endsWith(end))
    case 'changed':
      return compileChanged(expression)
    case 'search':
      return compileSearch(expression)
    case 'userVerified':
      return ({ verified }) => verified
    case 'quantifier':
      throw new OutsideRecord()
    default:
      return compileStoredCondition(expression)
  }
}

function compileStoredCondition(expression: Expression): Condition {
  const value = compileBoolean(expression)
  return (input) => value(input) === true
}

/** A truth value that may be null: a field or a literal, or any condition. */
function compileBoolean(expression: Expression): Compute<boolean> {
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : expression.value === true
    return () => value
  }
  if (expression.kind !== 'path') return compileCondition(expression)
  const read = readPath(expression)
  return (input) => {
    const value = read(input)
    return value === null ? null : value === true
  }
}

const every =
  (items: readonly Condition[]): Condition =>
  (input) =>
    items.every((item) => item(input))

const some =
  (items: readonly Condition[]): Condition =>
  (input) =>
    items.some((item) => item(input))

const negated =
  (of: Condition): Condition =>
  (input) =>
    !of(input)

type Ordering = Exclude<Of<'compare'>['operator'], '='>

/** What each operator makes of two values that are not null, and whether it holds for two nulls. */
const orderings: Readonly<Record<Ordering, { readonly holds: (order: number) => boolean; readonly ofNulls: boolean }>> =
  {
    '<': { holds: (order) => order < 0, ofNulls: false },
    '<=': { holds: (order) => order <= 0, ofNulls: true },
    '>': { holds: (order) => order > 0, ofNulls: false },
    '>=': { holds: (order) => order >= 0, ofNulls: true },
  }

function compileComparison({ operator, as, left, right }: Of<'compare'>): Condition {
  const { computes, same, order } = compileOperands(as, [left, right], compileBoolean)
  const [one, other] = pair(computes)
  if (operator === '=') return (input) => equal(one(input), other(input), same)
  const { holds, ofNulls } = orderings[operator]
  return (input) => {
    const [a, b] = [one(input), other(input)]
    return a === null || b === null ? a === b && ofNulls : holds(order(a, b))
  }
}

function compileMembership({ as, left, right }: Of<'in'>): Condition {
  if (right.kind === 'list') return compileListLiteral(as, left, right.items)
  if (right.type.kind === 'records') throw new OutsideRecord()
  const [value, list] = [compileText(left), compileList(right)]
  return (input) => {
    const wanted = value(input)
    return wanted !== null && (list(input)?.includes(wanted) ?? false)
  }
}

function compileListLiteral(as: Comparison, left: Expression, items: readonly Expression[]): Condition {
  const { computes, same } = compileOperands(as, [left, ...items], compileBoolean)
  const [value = () => null, ...rest] = computes
  return (input) => {
    const wanted = value(input)
    return rest.some((item) => equal(wanted, item(input), same))
  }
}

/** Null equals null, and nothing else. */
const equal = (left: unknown, right: unknown, same: Operands['same']): boolean =>
  left === null || right === null ? left === right : same(left, right)

function compileContains({ left, right }: Of<'contains'>): Condition {
  return holdsForTexts(lowerOf(compileText(left)), lowerOf(compileText(right)), (text, part) => text.includes(part))
}

function compilePair({ of, with: part }: Of<'startsWith' | 'endsWith'>, test: TextTest): Condition {
  return holdsForTexts(compileText(of), compileText(part), test)
}

type TextTest = (text: string, part: string) => boolean

function holdsForTexts(left: Compute<string>, right: Compute<string>, test: TextTest): Condition {
  return (input) => {
    const [text, part] = [left(input), right(input)]
    return text !== null && part !== null && test(text, part)
  }
}

function compileChanged({ of, was }: Of<'changed'>): Condition {
  // JavaScript's numbers would take two different JSON documents for the same.
  if (of.type.kind === 'json') throw new OutsideRecord()
  const { computes, same } = compileOperands(ownComparison(of.type.kind) ?? 'id', [of, was], compileBoolean)
  const [one, other] = pair(computes)
  return (input) => !equal(one(input), other(input), same)
}

function compileSearch({ words, fields }: Of<'search'>): Condition {
  const texts = fields.map((field) => lowerOf(compileText(field)))
  const wanted = words.map((word) => word.toLowerCase())
  return (input) => {
    const found = texts.map((text) => text(input))
    return wanted.every((word) => found.some((text) => text?.includes(word)))
  }
}

const nothing: Compute<unknown> = () => null
const pair = ([left = nothing, right = nothing]: Operands['computes']) => [left, right] as const
