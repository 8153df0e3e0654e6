import { errors } from '@plinth/schema'

/** One entry of a `select`: a name, and for a relation what to show of its records. */
export interface Selected {
  readonly name: string
  readonly nested: NestedSelect | null
}

export interface NestedSelect {
  readonly entries: readonly Selected[]
  readonly filter: string | null
  readonly sort: string | null
  readonly limit: number | null
}

const maxDepth = 5
const maxEntries = 500
/** As much as an address can hold. */
const maxLength = 16_000

/**
 * Parses `id,title,author(name),comments(body;sort=-created;limit=3;filter=votes > 2)`. Options of a relation follow its
 * entries after `;`; inside quotes nothing is special.
 *
 * @throws Problem invalidParameter, with the position
 */
export function parseSelect(text: string): readonly Selected[] {
  if (text.length > maxLength) throw invalidSelect(`it is longer than ${maxLength} characters.`)
  const parser = new SelectParser(text)
  const entries = parser.entries(0)
  parser.expectEnd()
  return entries
}

class SelectParser {
  readonly #text: string
  #at = 0
  #count = 0

  constructor(text: string) {
    this.#text = text
  }

  entries(depth: number): readonly Selected[] {
    const entries = [this.#entry(depth)]
    while (this.#take(',')) entries.push(this.#entry(depth))
    return entries
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw this.#error(`unexpected "${this.#text[this.#at]}"`)
  }

  #entry(depth: number): Selected {
    this.#count += 1
    if (this.#count > maxEntries) throw this.#error(`at most ${maxEntries} names can be selected`)
    const name = /^\s*(\*|[a-z][a-z0-9_]*)\s*/.exec(this.#text.slice(this.#at, this.#at + 200))
    if (!name?.[1]) throw this.#error('expected the name of a field, or *')
    this.#at += name[0].length
    if (name[1] === '*' || !this.#take('(')) return { name: name[1], nested: null }
    if (depth + 1 >= maxDepth) throw this.#error(`relations can be nested ${maxDepth - 1} levels deep`)
    const entries = this.entries(depth + 1)
    const options = this.#options()
    if (!this.#take(')')) throw this.#error('expected ")"')
    this.#skipSpace()
    return { name: name[1], nested: { entries, ...options } }
  }

  #options(): Omit<NestedSelect, 'entries'> {
    const options = new Map<string, string>()
    while (this.#take(';')) {
      const name = /^\s*(sort|limit|filter)\s*=/.exec(this.#text.slice(this.#at, this.#at + 100))
      if (!name?.[1]) throw this.#error('expected sort=, limit= or filter=')
      if (options.has(name[1])) throw this.#error(`"${name[1]}" is given twice`)
      this.#at += name[0].length
      options.set(name[1], this.#value().trim())
    }
    const limit = options.get('limit')
    if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit)) throw this.#error('limit is a number from 1 to 1000')
    return {
      filter: options.get('filter') ?? null,
      sort: options.get('sort') ?? null,
      limit: limit === undefined ? null : Math.min(Number(limit), 1000),
    }
  }

  /** Up to the next `;` or `)` that is neither quoted nor inside brackets. */
  #value(): string {
    const start = this.#at
    let open = 0
    let quote: string | null = null
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at]
      if (quote !== null) {
        if (character === '\\') this.#at += 1
        else if (character === quote) quote = null
      } else if (character === "'" || character === '"') quote = character
      else if (character === '(') open += 1
      else if (character === ')' && open === 0) break
      else if (character === ')') open -= 1
      else if (character === ';' && open === 0) break
    }
    return this.#text.slice(start, this.#at)
  }

  #take(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1
  }

  #error(reason: string): Error {
    return invalidSelect(`${reason} at position ${this.#at + 1}.`)
  }
}

const invalidSelect = (reason: string): Error => errors.invalidParameter({ name: 'select', reason })
