import { errors, Problem } from '@plinth/schema'
import type { ChangeCursor } from '../../changes/cursor.ts'
import { hasSeenAll, type Snapshot } from '../../changes/snapshot.ts'
import type { Connection } from '../connection.ts'
import type { LoggedChange } from '../subscriptions/logged-change.ts'
import { mayMatter, tablesOf } from './concern.ts'
import { LiveQuery, type LiveQueryDeps } from './live-query.ts'
import type { LiveWish } from './live-wish.ts'
import { type LivePlan, planLive } from './plan-live.ts'
import type { LiveResult } from './read-live.ts'
import type { EndReason, Watcher } from './watcher.ts'

export interface LiveQueriesDeps extends Omit<LiveQueryDeps, 'reached' | 'onEnd' | 'onIdle'> {
  /** Has the log read at once. */
  readonly wake: () => void
  /** How many a connection may have. */
  readonly limit: number
}

/** What one connection watches, by the ids that it knows it by. */
interface Own {
  readonly watchers: Map<string, { readonly watcher: Watcher; query: LiveQuery }>
  lastId: number
}

interface Waiting {
  readonly place: Snapshot
  readonly resolve: () => void
}

const maxPlannings = 5
/** How often queries are run whose result changes with the time, or with what no log tells. */
const timedEveryMs = 1_000

/** Keeps all live queries of this process: each once, however many watch it. */
export class LiveQueries {
  readonly #deps: LiveQueriesDeps
  readonly #queries = new Map<string, LiveQuery>()
  /** The queries that look into a table, by its name. */
  readonly #byTable = new Map<string, Set<LiveQuery>>()
  readonly #own = new Map<Connection, Own>()
  readonly #timer: NodeJS.Timeout
  #position: Snapshot | null = null
  #waiting: readonly Waiting[] = []

  constructor(deps: LiveQueriesDeps) {
    this.#deps = deps
    this.#timer = setInterval(() => {
      for (const query of this.#queries.values()) if (query.plan.concern.timed) query.mark()
    }, timedEveryMs).unref()
  }

  /** How many different queries are kept. */
  get count(): number {
    return this.#queries.size
  }

  /** How many interests of clients there are. */
  get watcherCount(): number {
    return [...this.#own.values()].reduce((sum, { watchers }) => sum + watchers.size, 0)
  }

  /**
   * Begins to keep a query right for a client. What is sent begins after this.
   *
   * @throws Problem tooManyLiveQueries, conflict where somebody else asks by now, and whatever a request is refused for
   */
  async watch(
    connection: Connection,
    wish: LiveWish,
  ): Promise<{ readonly watcher: Watcher; readonly result: LiveResult }> {
    this.#reserve(connection)
    const { actor } = connection
    for (let plannings = 1; ; plannings += 1) {
      const plan = planLive(this.#deps.records, actor, wish)
      const begun = await this.#enter(plan).welcome((result) => {
        if (connection.actor !== actor || connection.closed.aborted) throw errors.conflict()
        if (plan.access.model !== this.#deps.records.catalog.model) return null
        this.#reserve(connection)
        return { watcher: this.#start(connection, plan, result), result }
      })
      if (begun !== null) return begun
      if (plannings === maxPlannings) throw errors.conflict()
    }
  }

  /** @throws Problem liveQueryNotFound */
  end(connection: Connection, id: string): void {
    const one = this.#own.get(connection)?.watchers.get(id)
    if (one === undefined) throw errors.liveQueryNotFound({ live: id })
    this.#remove(one.watcher)
  }

  /** Changes that have been committed; `seen` has seen them all. */
  noteChanges(changes: readonly LoggedChange[], seen: Snapshot): void {
    const byTable = Map.groupBy(changes, ({ collection }) => collection)
    const queries = new Set([...byTable.keys()].flatMap((table) => [...(this.#byTable.get(table) ?? [])]))
    for (const query of queries) {
      const { concern } = query.plan
      const matters = [...byTable].some(
        ([table, found]) =>
          this.#byTable.get(table)?.has(query) === true && found.some((change) => mayMatter(concern, change)),
      )
      if (matters) query.mark(seen)
      else this.#deps.counts.skipped += 1
    }
  }

  /** It is not known what was changed. */
  noteAllChanged(): void {
    for (const query of this.#queries.values()) query.mark()
    // Where the database was restored, places that were read before may never be reached.
    this.#release(this.#waiting)
    this.#waiting = []
  }

  /** All changes up to here have been dealt with. */
  notePosition({ seen }: ChangeCursor): void {
    this.#position = seen
    const isThere = ({ place }: Waiting): boolean => hasSeenAll(seen, place)
    const there = this.#waiting.filter(isThere)
    this.#waiting = this.#waiting.filter((each) => !isThere(each))
    this.#release(there)
  }

  /** The schema has changed. */
  schemaChanged(): void {
    for (const connection of this.#own.keys()) this.#planAgain(connection)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const query of this.#queries.values()) query.close()
    this.#release(this.#waiting)
  }

  #release(waiting: readonly Waiting[]): void {
    for (const { resolve } of waiting) resolve()
  }

  #reserve(connection: Connection): void {
    const { limit } = this.#deps
    if ((this.#own.get(connection)?.watchers.size ?? 0) >= limit) throw errors.tooManyLiveQueries({ limit })
  }

  #reached({ seen }: ChangeCursor): Promise<void> {
    if (this.#position !== null && hasSeenAll(this.#position, seen)) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { place: seen, resolve }]
      this.#deps.wake()
    })
  }

  #enter(plan: LivePlan): LiveQuery {
    const known = this.#queries.get(plan.key)
    if (known !== undefined) return known
    const query = new LiveQuery(plan, {
      ...this.#deps,
      reached: (place) => this.#reached(place),
      onEnd: (watcher, reason) => this.#lose(watcher, reason),
      onIdle: (idle) => this.#drop(idle),
    })
    this.#queries.set(plan.key, query)
    for (const table of tablesOf(plan.concern))
      this.#byTable.set(table, (this.#byTable.get(table) ?? new Set()).add(query))
    return query
  }

  #drop(query: LiveQuery): void {
    query.close()
    if (this.#queries.get(query.plan.key) === query) this.#queries.delete(query.plan.key)
    for (const table of tablesOf(query.plan.concern)) {
      this.#byTable.get(table)?.delete(query)
      if (this.#byTable.get(table)?.size === 0) this.#byTable.delete(table)
    }
  }

  #start(connection: Connection, plan: LivePlan, { rows }: LiveResult): Watcher {
    const own = this.#own.get(connection) ?? this.#greet(connection)
    own.lastId += 1
    const watcher: Watcher = { id: String(own.lastId), connection, wish: plan.wish, sent: rows }
    const query = this.#enter(plan)
    own.watchers.set(watcher.id, { watcher, query })
    query.watchers.add(watcher)
    return watcher
  }

  #greet(connection: Connection): Own {
    const own: Own = { watchers: new Map(), lastId: 0 }
    this.#own.set(connection, own)
    connection.onActorChanged(() => this.#planAgain(connection))
    connection.closed.addEventListener('abort', () => {
      for (const { watcher } of own.watchers.values()) this.#remove(watcher)
      this.#own.delete(connection)
    })
    return own
  }

  #remove(watcher: Watcher): void {
    const own = this.#own.get(watcher.connection)
    const one = own?.watchers.get(watcher.id)
    own?.watchers.delete(watcher.id)
    one?.query.remove(watcher)
  }

  #lose(watcher: Watcher, reason: EndReason): void {
    this.#remove(watcher)
    watcher.connection.notify('resync', { live: watcher.id, reason })
  }

  /** Who asks, or what is allowed, has changed: others see the same from now on. */
  #planAgain(connection: Connection): void {
    for (const one of this.#own.get(connection)?.watchers.values() ?? []) {
      const { watcher } = one
      const plan = this.#planOrNull(connection, watcher.wish)
      if (plan === null) this.#lose(watcher, 'access')
      else if (plan.key !== one.query.plan.key) {
        const query = this.#enter(plan)
        const former = one.query
        one.query = query
        query.take(watcher)
        former.remove(watcher)
      }
    }
  }

  #planOrNull({ actor }: Connection, wish: LiveWish): LivePlan | null {
    try {
      return planLive(this.#deps.records, actor, wish)
    } catch (error) {
      if (error instanceof Problem) return null
      throw error
    }
  }
}
