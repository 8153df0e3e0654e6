import type { Comment } from 'oxc-parser'

/** A place in the text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The text around one member of an object or a list, which belongs to it. */
export interface Surroundings {
  /** Space and comments before it, from where the member before it ends. */
  readonly lead: string
  /** Comments after it on its line. */
  readonly trail: string
}

export interface Layout {
  readonly members: readonly Surroundings[]
  /** Space and comments between the last member and the closing bracket. */
  readonly closing: string
  /** Whether a comma follows the last member. */
  readonly endsWithComma: boolean
}

/** Gives every character between the brackets of an object or a list to one of its members, or to the closing bracket. */
export function layoutOf(source: string, comments: readonly Comment[], node: Span, items: readonly Span[]): Layout {
  const end = node.end - 1
  const members: Surroundings[] = []
  let at = node.start + 1
  let endsWithComma = false
  for (const item of items) {
    const lead = source.slice(at, item.start)
    const comma = skipSpace(source, comments, item.end, end)
    endsWithComma = source[comma] === ','
    at = endOfLine(source, comments, endsWithComma ? comma + 1 : item.end, end)
    const beforeComma = endsWithComma ? source.slice(item.end, comma) : ''
    members.push({ lead, trail: beforeComma.trimEnd() + source.slice(endsWithComma ? comma + 1 : item.end, at) })
  }
  return { members, closing: source.slice(at, end), endsWithComma }
}

/** The next place that is neither space nor comment. */
function skipSpace(source: string, comments: readonly Comment[], from: number, end: number): number {
  let at = from
  while (at < end) {
    const comment = comments.find(({ start }) => start === at)
    if (comment !== undefined) at = comment.end
    else if (/\s/.test(source[at] ?? '')) at += 1
    else break
  }
  return at
}

/** After the comments on this line, if nothing else stands there; else where it is. */
function endOfLine(source: string, comments: readonly Comment[], from: number, end: number): number {
  let [at, after] = [from, from]
  while (at < end && source[at] !== '\n') {
    const comment = comments.find(({ start }) => start === at)
    if (comment === undefined && !/\s/.test(source[at] ?? '')) return from
    at = comment?.end ?? at + 1
    if (comment !== undefined) after = at
  }
  return after
}

/** Comments that an empty line parts from the member after them: they stay when it goes. */
export function detachedComments(lead: string): string {
  const gaps = [...lead.matchAll(/\r?\n[ \t]*(?=\r?\n)/g)]
  const head = lead.slice(0, gaps.at(-1)?.index ?? 0)
  return head.trim() === '' ? '' : head
}
