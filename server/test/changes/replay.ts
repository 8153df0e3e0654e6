import type { Change } from '../../src/changes/change.ts'

/** The rows of all tables: `collection record` or `collection source target` -> the row as JSON text. */
export type Rows = ReadonlyMap<string, string>

/**
 * Replays changes from an empty database, and answers everything that is wrong with them: a change that does not start
 * where the one before it left the row (so one is missing, doubled or out of order), a number that comes twice, and at
 * the end every row that is not as it is in the tables.
 */
export function replayFaults(changes: readonly Change[], tables: Rows): readonly string[] {
  const rows = new Map<string, string>()
  const numbers = new Set<string>()
  const faults: string[] = []
  for (const change of changes) {
    if (numbers.has(change.seq)) faults.push(`change ${change.seq} came twice`)
    numbers.add(change.seq)
    const key = rowKey(change)
    const present = rows.get(key) ?? null
    if (present !== change.before) faults.push(`change ${change.seq} expects ${change.before}, but there is ${present}`)
    if (change.after === null) rows.delete(key)
    else rows.set(key, change.after)
  }
  for (const key of new Set([...rows.keys(), ...tables.keys()])) {
    if (rows.get(key) !== tables.get(key)) {
      faults.push(`${key} is ${tables.get(key)} in its table, but ${rows.get(key)} by the log`)
    }
  }
  return faults
}

function rowKey({ collection, record, before, after }: Change): string {
  if (!collection.includes('.')) return `${collection} ${record}`
  const link: { target: string } = JSON.parse(after ?? before ?? '{}')
  return `${collection} ${record} ${link.target}`
}
