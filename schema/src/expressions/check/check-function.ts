import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { FunctionName, Syntax } from '../syntax-tree.ts'
import { refuseUnlessText } from './check-comparison.ts'
import { asFloat, isNumberLiteral, isTextLiteral } from './coerce.ts'
import type { Context } from './context.ts'
import { quoteTyped } from './describe.ts'

type CallSyntax = Extract<Syntax, { kind: 'call' }>
type CheckFunction = (syntax: CallSyntax, context: Context) => Expression

/** Every function but the quantifiers and `count`. */
export const functions: Readonly<Record<FunctionName, CheckFunction>> = {
  lower(syntax, context) {
    const [of] = takeTexts(syntax, 1, 'lower(text)', context)
    return { kind: 'lower', of, type: { kind: 'text' }, ...spanOf(syntax) }
  },
  length(syntax, context) {
    const [of] = takeTexts(syntax, 1, 'length(text)', context)
    return { kind: 'length', of, type: { kind: 'integer' }, ...spanOf(syntax) }
  },
  startsWith(syntax, context) {
    const [of, start] = takeTexts(syntax, 2, "startsWith(text, 'start')", context)
    return { kind: 'startsWith', of, with: start, type: { kind: 'boolean' }, ...spanOf(syntax) }
  },
  endsWith(syntax, context) {
    const [of, end] = takeTexts(syntax, 2, "endsWith(text, 'end')", context)
    return { kind: 'endsWith', of, with: end, type: { kind: 'boolean' }, ...spanOf(syntax) }
  },
  changed: checkChanged,
  distance: checkDistance,
  search: checkSearch,
}

function checkChanged(syntax: CallSyntax, context: Context): Expression {
  const [field] = syntax.args
  if (!context.scope.old) throw new ExpressionError('`changed` means something in update rules only', syntax.nameSpan)
  if (context.inQuantifier) throw new ExpressionError('`changed` cannot stand inside any, all or none', syntax.nameSpan)
  if (field?.kind !== 'path' || field.root !== null || field.names.length !== 1 || syntax.args.length !== 1)
    throw new ExpressionError('write changed(field), with a field of this record', syntax)

  const of = context.check(field, context)
  if (of.type.kind === 'records')
    throw new ExpressionError('`changed` is for single values, not for relations to many records', field)
  if (of.kind !== 'path' || of.hops.length > 0)
    throw new ExpressionError('`changed` is for fields of this record, and this relation belongs to another', field)
  const was = context.check({ ...field, root: 'old' }, context)
  return { kind: 'changed', of, was, type: { kind: 'boolean' }, ...spanOf(syntax) }
}

function checkDistance(syntax: CallSyntax, context: Context): Expression {
  const [first, second, third] = syntax.args
  if (first === undefined || second === undefined || third === undefined || syntax.args.length !== 3)
    throw new ExpressionError('write distance(place, latitude, longitude); it is in metres', syntax)

  const of = context.check(first, context)
  if (of.type.kind !== 'geopoint')
    throw new ExpressionError(`distance starts at a place, and ${quoteTyped(context, of)} is none`, of)
  const latitude = checkDegrees(second, 'the latitude', 90, context)
  const longitude = checkDegrees(third, 'the longitude', 180, context)
  return { kind: 'distance', of, latitude, longitude, type: { kind: 'float' }, ...spanOf(syntax) }
}

function checkDegrees(syntax: Syntax, what: string, limit: number, context: Context): Expression {
  const degrees = context.check(syntax, context)
  if (!isNumberLiteral(degrees) || Math.abs(Number(degrees.value)) > limit)
    throw new ExpressionError(`${what} is a number from -${limit} to ${limit}`, syntax)
  return asFloat(degrees)
}

function checkSearch(syntax: CallSyntax, context: Context): Expression {
  const [first, ...rest] = syntax.args
  if (first === undefined || rest.length === 0)
    throw new ExpressionError("write search('words', field, …) with one field at least", syntax)

  const text = context.check(first, context)
  if (!isTextLiteral(text))
    throw new ExpressionError("the words of search stand in quotes: search('words', field)", first)
  const words = text.value.split(/\s+/u).filter((word) => word !== '')
  if (words.length < 1 || words.length > 20) throw new ExpressionError('search takes 1 to 20 words', first)

  const fields = rest.map((field) => checkSearched(field, context))
  return { kind: 'search', words, fields, type: { kind: 'boolean' }, ...spanOf(syntax) }
}

function checkSearched(syntax: Syntax, context: Context): Expression {
  const field = context.check(syntax, context)
  if (field.kind !== 'path') throw new ExpressionError('search looks into fields', syntax)
  refuseUnlessText(field, 'search', context)
  return field
}

// The tuple's length is the `count` that was just compared; TypeScript cannot follow that through `map`.
type Texts<Count extends 1 | 2> = Count extends 1 ? readonly [Expression] : readonly [Expression, Expression]

function takeTexts<Count extends 1 | 2>(
  syntax: CallSyntax,
  count: Count,
  usage: string,
  context: Context,
): Texts<Count> {
  if (syntax.args.length !== count) throw new ExpressionError(`write ${usage}`, syntax)
  const texts = syntax.args.map((argument) => context.check(argument, context))
  for (const text of texts) refuseUnlessText(text, `\`${syntax.name}\``, context)
  return texts as unknown as Texts<Count>
}

const spanOf = ({ start, end }: CallSyntax) => ({ start, end })
