import type { Client, SentEvent } from './client.ts'

type Shown = Readonly<Record<string, unknown>>

/**
 * What a client has that applies all it is told, and nothing else. It refuses what could not happen to who was told
 * everything once and in order: a record that comes twice, or goes without having been there.
 */
export class Mirror {
  readonly records = new Map<string, Shown>()
  readonly faults: string[] = []

  constructor(list: readonly Shown[] = []) {
    for (const record of list) this.records.set(String(record['id']), record)
  }

  apply({ type, id, record }: SentEvent): void {
    const isThere = this.records.has(id)
    const comes = type === 'create' || type === 'enter'
    if (comes === isThere) this.faults.push(`${type} ${id} while it was ${isThere ? 'there' : 'not there'}`)
    if (type === 'delete' || type === 'leave') this.records.delete(id)
    else if (record === undefined) this.faults.push(`${type} ${id} without a record`)
    else this.records.set(id, record)
  }

  sorted(): readonly Shown[] {
    return [...this.records.values()].toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
  }
}

/** Applies all that a client was told about a subscription to what it began with. */
export function mirrorOf(client: Client, subscription: string, list: readonly Shown[]): Mirror {
  const mirror = new Mirror(list)
  for (const event of client.events(subscription)) mirror.apply(event)
  return mirror
}
