import type { PlinthError } from '../plinth-error.ts'
import type { Line, Members } from './line.ts'
import { type Fate, Standing } from './standing.ts'
import { startingList, subscriptionBody, type Wish } from './wishes.ts'

/** Where the place in the changes is kept. */
export interface Place {
  get(): string | null | Promise<string | null>
  set(cursor: string): void | Promise<void>
}

/** A subscription that goes on from its cursor after lost connections, and begins anew where that cannot be. */
export class RecordSubscription extends Standing {
  readonly #body: object
  readonly #list: object | null
  readonly #handler: Wish['handler']
  readonly #place: Place | null
  #id: unknown = null
  /** Up to where everything has arrived; null before it has begun. */
  #cursor: string | null
  #missed: string | null = null
  #work: Promise<void> = Promise.resolve()

  constructor(line: Line, fate: Fate, wish: Wish, place: Place | null, cursor: string | null) {
    super(line, fate)
    this.#body = subscriptionBody(wish)
    this.#list = startingList(wish)
    this.#handler = wish.handler
    this.#place = place
    this.#cursor = cursor
  }

  protected override wish() {
    const list = this.#list !== null && { list: this.#list }
    return ['subscribe', { ...this.#body, ...(this.#cursor === null ? list : { cursor: this.#cursor }) }] as const
  }

  protected override begun({ subscription, cursor, list }: Members): void {
    this.#id = subscription
    if (this.#cursor !== null) return
    const missed = this.#missed === null ? [] : [{ type: 'resync', reason: this.#missed }]
    this.#missed = null
    this.#deliver(list === undefined ? missed : [{ type: 'list', ...Object(list) }], String(cursor))
  }

  protected override isMine({ subscription }: Members): boolean {
    return subscription === this.#id
  }

  protected override take(event: string, { events, cursor, reason }: Members): void {
    if (event === 'events' && Array.isArray(events)) this.#deliver(events, String(cursor))
    else if (event === 'resync') {
      this.#forget(String(reason))
      // Many may have been told so at once.
      this.beginIn(reason === 'access' ? 0 : Math.random() * 1_000)
    }
  }

  protected override farewell({ subscription }: Members) {
    return ['unsubscribe', { subscription }] as const
  }

  protected override recover({ code, details }: PlinthError): boolean {
    if (this.#cursor === null || (code !== 'resyncRequired' && code !== 'invalidCursor')) return false
    this.#forget(String(details['reason'] ?? 'log'))
    return true
  }

  override end(): void {
    if (this.#id !== null && !this.isEnded) this.line.tell(...this.farewell({ subscription: this.#id }))
    super.end()
  }

  #forget(reason: string): void {
    this.#id = null
    this.#cursor = null
    this.#missed = reason
  }

  /** One batch after the other, in whatever time the handler takes; then its place is kept. */
  #deliver(events: readonly unknown[], cursor: string): void {
    this.#cursor = cursor
    this.#work = this.#work
      .then(async () => {
        for (const event of events) {
          if (this.isEnded) return
          // The handler's type says what the events of this wish are.
          await this.#handler(event as never)
        }
        if (!this.isEnded) await this.#place?.set(cursor)
      })
      .catch((error: unknown) => this.fail(error))
  }
}
