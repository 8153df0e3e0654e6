import { endOfValue, memberTexts, skipBetween } from '../subscriptions/member-texts.ts'
import { groupsOf, type LiveWish } from './live-wish.ts'

/** A record of a result, or a group of an aggregate. */
export interface Row {
  /** The same in two results means that it is the same record or group. */
  readonly key: string
  /** Its JSON. */
  readonly text: string
}

export type Rows = readonly Row[]

/** The rows of an answer `{ "items": [...] }`. */
export function rowsOf(wish: LiveWish, answer: string): Rows {
  const seen = new Map<string, number>()
  return elementTexts(memberTexts(answer).get('items') ?? '[]').map((text) => {
    const key = keyOf(wish, text)
    const times = seen.get(key) ?? 0
    seen.set(key, times + 1)
    // Without their ids, records that look the same cannot be told apart, and need not be.
    return { key: times === 0 ? key : `${key} ${times}`, text }
  })
}

function keyOf(wish: LiveWish, text: string): string {
  const members = memberTexts(text)
  if (wish.timeZone === null) return members.get('id') ?? text
  return groupsOf(wish)
    .map((name) => members.get(name) ?? '')
    .join()
}

/** The elements of a JSON array of objects as the texts they have in it. PostgreSQL's own text, so it is well-formed. */
function elementTexts(text: string): readonly string[] {
  const elements: string[] = []
  let at = skipBetween(text, 1)
  while (text[at] === '{') {
    const end = endOfValue(text, at)
    elements.push(text.slice(at, end))
    at = skipBetween(text, end)
  }
  return elements
}
