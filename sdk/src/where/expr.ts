import { literal, type Value } from './literal.ts'

/** An expression with its values in it, made by `expr`. */
export class Expr {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/**
 * An expression whose values are escaped: `${…}` is always one value, or another expression, whatever is in it.
 *
 * @example
 * const mine = expr`author = ${user.id}`
 * db.posts.list({ where: expr`${mine} && created > @now - 7d` })
 * @throws TypeError where a placeholder stands inside quotes, or holds no value
 */
export function expr(texts: TemplateStringsArray, ...values: readonly (Value | readonly Value[] | Expr)[]): Expr {
  // `raw`: a backslash in the template means what it means in an expression.
  const [first = '', ...rest] = texts.raw
  let text = first
  values.forEach((value, i) => {
    if (endsInQuotes(text))
      throw new TypeError('A value in an expression brings its own quotes: take away those around ${…}.')
    // Blanks keep what stands before and after from becoming a part of the value.
    text = `${text.trimEnd()} ${placed(value)} ${(rest[i] ?? '').trimStart()}`
  })
  return new Expr(text.trim())
}

/** Brackets keep an expression whole, and a minus sign from taking something away from what stands before. */
function placed(value: Value | readonly Value[] | Expr): string {
  if (value instanceof Expr) return `(${value.text})`
  const text = literal(value)
  return text.startsWith('-') ? `(${text})` : text
}

function endsInQuotes(text: string): boolean {
  let quote: string | null = null
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (quote === null && (character === "'" || character === '"')) quote = character
    else if (quote !== null && character === '\\') at += 1
    else if (character === quote) quote = null
  }
  return quote !== null
}
