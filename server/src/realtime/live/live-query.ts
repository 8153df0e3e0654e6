import { Problem } from '@plinth/schema'
import { type ChangeCursor, encodeCursor } from '../../changes/cursor.ts'
import { hasSeenAll, type Snapshot } from '../../changes/snapshot.ts'
import { JsonText } from '../json-text.ts'
import { difference } from './difference.ts'
import type { LivePlan } from './plan-live.ts'
import { type LiveResult, readLive, type ReadLiveDeps } from './read-live.ts'
import type { Admission } from '../subscriptions/admission.ts'
import type { EndReason, Watcher } from './watcher.ts'

export interface LiveCounts {
  /** Times that a query was run. */
  runs: number
  /** Batches of changes that were seen not to matter to a query, which then was not run. */
  skipped: number
  /** Differences that were handed to connections. */
  changes: number
}

export interface LiveQueryDeps extends ReadLiveDeps {
  readonly counts: LiveCounts
  /** Live queries share so many places, however many there are, and leave the rest of the pool to requests. */
  readonly places: Admission
  /** Resolves when all changes up to a place, and what they mean to anybody's rights, have been dealt with. */
  readonly reached: (place: ChangeCursor) => Promise<void>
  /** Told of each result. */
  readonly onResult: (result: LiveResult) => void
  readonly onEnd: (watcher: Watcher, reason: EndReason) => void
  /** Nobody watches it any more. */
  readonly onIdle: (query: LiveQuery) => void
  readonly onError: (error: unknown) => void
}

/** A query rests so many times as long as it took, waiting for its place included: under load, all are run less often. */
const restFactor = 4
const [shortestRestMs, longestRestMs] = [50, 5_000]
/** A run that fails is tried again after so long, and longer each time. */
const retryMs = 500
const maxTries = 20

/** Why a query ends that is refused, by the code of the problem; for others it is `access`. */
const endReasons: Readonly<Record<string, EndReason>> = { answerTooLarge: 'size', viewFailed: 'fault' }

/** A query that is kept right for all who see the same of it. It is run by one at a time, and for all of them together. */
export class LiveQuery {
  readonly plan: LivePlan
  readonly watchers = new Set<Watcher>()
  readonly #deps: LiveQueryDeps
  #asking: PromiseWithResolvers<LiveResult>[] = []
  #guests = 0
  #result: LiveResult | null = null
  /** How far the log has been found to matter. */
  #changedUpTo: Snapshot | null = null
  #mustRun = false
  #isRunning = false
  #timer: NodeJS.Timeout | null = null
  #restUntil = 0
  #failures = 0
  #isClosed = false

  constructor(plan: LivePlan, deps: LiveQueryDeps) {
    this.plan = plan
    this.#deps = deps
  }

  /** The result of a run that begins after this was called. Until `welcome` is done, the query is kept. */
  async welcome<T>(use: (result: LiveResult) => T): Promise<T> {
    this.#guests += 1
    try {
      const asking = Promise.withResolvers<LiveResult>()
      this.#asking.push(asking)
      this.#schedule()
      return use(await asking.promise)
    } finally {
      this.#guests -= 1
      this.#leaveIfIdle()
    }
  }

  /** Takes in who watched something else until now: what is to be changed for that is sent after the next run. */
  take(watcher: Watcher): void {
    this.watchers.add(watcher)
    this.mark()
  }

  remove(watcher: Watcher): void {
    this.watchers.delete(watcher)
    this.#leaveIfIdle()
  }

  /** Something may have changed: something in the log up to `seen`, or whatever it is. */
  mark(seen?: Snapshot): void {
    if (seen === undefined) this.#mustRun = true
    // What the last run has seen already needs no other.
    else if (this.#result === null || !hasSeenAll(this.#result.place.seen, seen)) this.#changedUpTo = seen
    this.#schedule()
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #leaveIfIdle(): void {
    if (this.watchers.size === 0 && this.#guests === 0) this.#deps.onIdle(this)
  }

  #schedule(): void {
    const isAsked = this.#asking.length > 0
    const isDue = isAsked || ((this.#mustRun || this.#changedUpTo !== null) && this.watchers.size > 0)
    if (this.#isClosed || this.#isRunning || !isDue) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    const wait = isAsked ? 0 : Math.max(0, this.#restUntil - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#isRunning = true
      void this.#run().finally(() => {
        this.#isRunning = false
        this.#schedule()
      })
    }, wait).unref()
  }

  async #run(): Promise<void> {
    const start = performance.now()
    const asking = this.#asking.splice(0)
    this.#mustRun = false
    try {
      const result = this.#note(await this.#deps.places.enter(() => this.#read()))
      this.#rest(restFactor * (performance.now() - start))
      this.#failures = 0
      for (const { resolve } of asking) resolve(result)
      // Nobody is sent anything by rights that an earlier change took away.
      await this.#deps.reached(result.place)
      this.#publish(result)
    } catch (error) {
      for (const { reject } of asking) reject(error)
      this.#failed(error)
    }
  }

  #read(): Promise<LiveResult> {
    this.#deps.counts.runs += 1
    return readLive(this.#deps, this.plan)
  }

  #rest(ms: number): void {
    this.#restUntil = performance.now() + Math.min(longestRestMs, Math.max(shortestRestMs, ms))
  }

  #note(read: LiveResult): LiveResult {
    const { changedUpTo, result } = { changedUpTo: this.#changedUpTo, result: this.#result }
    if (changedUpTo !== null && hasSeenAll(read.place.seen, changedUpTo)) this.#changedUpTo = null
    // Who has the same rows has the same array, and is told nothing.
    this.#result = result?.hash === read.hash ? { ...read, rows: result.rows } : read
    this.#deps.onResult(this.#result)
    return this.#result
  }

  #publish({ rows, hash, place }: LiveResult): void {
    const behind = [...this.watchers].filter(({ sent }) => sent !== rows)
    const cursor = liveCursor({ hash, place }, this.#deps)
    for (const [sent, watchers] of Map.groupBy(behind, (watcher) => watcher.sent)) {
      const changes = difference(sent, rows)
      const rest = `,"cursor":"${cursor}","changes":[${changes.join(',')}]}`
      for (const watcher of watchers) {
        watcher.sent = rows
        if (changes.length > 0) this.#send(watcher, rest, changes.length)
      }
    }
  }

  #send(watcher: Watcher, rest: string, count: number): void {
    const isTaken = watcher.connection.send('live', new JsonText(`{"live":"${watcher.id}"${rest}`))
    if (isTaken) this.#deps.counts.changes += count
    else this.#deps.onEnd(watcher, 'slow')
  }

  #failed(error: unknown): void {
    const isRefused = error instanceof Problem && error.status < 500 && error.status !== 429
    if (isRefused) return this.#end(endReasons[error.code] ?? 'access')
    if (!(error instanceof Problem)) this.#deps.onError(error)
    this.#failures += 1
    if (this.#failures >= maxTries) return this.#end('fault')
    // Too much was waiting, or the database is away: what was sent stays right for its moment, and the next run comes.
    this.#mustRun = true
    this.#rest(retryMs * this.#failures)
  }

  #end(reason: EndReason): void {
    for (const watcher of this.watchers) this.#deps.onEnd(watcher, reason)
  }
}

/** Says what a client has, and as of when. */
export const liveCursor = (
  { hash, place }: Pick<LiveResult, 'hash' | 'place'>,
  { key }: Pick<ReadLiveDeps, 'key'>,
): string => `${encodeCursor(place, key)}.${hash}`
