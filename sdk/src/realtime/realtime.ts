import { PlinthError } from '../plinth-error.ts'
import type { JoinOptions, Room } from '../types/channel.ts'
import { type Deferred, deferred } from './deferred.ts'
import type { RealtimeOptions } from './door.ts'
import { Line } from './line.ts'
import { LiveList } from './live-list.ts'
import { Membership } from './membership.ts'
import { type Place, RecordSubscription } from './record-subscription.ts'
import type { Fate, Standing } from './standing.ts'
import type { Wish } from './wishes.ts'

interface Joined {
  readonly membership: Membership
  readonly joined: Promise<void>
}

/** Realtime of one client: everything shares one connection. */
export class Realtime {
  readonly #options: RealtimeOptions
  readonly #line: Line
  readonly #memberships = new Map<string, Joined>()

  constructor(options: RealtimeOptions) {
    this.#options = options
    this.#line = new Line(options)
  }

  /** Resolves once it has begun. */
  async start(wish: Wish, signal: AbortSignal): Promise<void> {
    const ready = deferred()
    const standing = await this.#make(wish, fateOf(ready, wish.options.onError))
    if (signal.aborted) throw aborted()
    signal.addEventListener('abort', () => {
      standing.end()
      ready.reject(aborted())
    })
    this.#line.add(standing)
    return ready.promise
  }

  async #make(wish: Wish, fate: Fate): Promise<Standing> {
    if (wish.kind !== 'subscribe') return new LiveList(this.#line, fate, wish)
    const { resume } = wish.options
    const place = typeof resume === 'string' ? this.#placeOf(resume) : null
    return new RecordSubscription(this.#line, fate, wish, place, (await place?.get()) ?? null)
  }

  #placeOf(name: string): Place {
    const { url, places } = this.#options
    const key = `plinth:${url}:place:${name}`
    return { get: () => places.get(key), set: (cursor) => places.set(key, cursor) }
  }

  async join(name: string, options: JoinOptions): Promise<Room> {
    const { signal } = options
    if (signal?.aborted === true) throw aborted()
    const { membership, joined } = this.#membershipIn(name, options.replay ?? 0)
    const room = membership.open(options)
    await new Promise<void>((resolve, reject) => {
      joined.then(resolve, reject)
      signal?.addEventListener('abort', () => {
        room.leave()
        reject(aborted())
      })
    })
    return room
  }

  /** All who join a channel share a place in it. */
  #membershipIn(name: string, replay: number): Joined {
    const found = this.#memberships.get(name)
    if (found?.membership.isEnded === false) return found
    const ready = deferred()
    const membership = new Membership(this.#line, { begun: ready.resolve, ended: ready.reject }, name, replay)
    const place = { membership, joined: ready.promise }
    this.#memberships.set(name, place)
    this.#line.add(membership)
    return place
  }
}

const fateOf = (ready: Deferred, onError: ((error: unknown) => void) | undefined): Fate => {
  let isReady = false
  return {
    begun: () => {
      isReady = true
      ready.resolve()
    },
    ended: (error) => {
      ready.reject(error)
      if (onError !== undefined) onError(error)
      // Somebody must hear of it.
      else if (isReady) void Promise.reject(error)
    },
  }
}

const aborted = (): PlinthError => new PlinthError(0, 'aborted', 'It was ended before it had begun.')
