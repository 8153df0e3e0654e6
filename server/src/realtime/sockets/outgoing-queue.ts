/** The part of an engine.io socket that takes what is sent. */
export interface Wire {
  readonly readyState: string
  write(text: string, options: { readonly compress: boolean }, written: () => void): unknown
  on(event: 'upgrade' | 'close', listener: () => void): unknown
}

/** How much is handed over at a time: enough to fill a segment or two, so that one slow client holds up no other. */
const chunkBytes = 64 * 1024

/**
 * What waits for one client. The next piece is handed to the socket when the one before has left the process, so what a
 * slow client does not take piles up here, where it is counted, and nowhere else.
 */
export class OutgoingQueue {
  readonly #wire: Wire
  readonly #limit: number
  #waiting: string[] = []
  #bytes = 0
  #inFlight = 0

  /** @param limit how many bytes may wait */
  constructor(wire: Wire, limit: number) {
    this.#wire = wire
    this.#limit = limit
    // What was in flight on the transport before is not reported any more.
    wire.on('upgrade', () => this.#landed())
    wire.on('close', () => this.#clear())
  }

  get isFull(): boolean {
    return this.#bytes >= this.#limit
  }

  /** How many bytes have not left the process. */
  get bytes(): number {
    return this.#bytes
  }

  /** False when it has no room, and the text was dropped. `must` is for the few that must arrive. */
  push(text: string, must = false): boolean {
    if (this.#wire.readyState !== 'open') return true
    if (!must && this.#bytes + text.length > this.#limit) return false
    this.#waiting.push(text)
    this.#bytes += text.length
    if (this.#inFlight === 0) this.#pump()
    return true
  }

  #pump(): void {
    const chunk: string[] = []
    while (this.#inFlight < chunkBytes) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      chunk.push(next)
      this.#inFlight += next.length
    }
    const last = chunk.length - 1
    chunk.forEach((text, i) =>
      this.#wire.write(text, { compress: false }, i === last ? () => this.#landed() : () => {}),
    )
  }

  #landed(): void {
    this.#bytes -= this.#inFlight
    this.#inFlight = 0
    // Not at once: a client that takes everything quickly must not keep the others waiting.
    if (this.#waiting.length > 0) setImmediate(() => this.#inFlight === 0 && this.#pump())
  }

  #clear(): void {
    this.#waiting = []
    this.#bytes = 0
    this.#inFlight = 0
  }
}
