import { errors, type Problem } from '@plinth/schema'
import { lineBreaks } from './decode-text.ts'

/** The JSON text of one record, and where it begins; the first line is 1. */
export interface JsonText {
  readonly line: number
  readonly text: string
}

/**
 * The lines of an NDJSON that hold something.
 *
 * @throws Problem rowTooLarge
 */
export async function* readLines(texts: AsyncIterable<string>, maxRow: number): AsyncGenerator<JsonText> {
  let line = 1
  let rest = ''
  for await (const text of texts) {
    const pieces = (rest + text).split('\n')
    rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      if (piece.trim() !== '') yield measured({ line, text: piece }, maxRow)
      line += 1
    }
    if (rest.length > maxRow) throw tooLarge(line, maxRow)
  }
  if (rest.trim() !== '') yield measured({ line, text: rest }, maxRow)
}

/**
 * The items of a JSON array as texts, to be parsed one by one: only where each ends is found out here, so that an array of
 * any length takes no more memory than its largest item. What is no JSON within them is found when they are parsed.
 *
 * @throws Problem importMalformed, rowTooLarge
 */
export async function* readItems(texts: AsyncIterable<string>, maxRow: number): AsyncGenerator<JsonText> {
  const items = new ItemSplitter(maxRow)
  for await (const text of texts) yield* items.take(text)
  items.end()
}

class ItemSplitter {
  readonly #maxRow: number
  #text = ''
  /** How far it has looked, and where the item begins. */
  #at = 0
  #start = 0
  /** Brackets that are open: the array's own is the first. */
  #depth = 0
  #isInText = false
  #isOver = false
  #items = 0
  /** The line in which the item begins, as far as is known. */
  #line = 1

  constructor(maxRow: number) {
    this.#maxRow = maxRow
  }

  *take(more: string): Generator<JsonText> {
    this.#text = this.#text.slice(this.#start) + more
    this.#at -= this.#start
    this.#start = 0
    for (let found = this.#next(); found !== null; found = this.#next()) {
      if (found === '"') this.#isInText = !this.#isInText
      else if (found === '\\') this.#at += 1
      else if (found === ',') yield* this.#depth === 1 ? this.#item(false) : []
      else if (found === '[' || found === '{') this.#open(found)
      else yield* this.#close()
    }
    if (this.#depth === 0) this.#expectSpace(this.#text.slice(this.#start))
    else if (this.#text.length - this.#start > this.#maxRow) throw tooLarge(this.#line, this.#maxRow)
  }

  end(): void {
    if (!this.#isOver) throw this.#malformed('the array does not end with "]".')
  }

  /** The next character that means something here; stands behind it. */
  #next(): string | null {
    const wanted = this.#isInText ? /["\\]/g : /["[\]{},]/g
    wanted.lastIndex = this.#at
    const found = this.#at > this.#text.length ? null : wanted.exec(this.#text)
    this.#at = found === null ? Math.max(this.#at, this.#text.length) : found.index + 1
    return found === null ? null : found[0]
  }

  #open(bracket: string): void {
    if (this.#depth === 0) {
      this.#expectSpace(this.#text.slice(this.#start, this.#at - 1))
      if (this.#isOver || bracket !== '[') throw this.#malformed('it is not one array of records.')
      this.#skip()
    }
    this.#depth += 1
  }

  *#close(): Generator<JsonText> {
    if (this.#depth === 1) {
      yield* this.#item(this.#items === 0)
      this.#isOver = true
    }
    if (this.#depth === 0) throw this.#malformed('it is not one array of records.')
    this.#depth -= 1
  }

  /** What stands between the item's start and the comma or bracket just found. */
  *#item(mayBeEmpty: boolean): Generator<JsonText> {
    const whole = this.#text.slice(this.#start, this.#at - 1)
    const text = whole.trimStart()
    const line = this.#line + lineBreaks(whole.slice(0, whole.length - text.length))
    if (text === '' && !mayBeEmpty) throw this.#malformed('a record is missing beside a comma.')
    this.#skip()
    if (text === '') return
    this.#items += 1
    yield measured({ line, text }, this.#maxRow)
  }

  /** The next item begins here. */
  #skip(): void {
    this.#line += lineBreaks(this.#text.slice(this.#start, this.#at))
    this.#start = this.#at
  }

  #expectSpace(text: string): void {
    if (text.trim() !== '') throw this.#malformed('it is not one array of records.')
  }

  #malformed(reason: string): Problem {
    return errors.importMalformed({ line: this.#line, reason })
  }
}

function measured(item: JsonText, maxRow: number): JsonText {
  // A character has at most three bytes for each unit of its length.
  if (item.text.length * 3 > maxRow && Buffer.byteLength(item.text) > maxRow) throw tooLarge(item.line, maxRow)
  return item
}

const tooLarge = (line: number, limit: number): Problem => errors.rowTooLarge({ line, limit, hint: '' })
