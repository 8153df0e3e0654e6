import { ExpressionError } from '../expression-error.ts'
import type { Span } from '../syntax-tree.ts'
import type { Token } from './token.ts'

/** A place in the tokens, and how deep the parser is nested there. */
export interface TokenReader {
  /** The token `ahead` of the place; past the last one it is always `end`. */
  peek(ahead?: number): Token
  next(): Token
  isSymbol(symbol: string, ahead?: number): boolean
  isName(name: string, ahead?: number): boolean
  takeSymbol(symbol: string): boolean
  /** Where the last token that was taken ends. */
  lastEnd(): number
  /** Runs `parse` one level deeper, and refuses too many levels before the stack could. */
  nested<Result>(span: Span, parse: () => Result): Result
}

export function createTokenReader(tokens: readonly Token[], levels: number): TokenReader {
  const end = tokens.at(-1) ?? { kind: 'end', value: '', start: 0, end: 0 }
  let at = 0
  let level = 0

  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end
  const isSymbol = (symbol: string, ahead = 0): boolean => peek(ahead).kind === 'symbol' && peek(ahead).value === symbol
  const next = (): Token => {
    const token = peek()
    at += 1
    return token
  }

  return {
    peek,
    next,
    isSymbol,
    isName: (name, ahead = 0) => peek(ahead).kind === 'name' && peek(ahead).value === name,
    takeSymbol(symbol) {
      const found = isSymbol(symbol)
      if (found) next()
      return found
    },
    lastEnd: () => (at === 0 ? 0 : (tokens[at - 1] ?? end).end),
    nested(span, parse) {
      level += 1
      if (level > levels) throw new ExpressionError(`the expression is nested deeper than ${levels} levels`, span)
      const result = parse()
      level -= 1
      return result
    },
  }
}
