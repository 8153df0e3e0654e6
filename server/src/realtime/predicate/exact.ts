/** A decimal number of any size: `coefficient` divided by ten to the power of `scale`. */
export interface Exact {
  readonly coefficient: bigint
  readonly scale: number
}

/** Reads a plain decimal (`-12.50`); numbers on the wire are whole and safe. */
export function parseExact(value: string | number): Exact {
  const text = String(value)
  const point = text.indexOf('.')
  if (point < 0) return { coefficient: BigInt(text), scale: 0 }
  return { coefficient: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 }
}

export function addExact(left: Exact, right: Exact, sign: 1n | -1n): Exact {
  const scale = Math.max(left.scale, right.scale)
  return { coefficient: scaled(left, scale) + sign * scaled(right, scale), scale }
}

/** Below, at or above zero as `left` is below, equal to or above `right`. */
export function compareExact(left: Exact, right: Exact): number {
  const scale = Math.max(left.scale, right.scale)
  const [one, other] = [scaled(left, scale), scaled(right, scale)]
  return one < other ? -1 : one > other ? 1 : 0
}

/**
 * The nearest double, within ±1e300 and 0 for what is nearer to 0 than 1e-300: stored decimals may be larger and smaller
 * than doubles, and a comparison must not fail on them.
 */
export function exactToFloat({ coefficient, scale }: Exact): number {
  const float = Number(`${coefficient}e-${scale}`)
  if (Math.abs(float) > 1e300) return Math.sign(float) * 1e300
  return Math.abs(float) < 1e-300 ? 0 : float
}

const scaled = ({ coefficient, scale }: Exact, to: number): bigint =>
  scale === to ? coefficient : coefficient * 10n ** BigInt(to - scale)
