import { ExpressionError } from './expression-error.ts'
import { defaultLimits, type ExpressionLimits } from './limits.ts'
import { valueWords } from './parse/foreign-words.ts'
import { notAnOperator } from './parse/not-an-operator.ts'
import { createTokenReader, type TokenReader } from './parse/token-reader.ts'
import type { BinaryOperator, Span, Syntax } from './syntax-tree.ts'
import { tokenize } from './tokenize.ts'

type ParseLimits = Pick<ExpressionLimits, 'characters' | 'levels'>

/**
 * Turns the text of an expression into its syntax tree, or throws an `ExpressionError` that says where and what. From
 * loosest to tightest: `||`, `&&`, `!`, comparisons (which do not chain), `+` and `-`.
 *
 * @example
 * parseExpression("status = 'draft'").kind // 'binary'
 */
export function parseExpression(text: string, limits: ParseLimits = defaultLimits): Syntax {
  refuseTooLong(text, limits.characters)
  const reader = createTokenReader(tokenize(text), limits.levels)
  if (reader.peek().kind === 'end') throw new ExpressionError('the expression is empty', reader.peek())
  const syntax = parseOr(reader)
  if (reader.peek().kind !== 'end') throw notAnOperator(reader)
  return syntax
}

function refuseTooLong(text: string, limit: number): void {
  // A code point takes two units at most; so a text of megabytes is refused before anything counts its characters.
  if (text.length <= limit) return
  if (text.length <= 2 * limit && [...text].length <= limit) return
  throw new ExpressionError(`the expression is longer than ${limit} characters`, { start: 0, end: text.length })
}

const parseOr = (reader: TokenReader): Syntax => parseChain(reader, ['||'], parseAnd)
const parseAnd = (reader: TokenReader): Syntax => parseChain(reader, ['&&'], parseNot)
const parseSum = (reader: TokenReader): Syntax => parseChain(reader, ['+', '-'], parseValue)

/** `a op b op c`, to the left. */
function parseChain(
  reader: TokenReader,
  operators: readonly BinaryOperator[],
  parseOperand: (reader: TokenReader) => Syntax,
): Syntax {
  const { start } = reader.peek()
  let left = parseOperand(reader)
  for (;;) {
    const operator = operators.find((candidate) => reader.isSymbol(candidate))
    if (operator === undefined) return left
    reader.next()
    const right = parseOperand(reader)
    left = { kind: 'binary', operator, left, right, start, end: reader.lastEnd() }
  }
}

function parseNot(reader: TokenReader): Syntax {
  if (!reader.isSymbol('!')) return parseComparison(reader)
  const { start } = reader.next()
  const of = reader.nested({ start, end: start + 1 }, () => parseNot(reader))
  return { kind: 'not', of, start, end: reader.lastEnd() }
}

function parseComparison(reader: TokenReader): Syntax {
  const { start } = reader.peek()
  const left = parseSum(reader)
  const operator = takeComparison(reader)
  if (operator === null) return left
  const right = parseSum(reader)
  const comparison: Syntax = { kind: 'binary', operator, left, right, start, end: reader.lastEnd() }
  const second = reader.peek()
  if (takeComparison(reader) !== null)
    throw new ExpressionError('comparisons do not chain: instead of a < b < c write a < b && b < c', second)
  return comparison
}

const comparisons: readonly BinaryOperator[] = ['=', '!=', '<', '<=', '>', '>=', '~', '!~']

function takeComparison(reader: TokenReader): BinaryOperator | null {
  const operator = comparisons.find((candidate) => reader.isSymbol(candidate))
  if (operator !== undefined) {
    reader.next()
    return operator
  }
  if (reader.isName('in')) {
    reader.next()
    return 'in'
  }
  if (!reader.isName('not') || !reader.isName('in', 1)) return null
  reader.next()
  reader.next()
  return 'not in'
}

function parseValue(reader: TokenReader): Syntax {
  const token = reader.peek()
  if (token.kind === 'text' || token.kind === 'number' || token.kind === 'duration') {
    reader.next()
    return { kind: token.kind, value: token.value, start: token.start, end: token.end }
  }
  if (token.kind === 'root') return parsePath(reader)
  if (token.kind === 'name') return parseName(reader)
  if (reader.isSymbol('(')) return parseGroup(reader)
  if (reader.isSymbol('[')) return parseList(reader)
  if (reader.isSymbol('-')) return parseNegative(reader)
  throw missingValue(reader)
}

function parseNegative(reader: TokenReader): Syntax {
  const { start, end } = reader.next()
  const number = reader.peek()
  if (number.kind !== 'number')
    throw new ExpressionError('a minus sign in front stands only before a number; for a field write 0 - field', {
      start,
      end,
    })
  reader.next()
  return { kind: 'number', value: `-${number.value}`, start, end: number.end }
}

function parseName(reader: TokenReader): Syntax {
  const token = reader.peek()
  const constant = parseConstant(token.value, token)
  if (constant !== null) {
    reader.next()
    return constant
  }
  if (token.value.toLowerCase() === 'not') throw new ExpressionError('`not` is written `!`', token, '!')
  if (reader.isSymbol('(', 1)) return parseCall(reader)
  const spelling = valueWords.get(token.value)
  if (spelling !== undefined) throw new ExpressionError(`write \`${spelling}\``, token, spelling)
  if (token.value === 'in') throw missingValue(reader)
  return parsePath(reader)
}

function parseConstant(word: string, { start, end }: Span): Syntax | null {
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', start, end }
  return word === 'null' ? { kind: 'null', start, end } : null
}

function parsePath(reader: TokenReader): Syntax {
  const first = reader.peek()
  const root = first.kind === 'root' ? reader.next().value : null
  const names = root === null ? [takeName(reader)] : []
  while (reader.isSymbol('.')) {
    reader.next()
    names.push(takeName(reader))
  }
  return { kind: 'path', root, names, start: first.start, end: reader.lastEnd() }
}

function takeName(reader: TokenReader): Span & { readonly name: string } {
  const token = reader.peek()
  if (token.kind !== 'name') throw new ExpressionError('after `.` comes the name of a field', token)
  reader.next()
  return { name: token.value, start: token.start, end: token.end }
}

function parseCall(reader: TokenReader): Syntax {
  const name = reader.next()
  const nameSpan = { start: name.start, end: name.end }
  const open = reader.next()
  const args = parseItems(reader, open, ')')
  return { kind: 'call', name: name.value, nameSpan, args, start: name.start, end: reader.lastEnd() }
}

function parseList(reader: TokenReader): Syntax {
  const open = reader.next()
  const items = parseItems(reader, open, ']')
  return { kind: 'list', items, start: open.start, end: reader.lastEnd() }
}

/** Expressions with commas between them, up to and with the closing bracket. */
function parseItems(reader: TokenReader, open: Span, close: ')' | ']'): readonly Syntax[] {
  const items: Syntax[] = []
  if (!reader.isSymbol(close)) {
    do {
      items.push(reader.nested(open, () => parseOr(reader)))
    } while (reader.takeSymbol(','))
  }
  expectClose(reader, open, close)
  return items
}

function parseGroup(reader: TokenReader): Syntax {
  const open = reader.next()
  const inner = reader.nested(open, () => parseOr(reader))
  if (reader.isSymbol(',')) throw new ExpressionError('a list stands in square brackets: [1, 2]', reader.peek())
  expectClose(reader, open, ')')
  // Brackets leave no trace in the tree, but the span of what contains them begins and ends with them.
  return inner
}

function expectClose(reader: TokenReader, open: Span, close: ')' | ']'): void {
  if (reader.takeSymbol(close)) return
  const found = reader.peek()
  if (found.kind === 'end') throw new ExpressionError(`this bracket has no closing \`${close}\``, open)
  if (found.kind === 'symbol' && ')]'.includes(found.value))
    throw new ExpressionError(`expected \`${close}\` here`, found, close)
  throw notAnOperator(reader)
}

function missingValue(reader: TokenReader): ExpressionError {
  const token = reader.peek()
  if (token.kind === 'end') return new ExpressionError('the expression ends too early: a value is missing', token)
  if (token.value === '!') return new ExpressionError('put brackets around a `!` after an operator: a = (!b)', token)
  if (token.value === '.' && reader.peek(1).kind === 'number')
    return new ExpressionError(
      'numbers start with a digit',
      { start: token.start, end: reader.peek(1).end },
      `0.${reader.peek(1).value}`,
    )
  if (token.value === ')' && reader.lastEnd() > 0) return new ExpressionError('a value is missing before `)`', token)
  return new ExpressionError(`a value is missing before \`${token.value}\``, token)
}
