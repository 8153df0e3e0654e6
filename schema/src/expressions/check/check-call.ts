import type { Expression } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import type { FunctionName, Quantifier, Syntax } from '../syntax-tree.ts'
import { functions } from './check-function.ts'
import { checkCount, checkQuantifier } from './check-quantifier.ts'
import type { Context } from './context.ts'
import { didYouMean, suggest } from './suggest.ts'

const quantifiers: readonly Quantifier[] = ['any', 'all', 'none']

/** Checks a call of any of the language's functions. */
export function checkCall(syntax: Extract<Syntax, { kind: 'call' }>, context: Context): Expression {
  const { name, nameSpan } = syntax
  if (isFunction(name)) return functions[name](syntax, context)
  const quantifier = quantifiers.find((candidate) => candidate === name)
  if (quantifier !== undefined) return checkQuantifier(syntax, quantifier, context)
  if (name === 'count') return checkCount(syntax, context)
  const suggestion = suggest(name, [...Object.keys(functions), ...quantifiers, 'count'])
  throw new ExpressionError(`unknown function \`${name}\`${didYouMean(suggestion)}`, nameSpan, suggestion)
}

const isFunction = (name: string): name is FunctionName => Object.hasOwn(functions, name)
