import type { Row, Rows } from './rows.ts'

/**
 * What turns one list into another, as the JSON texts of changes that are applied one after the other: first what goes,
 * then what comes or moves, from the top down, and at last what only looks different. A move takes the record out at
 * `from`, and puts it in at `to` of what is left.
 */
export function difference(before: Rows, after: Rows): readonly string[] {
  const wanted = new Map(after.map((row) => [row.key, row]))
  const removed = before.flatMap(({ key }, at) => (wanted.has(key) ? [] : [at])).toReversed()
  const list = before.filter(({ key }) => wanted.has(key))
  const had = new Map(list.map((row) => [row.key, row]))
  const placed = place(list, after, had)
  const updated = after.flatMap(({ key, text }, at) => {
    const old = had.get(key)
    return old === undefined || old.text === text ? [] : [`{"type":"update","at":${at},"record":${text}}`]
  })
  return [...removed.map((at) => `{"type":"remove","at":${at}}`), ...placed, ...updated]
}

/** Brings what is left into the wanted order. Those that are in the right order among each other stay where they are. */
function place(list: readonly Row[], after: Rows, had: ReadonlyMap<string, Row>): readonly string[] {
  const staying = longestRising(list, after)
  const keys = list.map(({ key }) => key)
  return after.flatMap(({ key, text }, i) => {
    if (staying.has(key)) return []
    const isNew = !had.has(key)
    const from = isNew ? -1 : keys.indexOf(key)
    if (!isNew) keys.splice(from, 1)
    // Right behind the one that is before it, which is in its place already.
    const previous = after[i - 1]
    const to = previous === undefined ? 0 : keys.indexOf(previous.key) + 1
    keys.splice(to, 0, key)
    if (isNew) return [`{"type":"insert","at":${to},"record":${text}}`]
    return from === to ? [] : [`{"type":"move","from":${from},"to":${to}}`]
  })
}

/** The most rows that are in the same order in both, by their keys: a longest rising subsequence of their new places. */
function longestRising(list: readonly Row[], after: Rows): ReadonlySet<string> {
  const places = new Map(after.map(({ key }, i) => [key, i]))
  const wanted = list.map(({ key }) => places.get(key) ?? 0)
  // For each length, where the subsequence of this length with the lowest end ends; and what came before each.
  const ends: number[] = []
  const previous: number[] = []
  wanted.forEach((value, i) => {
    let low = 0
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((wanted[ends[middle] ?? 0] ?? 0) < value) low = middle + 1
      else high = middle
    }
    previous[i] = ends[low - 1] ?? -1
    ends[low] = i
  })
  const staying = new Set<string>()
  for (let i = ends.at(-1) ?? -1; i >= 0; i = previous[i] ?? -1) {
    const row = list[i]
    if (row !== undefined) staying.add(row.key)
  }
  return staying
}
