import type { Line, Members } from './line.ts'
import { type Fate, Standing } from './standing.ts'
import { liveBody, type Wish } from './wishes.ts'

/** What changes one list into the next, as the server tells it. */
type Change =
  | { readonly type: 'remove'; readonly at: number }
  | { readonly type: 'insert'; readonly at: number; readonly record: unknown }
  | { readonly type: 'update'; readonly at: number; readonly record: unknown }
  | { readonly type: 'move'; readonly from: number; readonly to: number }

/** A list that the server keeps right by telling what changes it. */
export class LiveList extends Standing {
  readonly #body: object
  readonly #handler: Wish['handler']
  #id: unknown = null
  #cursor: unknown
  #items: readonly unknown[] = []

  constructor(line: Line, fate: Fate, wish: Wish) {
    super(line, fate)
    this.#body = liveBody(wish)
    this.#handler = wish.handler
  }

  protected override wish() {
    return ['live', { ...this.#body, ...(this.#cursor !== undefined && { cursor: this.#cursor }) }] as const
  }

  protected override begun({ live, cursor, items, changes }: Members): void {
    this.#id = live
    if (Array.isArray(items)) this.#show(items, cursor)
    else this.#change(changes, cursor)
  }

  protected override isMine({ live }: Members): boolean {
    return live === this.#id
  }

  protected override take(event: string, { changes, cursor, reason }: Members): void {
    if (event === 'live') this.#change(changes, cursor)
    else if (event === 'resync') {
      this.#id = null
      this.beginIn(reason === 'access' ? 0 : Math.random() * 1_000)
    }
  }

  protected override farewell({ live }: Members) {
    return ['endLive', { live }] as const
  }

  protected override recover(): boolean {
    if (this.#cursor === undefined) return false
    // What is there may be nothing that the server still knows of: it tells everything anew, or refuses that as well.
    this.#cursor = undefined
    return true
  }

  override end(): void {
    if (this.#id !== null && !this.isEnded) this.line.tell(...this.farewell({ live: this.#id }))
    super.end()
  }

  #change(changes: unknown, cursor: unknown): void {
    // The server describes every difference like this.
    const list = changes as readonly Change[]
    if (list.length === 0) this.#cursor = cursor
    else this.#show(list.reduce(changed, this.#items), cursor)
  }

  #show(items: readonly unknown[], cursor: unknown): void {
    this.#items = items
    this.#cursor = cursor
    try {
      // The handler's type says what the items of this wish are.
      this.#handler(items as never)
    } catch (error) {
      this.fail(error)
    }
  }
}

function changed(items: readonly unknown[], change: Change): readonly unknown[] {
  if (change.type === 'remove') return items.toSpliced(change.at, 1)
  if (change.type === 'insert') return items.toSpliced(change.at, 0, change.record)
  if (change.type === 'update') return items.with(change.at, change.record)
  return items.toSpliced(change.from, 1).toSpliced(change.to, 0, items[change.from])
}
