const anyFraction = '(?:[.][0-9]+)?'
const anyMagnitude = `(?:0|[1-9][0-9]*)${anyFraction}`

/** How a decimal number is written: no exponent, no needless zeros or plus sign in front. */
export const decimalText = `-?${anyMagnitude}`

/**
 * A pattern (without anchors) for the decimal texts that are at least `bound`. JSON Schema's `minimum` speaks of numbers
 * only, and reading a decimal as a number would lose digits.
 *
 * @example new RegExp(`^(?:${atLeast('0.5')})$`).test('0.50') // true
 */
export function atLeast(bound: string): string {
  const { negative, integer, fraction } = digitsOf(bound)
  const isAboveZero = !negative && (integer !== '0' || fraction !== '')
  return isAboveZero
    ? magnitudeAtLeast(integer, fraction)
    : `${anyMagnitude}|-(?:${magnitudeAtMost(integer, fraction)})`
}

/** A pattern (without anchors) for the decimal texts that are at most `bound`. */
export function atMost(bound: string): string {
  const { negative, integer, fraction } = digitsOf(bound)
  return negative
    ? `-(?:${magnitudeAtLeast(integer, fraction)})`
    : `-${anyMagnitude}|${magnitudeAtMost(integer, fraction)}`
}

/** Compares two decimal texts exactly: below zero, zero, or above zero, as `Array.sort` wants it. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [digitsOf(a), digitsOf(b)]
  const places = Math.max(left.fraction.length, right.fraction.length)
  const scaled = ({ negative, integer, fraction }: Digits) =>
    BigInt(integer + fraction.padEnd(places, '0')) * (negative ? -1n : 1n)
  const difference = scaled(left) - scaled(right)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

interface Digits {
  readonly negative: boolean
  readonly integer: string
  readonly fraction: string
}

/** The digits of a decimal text without trailing zeros; minus zero is zero. */
function digitsOf(text: string): Digits {
  const [integer = '', rest = ''] = text.replace('-', '').split('.')
  const fraction = rest.replace(/0+$/, '')
  return { negative: text.startsWith('-') && (integer !== '0' || fraction !== ''), integer, fraction }
}

function magnitudeAtLeast(integer: string, fraction: string): string {
  const longer = `[1-9][0-9]{${integer.length},}${anyFraction}`
  const greater = eachDigit(integer, (before, digit, after) =>
    digit === 9 ? [] : [`${before}${digits(digit + 1, 9)}[0-9]{${after}}${anyFraction}`],
  )
  const greaterFraction = eachDigit(fraction, (before, digit) =>
    digit === 9 ? [] : [`${before}${digits(digit + 1, 9)}[0-9]*`],
  )
  const sameInteger =
    fraction === ''
      ? `${integer}${anyFraction}`
      : `${integer}[.](?:${[...greaterFraction, `${fraction}[0-9]*`].join('|')})`
  return [longer, ...greater, sameInteger].join('|')
}

function magnitudeAtMost(integer: string, fraction: string): string {
  const shorter = integer.length > 1 ? [`(?:0|[1-9][0-9]{0,${integer.length - 2}})${anyFraction}`] : []
  const smaller = eachDigit(integer, (before, digit, after) => {
    const least = before === '' && after > 0 ? 1 : 0
    return digit <= least ? [] : [`${before}${digits(least, digit - 1)}[0-9]{${after}}${anyFraction}`]
  })
  const smallerFraction = eachDigit(fraction, (before, digit) => [
    ...(digit === 0 ? [] : [`${before}${digits(0, digit - 1)}[0-9]*`]),
    ...(before === '' ? [] : [before]),
  ])
  const sameFraction = fraction === '' ? '0+' : `${fraction}0*`
  return [...shorter, ...smaller, `${integer}(?:[.](?:${[...smallerFraction, sameFraction].join('|')}))?`].join('|')
}

const eachDigit = (
  text: string,
  patterns: (before: string, digit: number, after: number) => readonly string[],
): readonly string[] =>
  Array.from(text).flatMap((digit, i) => patterns(text.slice(0, i), Number(digit), text.length - i - 1))

const digits = (from: number, to: number): string => (from === to ? String(from) : `[${from}-${to}]`)
