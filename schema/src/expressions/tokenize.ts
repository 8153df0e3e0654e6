import { ExpressionError } from './expression-error.ts'
import { foreignSymbols } from './parse/foreign-symbols.ts'
import { readNumber } from './parse/read-number.ts'
import { readText } from './parse/read-text.ts'
import type { Token } from './parse/token.ts'

const space = /\s*/uy
const name = /@?[A-Za-z_][A-Za-z0-9_]*/y
const symbol = /\|\||&&|!=|!~|<=|>=|[()[\],.!=<>~+-]/y

/** Cuts an expression into tokens; the last one is `end`. Offsets are those of JavaScript strings (UTF-16 units). */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  do {
    const start = at + (matchAt(space, text, at)?.length ?? 0)
    const token = readToken(text, start)
    tokens.push(token)
    at = token.end
  } while (tokens.at(-1)?.kind !== 'end')
  return tokens
}

function readToken(text: string, start: number): Token {
  const first = text.charAt(start)
  if (first === '') return { kind: 'end', value: '', start, end: start }
  if (first === "'" || first === '"') return readText(text, start)
  if (first >= '0' && first <= '9') return readNumber(text, start)

  const word = matchAt(name, text, start)
  if (word !== null) {
    const isRoot = word.startsWith('@')
    return { kind: isRoot ? 'root' : 'name', value: isRoot ? word.slice(1) : word, start, end: start + word.length }
  }

  const foreign = foreignSymbols.find(([written]) => text.startsWith(written, start) && !isOurs(text, start, written))
  if (foreign !== undefined) {
    const [written, message, suggestion] = foreign
    throw new ExpressionError(message, { start, end: start + written.length }, suggestion)
  }
  const value = matchAt(symbol, text, start)
  if (value === null) throw unexpectedCharacter(text, start)
  return { kind: 'symbol', value, start, end: start + value.length }
}

/** `&` and `|` alone are foreign, doubled they are ours. */
const isOurs = (text: string, start: number, written: string): boolean =>
  (written === '&' || written === '|') && text.charAt(start + 1) === written

function unexpectedCharacter(text: string, start: number): ExpressionError {
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  const span = { start, end: start + character.length }
  if (character === '@') return new ExpressionError('after `@` comes user, now, today or old', span)
  if (/\p{L}/u.test(character))
    return new ExpressionError(`\`${character}\` cannot stand in a name; text needs quotes`, span)
  const shown = /^[\p{P}\p{S}]$/u.test(character) ? `\`${character}\`` : `the character U+${hex(character)}`
  return new ExpressionError(`${shown} has no meaning here`, span)
}

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')

function matchAt(pattern: RegExp, text: string, start: number): string | null {
  pattern.lastIndex = start
  return pattern.exec(text)?.[0] ?? null
}
