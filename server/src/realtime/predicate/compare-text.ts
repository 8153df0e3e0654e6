/** Compares by code point, as PostgreSQL's collation "C" does; JavaScript's `<` goes by UTF-16 units. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (one !== other) return weight(one) - weight(other)
  }
  return left.length - right.length
}

/** Surrogates stand for the highest code points, though as units they are below U+E000 to U+FFFF. */
function weight(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

export function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
