import { delayBefore, isPassing } from '../http/retry.ts'
import { PlinthError } from '../plinth-error.ts'
import type { Answer, Line, Listener, Members } from './line.ts'

/** Whoever waits for something to begin, and is told when it ends by itself. */
export interface Fate {
  readonly begun: () => void
  readonly ended: (error: unknown) => void
}

/** Something that begins on each new connection, and is tried again where that helps. */
export abstract class Standing implements Listener {
  protected readonly line: Line
  readonly #fate: Fate
  #isEnded = false
  #attempt = 0
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #early: [string, Members][] | null = []

  constructor(line: Line, fate: Fate) {
    this.line = line
    this.#fate = fate
  }

  /** The message that begins it, with its body. */
  protected abstract wish(): readonly [name: string, body: object]
  protected abstract begun(answer: Members): void
  /** Whether the event is about this, and not about something else on the connection. */
  protected abstract isMine(payload: Members): boolean
  protected abstract take(event: string, payload: Members): void
  /** Told to the server when it has begun there and is not wanted any more. */
  protected abstract farewell(answer: Members): readonly [name: string, body: object]
  /** Whether after this refusal it can begin in another way. */
  protected abstract recover(error: PlinthError): boolean

  /** It has begun on the server, but was ended here, or asked for once more. */
  protected unwanted(answer: Members): void {
    this.line.tell(...this.farewell(answer))
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  begin(): void {
    clearTimeout(this.#timer)
    this.#attempt += 1
    this.#early = []
    const attempt = this.#attempt
    const settle: Answer = (error, answer) => {
      const isAwaited = !this.#isEnded && attempt === this.#attempt
      if (!isAwaited && error === null) this.unwanted(answer)
      if (!isAwaited) return
      if (error !== null) return this.#refused(error)
      // It may have been given up already.
      clearTimeout(this.#timer)
      this.#tries = 0
      this.begun(answer)
      this.#fate.begun()
      for (const [event, payload] of this.#early?.splice(0) ?? []) if (this.isMine(payload)) this.take(event, payload)
      this.#early = null
    }
    const [name, body] = this.wish()
    this.line.tell(name, body, settle, (answer) => settle(null, answer))
  }

  hear(event: string, payload: Members): void {
    // Before it is known by which name the server calls it.
    if (this.#early !== null) this.#early.push([event, payload])
    else if (this.isMine(payload)) this.take(event, payload)
  }

  fail(error: unknown): void {
    if (this.#isEnded) return
    this.end()
    this.#fate.ended(error)
  }

  end(): void {
    this.#isEnded = true
    clearTimeout(this.#timer)
    this.line.remove(this)
  }

  protected beginIn(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#early = []
    this.#timer = setTimeout(() => this.begin(), delayMs)
  }

  #refused(error: PlinthError): void {
    if (this.recover(error)) this.beginIn(Math.random() * 300)
    else if (isPassing(error)) this.beginIn(delayBefore(this.#tries++, error.retryAfter))
    else this.fail(error)
  }
}
