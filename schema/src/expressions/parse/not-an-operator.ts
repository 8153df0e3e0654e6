import { ExpressionError } from '../expression-error.ts'
import { operatorWords } from './foreign-words.ts'
import type { TokenReader } from './token-reader.ts'

/** The error for a token that follows a whole value although no operator leads to it. */
export function notAnOperator(reader: TokenReader): ExpressionError {
  const token = reader.peek()
  if (token.kind === 'name') return wordAsOperator(reader)
  if (token.kind === 'text' && reader.lastEnd() === token.start)
    return new ExpressionError("a quote inside text is written \\'", token)
  if (token.kind === 'duration' || token.kind === 'number')
    return new ExpressionError(
      'an operator is missing here (a `+` in a URL must be written %2B; combined durations have no spaces: 1d12h)',
      token,
    )
  if (token.value === ')' || token.value === ']')
    return new ExpressionError(`this \`${token.value}\` closes no bracket`, token)
  if (token.value === '!') return new ExpressionError('an operator such as `&&` is missing before this `!`', token)
  return new ExpressionError('an operator such as `=` or `&&` is missing here', token)
}

function wordAsOperator(reader: TokenReader): ExpressionError {
  const token = reader.peek()
  const following = reader.peek(1)
  const both = { start: token.start, end: following.end }
  const word = token.value.toLowerCase()
  const nextWord = following.kind === 'name' ? following.value.toLowerCase() : ''

  if (word === 'is' && nextWord === 'not') return new ExpressionError('`is not` is written `!=`', both, '!=')
  if (word === 'not' && nextWord === 'in') return new ExpressionError('write `not in` in small letters', both, 'not in')
  if (word === 'not' && (nextWord === 'like' || nextWord === 'ilike'))
    return new ExpressionError('`not like` is written `!~`', both, '!~')
  if (word === 'in') return new ExpressionError('write `in` in small letters', token, 'in')
  if (word === 'between') return new ExpressionError('instead of `x between a and b` write `x >= a && x <= b`', token)

  const operator = operatorWords.get(word)
  if (operator !== undefined)
    return new ExpressionError(`\`${token.value}\` is written \`${operator}\``, token, operator)
  return new ExpressionError(`an operator such as \`=\` or \`&&\` is missing before \`${token.value}\``, token)
}
