const maxDigits = 1000

/**
 * The plain form of a number as it is written (`-1.50e3` -> `-1500`), or null where it would need more than 1,000 digits.
 * Zeros at the end of a fraction stay, because a decimal keeps its scale.
 */
export function plainDecimal(written: string): string | null {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written)
  if (parts === null) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const shift = Number(exponent)
  if (Math.abs(shift) > maxDigits) return null

  const digits = whole + fraction
  const point = whole.length + shift
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const right = point < digits.length ? digits.slice(Math.max(point, 0)).padStart(digits.length - point, '0') : ''
  if (left.length + right.length > maxDigits) return null

  const number = left.replace(/^0+(?=\d)/, '') + (right === '' ? '' : `.${right}`)
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number
}

/** Whether a double can stand for the number without leaving the range that float fields have. */
export function fitsFloat(plain: string): boolean {
  const size = Math.abs(Number(plain))
  return size <= 1e300 && (size >= 1e-300 || !/[1-9]/.test(plain))
}
