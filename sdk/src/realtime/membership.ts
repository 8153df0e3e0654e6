import { PlinthError } from '../plinth-error.ts'
import type { ChannelMessage, JoinOptions, Present, Room } from '../types/channel.ts'
import type { Line, Members } from './line.ts'
import { type Fate, Standing } from './standing.ts'

interface PresenceGroup {
  readonly user: string | null
  readonly members: readonly { readonly member: string; readonly state: unknown }[]
}

/** Messages that are remembered so that none is told twice after joining again. */
const remembered = 200

/** One client's place in a channel, for all in the program who joined it. */
export class Membership extends Standing {
  readonly name: string
  readonly #replay: number
  readonly #listeners = new Set<JoinOptions>()
  readonly #present = new Map<string, Present>()
  readonly #told = new Set<string>()
  /** The names that the server gave this client, one for each time it joined. */
  readonly #own = new Set<unknown>()
  #state: object | null = null
  #reason = 'connection'

  constructor(line: Line, fate: Fate, name: string, replay: number) {
    super(line, fate)
    this.name = name
    this.#replay = replay
  }

  /** A way to use it for one of those who joined. It ends with the last of them. */
  open(options: JoinOptions): Room {
    this.#listeners.add(options)
    if (this.#own.size > 0) options.onPresence?.(this.members)
    const members = (): readonly Present[] => this.members
    return {
      name: this.name,
      get members() {
        return members()
      },
      broadcast: (event, payload, { echo = false } = {}) => this.#ask('broadcast', { event, payload, echo }),
      present: (state) => {
        this.#state = state
        return this.#ask('presence', { state })
      },
      leave: () => {
        if (this.#listeners.delete(options) && this.#listeners.size === 0) this.end()
      },
    }
  }

  get members(): readonly Present[] {
    return [...this.#present.values()]
  }

  protected override wish() {
    return ['join', { channel: this.name, ...(this.#replay > 0 && { replay: this.#replay }) }] as const
  }

  protected override begun({ member, members, replay }: Members): void {
    const isAgain = this.#own.size > 0
    if (Array.isArray(replay)) for (const message of replay) this.#message(message, true)
    this.#own.add(member)
    this.#present.clear()
    // The server lists who is present in this shape.
    for (const group of (members ?? []) as readonly PresenceGroup[])
      for (const each of group.members) this.#present.set(each.member, { ...each, user: group.user })
    if (members !== undefined) this.#tell((listener) => listener.onPresence?.(this.members))
    if (isAgain && this.#state !== null) void this.#ask('presence', { state: this.#state }).catch(() => {})
    if (isAgain) this.#tell((listener) => listener.onRejoin?.(this.#reason))
    this.#reason = 'connection'
  }

  protected override isMine({ channel }: Members): boolean {
    return channel === this.name
  }

  protected override take(event: string, payload: Members): void {
    if (event === 'broadcast') this.#message(payload, false)
    else if (event === 'presence') this.#presence(payload)
    else if (event === 'left')
      this.fail(new PlinthError(403, 'forbidden', `You may not be in "${this.name}" any more.`))
    else if (event === 'rejoin') {
      this.#reason = String(payload['reason'])
      this.beginIn(Number(payload['afterMs']))
    }
  }

  protected override farewell() {
    return ['leave', { channel: this.name }] as const
  }

  /** Who joins once more is in the place of the first. */
  protected override unwanted(answer: Members): void {
    if (this.isEnded) super.unwanted(answer)
  }

  protected override recover(): boolean {
    return false
  }

  /** At once, also where it has not been answered yet: a later answer would be another one's place. */
  override end(): void {
    if (!this.isEnded) this.line.tell(...this.farewell())
    super.end()
  }

  override fail(error: unknown): void {
    if (this.isEnded) return
    super.fail(error)
    this.#tell(({ onError }) => {
      // Who has not joined yet is told by the call itself.
      if (onError !== undefined) onError(error)
      else if (this.#own.size > 0) throw error
    })
  }

  #message(payload: Members, isReplayed: boolean): void {
    // The server sends every message in this shape.
    const { channel: _, ...message } = payload as unknown as ChannelMessage & { channel: string }
    const key = JSON.stringify([message.at, message.member, message.event, message.payload])
    // What was sent from here is told only where an echo was asked for.
    if (isReplayed && (this.#told.has(key) || this.#own.has(message.member))) return
    this.#told.add(key)
    for (const oldest of this.#told) {
      if (this.#told.size <= remembered) break
      this.#told.delete(oldest)
    }
    this.#tell((listener) => listener.onMessage?.(message))
  }

  #presence({ joins, updates, leaves }: Members): void {
    // The server tells who came, changed and went in this shape.
    for (const each of [...(joins as Present[]), ...(updates as Present[])]) this.#present.set(each.member, each)
    for (const { member } of leaves as Present[]) this.#present.delete(member)
    this.#tell((listener) => listener.onPresence?.(this.members))
  }

  /** One who throws keeps nothing from the others. */
  #tell(act: (listener: JoinOptions) => void): void {
    for (const listener of this.#listeners) {
      try {
        act(listener)
      } catch (error) {
        void Promise.reject(error)
      }
    }
  }

  #ask(name: string, body: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.line.tell(name, { channel: this.name, ...body }, (error) => (error === null ? resolve() : reject(error)))
    })
  }
}
