import { ExpressionError } from '../expression-error.ts'
import type { Token } from './token.ts'

const duration = /(?:\d+[wdhms])+(?![\p{L}\p{N}_.])/uy
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_]|\.\d)/uy
const run = /[\p{L}\p{N}_.]+/uy

/** Reads the number or the duration that starts at `start`, which is a digit. */
export function readNumber(text: string, start: number): Token {
  const asDuration = matchAt(duration, text, start)
  if (asDuration !== null) return { kind: 'duration', value: asDuration, start, end: start + asDuration.length }
  const asNumber = matchAt(number, text, start)
  if (asNumber !== null) return { kind: 'number', value: asNumber, start, end: start + asNumber.length }
  throw notANumber(matchAt(run, text, start) ?? text.charAt(start), start)
}

function notANumber(written: string, start: number): ExpressionError {
  const span = { start, end: start + written.length }
  if (/^[\d_]+$/.test(written))
    return new ExpressionError('numbers are written without `_`', span, written.replaceAll('_', ''))
  if (/^\d+\.\d+[a-z]+$/.test(written))
    return new ExpressionError('durations take whole numbers: instead of 1.5h write 1h30m', span)
  if (/^\d+[a-zA-Z]/.test(written))
    return new ExpressionError('a duration is a whole number with w, d, h, m or s, such as 7d or 1d12h', span)
  return new ExpressionError(`\`${written}\` is not a number; one is written like 42 or 3.14`, span)
}

function matchAt(pattern: RegExp, text: string, start: number): string | null {
  pattern.lastIndex = start
  return pattern.exec(text)?.[0] ?? null
}
