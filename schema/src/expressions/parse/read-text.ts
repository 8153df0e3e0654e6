import { ExpressionError } from '../expression-error.ts'
import type { Token } from './token.ts'

const escapes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
])

/**
 * Reads the text in quotes that starts at `start`. Both kinds of quotes mean the same. Escapes: `\'` `\"` `\\` `\n` `\t`
 * and `\uXXXX` (four hexadecimal digits; a character beyond U+FFFF is two of them, or stands as it is).
 */
export function readText(text: string, start: number): Token {
  const quote = text.charAt(start)
  let value = ''
  let at = start + 1
  while (text.charAt(at) !== quote) {
    if (at >= text.length) throw unclosed(text, start)
    const piece = text.charAt(at) === '\\' ? readEscape(text, at) : { value: text.charAt(at), end: at + 1 }
    value += piece.value
    at = piece.end
  }
  const token: Token = { kind: 'text', value, start, end: at + 1 }
  if (value.includes('\0')) throw new ExpressionError('text cannot contain the character U+0000', token)
  if (!value.isWellFormed()) throw new ExpressionError('text cannot contain half a character (a lone surrogate)', token)
  return token
}

function readEscape(text: string, at: number): { readonly value: string; readonly end: number } {
  const letter = text.charAt(at + 1)
  const value = escapes.get(letter)
  if (value !== undefined) return { value, end: at + 2 }
  const digits = /^u([0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[1]
  if (digits !== undefined) return { value: String.fromCharCode(Number.parseInt(digits, 16)), end: at + 6 }
  const span = { start: at, end: Math.min(at + (letter === 'u' ? 6 : 2), text.length) }
  throw new ExpressionError('after `\\` comes one of \' " \\ n t, or u and four hexadecimal digits', span, '\\\\')
}

function unclosed(text: string, start: number): ExpressionError {
  const quote = text.charAt(start)
  const other = quote === "'" ? '"' : "'"
  const span = { start, end: text.length }
  if (text.slice(start).trimEnd().endsWith(other))
    return new ExpressionError(`text that starts with ${quote} must also end with ${quote}, not with ${other}`, span)
  return new ExpressionError(`the text that starts here has no closing ${quote}`, span)
}
