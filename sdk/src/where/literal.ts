/** An exact number, written as text: what a `decimal` field is compared with where a JavaScript number would lose digits. */
export class Exact {
  readonly text: string

  constructor(text: string) {
    if (!/^-?\d+(\.\d+)?$/.test(text))
      throw new TypeError(`"${text}" is not an exact number; one is written like "19.90".`)
    this.text = text
  }
}

/**
 * An exact number for `where`.
 *
 * @example
 * db.invoices.list({ where: { total: { gt: exact('19.90') } } })
 */
export const exact = (text: string): Exact => new Exact(text)

/** What can stand in an expression as a value. */
export type Value = string | number | bigint | boolean | null | Date | Exact

/**
 * A value as it is written in an expression. The one function that does so: whatever the value, it stays a value.
 *
 * @throws TypeError for what is no value, such as undefined or NaN
 */
export function literal(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberLiteral(value)
  if (typeof value === 'string') return textLiteral(value)
  if (value instanceof Exact) return value.text
  // Throws where the date is none.
  if (value instanceof Date) return textLiteral(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(itemLiteral).join(', ')}]`
  throw new TypeError(`${describe(value)} is no value that can stand in a filter.`)
}

function numberLiteral(value: number): string {
  if (Number.isFinite(value)) return String(value)
  throw new TypeError(`${value} is no number that can be compared with.`)
}

function textLiteral(value: string): string {
  if (value.includes('\0')) throw new TypeError('Text in a filter cannot hold the character U+0000.')
  return `'${value.replace(/[\\']/g, '\\$&')}'`
}

function itemLiteral(value: unknown): string {
  if (Array.isArray(value)) throw new TypeError('A list in a filter holds plain values only.')
  return literal(value)
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined'
  return typeof value === 'object' ? 'An object' : `A ${typeof value}`
}
