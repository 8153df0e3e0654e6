import { type Client } from '../client.ts'

type Shown = Readonly<Record<string, unknown>>

export type Change =
  | { readonly type: 'insert' | 'update'; readonly at: number; readonly record: Shown }
  | { readonly type: 'remove'; readonly at: number }
  | { readonly type: 'move'; readonly from: number; readonly to: number }

/**
 * A client's list, to which it applies all it is told and nothing else. A change that cannot be applied, or that is not
 * needed, is a fault.
 */
export class LiveList {
  readonly items: Shown[] = []
  readonly faults: string[] = []
  /** All that was sent, in the order in which it came. */
  readonly told: Change[] = []
  id = ''
  cursor = ''
  resumed = false
  ended: string | null = null

  replace(items: readonly Shown[]): void {
    this.items.splice(0, this.items.length, ...items)
  }

  apply(change: Change): void {
    const { items } = this
    this.told.push(change)
    const isThere = (at: number, end = items.length): boolean => Number.isInteger(at) && at >= 0 && at < end
    const fault = (): void => void this.faults.push(`${JSON.stringify(change)} of ${items.length}`)
    if (change.type === 'insert') {
      if (!isThere(change.at, items.length + 1)) fault()
      if (items.some(({ id }) => id !== undefined && id === change.record['id'])) fault()
      items.splice(change.at, 0, change.record)
    } else if (change.type === 'move') {
      if (!isThere(change.from) || !isThere(change.to) || change.from === change.to) fault()
      items.splice(change.to, 0, ...items.splice(change.from, 1))
    } else if (!isThere(change.at)) fault()
    else if (change.type === 'remove') items.splice(change.at, 1)
    else {
      if (items[change.at]?.['id'] !== change.record['id']) fault()
      items[change.at] = change.record
    }
  }
}

/** Asks for a live query, and keeps its list. `held` is what the client has kept from before. */
export async function goLive(client: Client, body: object, held?: LiveList): Promise<LiveList> {
  const list = new LiveList()
  const early: { live: string; cursor: string; changes: Change[] }[] = []
  const take = (event: { live: string; cursor: string; changes: Change[] }): void => {
    if (list.id === '') early.push(event)
    if (event.live !== list.id) return
    list.cursor = event.cursor
    for (const change of event.changes) list.apply(change)
  }
  client.socket.on('live', take)
  client.socket.on('resync', ({ live, reason }) => {
    if (live === list.id) list.ended = reason
  })
  const cursor = held === undefined ? {} : { cursor: held.cursor }
  const answer = await client.ask('live', { ...body, ...cursor })
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error))
  Object.assign(list, { id: answer.live, cursor: answer.cursor, resumed: answer.resumed })
  list.replace(answer.items ?? held?.items ?? [])
  for (const change of answer.changes ?? []) list.apply(change)
  for (const event of early) take(event)
  return list
}
