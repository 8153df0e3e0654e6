import type { Item } from './audiences.ts'

/** A row of `plinth.changes`. */
export interface LogRow {
  readonly record: string
  readonly before: Item | null
  readonly after: Item | null
}

export interface Told {
  readonly type: string
  readonly id: string
  readonly record?: Readonly<Record<string, unknown>>
}

/**
 * What a subscriber has to be told, by record: worked out from the log alone, by a few lines that share nothing with the
 * server.
 */
export function expectedEvents(
  log: readonly LogRow[],
  sees: (item: Item) => boolean,
): ReadonlyMap<string, readonly Told[]> {
  const events = log.flatMap(({ record: id, before, after }): readonly Told[] => {
    const was = before !== null && sees(before)
    const is = after !== null && sees(after)
    if (after === null) return was ? [{ type: 'delete', id }] : []
    if (is) return [{ type: before === null ? 'create' : was ? 'update' : 'enter', id, record: shown(after) }]
    return was ? [{ type: 'leave', id }] : []
  })
  return Map.groupBy(events, ({ id }) => id)
}

/** What of a record tells its states apart. */
export const shown = ({ id, name, n, kind, hot, owner, parent }: Item | Readonly<Record<string, unknown>>) => ({
  id,
  name,
  n,
  kind,
  hot,
  owner,
  parent,
})
