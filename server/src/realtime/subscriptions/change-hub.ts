import type { KeyObject } from 'node:crypto'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { errors } from '@plinth/schema'
import { type ChangeCursor, encodeCursor } from '../../changes/cursor.ts'
import { followChanges } from '../../changes/follow-changes.ts'
import { type ChangeBatch, currentCursor, readChangesUpTo } from '../../changes/reader.ts'
import { hasSeenAll, type Snapshot } from '../../changes/snapshot.ts'
import type { ChangeSignal } from '../../changes/wake.ts'
import type { RecordsDeps } from '../../records/operation.ts'
import { addToCircle, type Audience, type Circle, removeFromCircle } from './audience.ts'
import { type Addressed, address, collectionsOf } from './address.ts'
import { changesUser } from './changes-user.ts'
import { type DeliveryCounts, prepareBatch, type ReadyBatch, sendBatch } from './deliver.ts'
import { type LoggedChange, loggedChange } from './logged-change.ts'
import { batchPayload } from './parcels.ts'
import type { ResyncReason, Subscription, SubscriptionPlan } from './subscription.ts'

export interface HubDeps {
  readonly records: RecordsDeps
  readonly signal: ChangeSignal
  /** Signs cursors; the same on every copy. */
  readonly key: KeyObject
  readonly counts: DeliveryCounts & { /** Times that the log was read. */ reads: number }
  /** About how many bytes of records are read at a time: connections take that much at once. */
  readonly batchBytes: number
  /** Called before changes go out that these users were changed by. */
  readonly usersChanged: (ids: ReadonlySet<string>) => Promise<void>
  /** Called before changes go out: from now on they are judged by this version of the schema, or a newer one. */
  readonly refreshSchema: (version: number) => Promise<void>
  /** Called with what was changed before anybody is told; `seen` has seen all of it. */
  readonly onChanges: (changes: readonly LoggedChange[], seen: Snapshot) => void
  /** Called when all that was committed up to a place has been dealt with. */
  readonly onPosition: (position: ChangeCursor) => void
  /** Called where it is not known what was changed. */
  readonly onLogLost: () => void
  /** Whether nobody is connected, or about to be: then nothing is read. */
  readonly isIdle: () => boolean
  /** This subscription has ended: tells its client so. */
  readonly onLost: (subscription: Subscription, reason: ResyncReason) => void
  readonly onError: (error: unknown) => void
}

/** For so long it reads on after the last client has gone. */
const lingerMs = 30_000
const restMs = 5
/** How many subscriptions are brought up to the live ones between two batches: the others must not wait for long. */
const joinsAtATime = 50
/** How often subscriptions are told where they are. */
const tellEveryMs = 60_000
/** How often a batch is tried before its subscribers have to resync. */
const maxTries = 8

/** A subscription on its way to where the live ones are. */
interface Newcomer {
  readonly subscription: Subscription
  readonly cursor: ChangeCursor
}

/** Reads the change log once for all subscriptions of this process, as long as anybody is connected. */
export class ChangeHub {
  readonly #deps: HubDeps
  readonly #live = new Map<string, Audience>()
  /** Newcomers, by their subscription, that wait for the live ones to be where they are. */
  readonly #joining = new Map<Subscription, Newcomer>()
  #stop = new AbortController()
  #position: ChangeCursor | null = null
  #begun: Promise<void> | null = null
  #following: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #lastWanted = 0
  #ended = false

  constructor(deps: HubDeps) {
    this.#deps = deps
  }

  /** Everything up to here has been handed to the live subscriptions. */
  get position(): ChangeCursor | null {
    return this.#position
  }

  /**
   * Resolves when the log is being read. Wait for it before asking who a client is: what takes rights away from then on is
   * heard of.
   */
  awake(): Promise<void> {
    this.#lastWanted = Date.now()
    this.#begun ??= this.#begin().catch((error: unknown) => {
      this.#begun = null
      throw error
    })
    return this.#begun
  }

  async #begin(): Promise<void> {
    const { records, signal, onError } = this.#deps
    const start = await currentCursor(records.database)
    if (this.#ended) throw errors.unavailable()
    if (this.#stop.signal.aborted) this.#stop = new AbortController()
    this.#position = start
    this.#timer = setInterval(() => this.#tellPosition(), tellEveryMs).unref()
    this.#following = followChanges(records.database, start, {
      signal,
      maxBytes: this.#deps.batchBytes,
      restMs,
      stop: this.#stop.signal,
      onError,
      onBatch: (batch) => this.#deliver(batch),
      onRead: (cursor) => this.#advance(cursor),
      onResync: ({ epoch }) => {
        this.#deps.onLogLost()
        this.#loseAll('log', epoch)
      },
    })
  }

  async stop(): Promise<void> {
    this.#ended = true
    this.#sleep()
    await this.#following
  }

  /** Stops reading. Whoever comes next begins at the end of the log. */
  #sleep(): void {
    clearInterval(this.#timer)
    this.#stop.abort()
    this.#begun = null
    this.#position = null
  }

  /** Has a subscription hear of everything after `cursor`, first what was missed, then what comes. */
  join(subscription: Subscription, cursor: ChangeCursor): void {
    this.#joining.set(subscription, { subscription, cursor })
    this.#deps.signal.wake()
  }

  leave(subscription: Subscription): void {
    this.#joining.delete(subscription)
    subscription.ended = true
    this.#removeLive(subscription)
  }

  /** The same events by another plan: nothing is missed and nothing comes twice. */
  replan(subscription: Subscription, plan: SubscriptionPlan): void {
    const isLive = !this.#joining.has(subscription)
    if (isLive) this.#removeLive(subscription)
    subscription.plan = plan
    if (isLive) this.#addLive(subscription)
  }

  /** Who hears nothing for long would else come back with an old cursor, and have us read all that happened since. */
  #tellPosition(): void {
    const position = this.#position
    if (position === null) return
    const place = encodeCursor(position, this.#deps.key)
    for (const { circles } of this.#live.values())
      for (const each of subscriptionsOf(circles)) each.connection.send('events', batchPayload(each, place, '[]'))
  }

  #removeLive(subscription: Subscription): void {
    const { key } = subscription.plan.audience
    const live = this.#live.get(key)
    if (live === undefined) return
    removeFromCircle(live.circles, subscription)
    if (live.circles.size === 0) this.#live.delete(key)
  }

  #addLive(subscription: Subscription): void {
    const { audience } = subscription.plan
    const live = this.#live.get(audience.key) ?? audience
    this.#live.set(audience.key, live)
    addToCircle(live.circles, subscription)
  }

  #lose(subscription: Subscription, reason: ResyncReason): void {
    this.leave(subscription)
    this.#deps.onLost(subscription, reason)
  }

  /** @param epoch newcomers who have begun in this epoch of the log have missed nothing */
  #loseAll(reason: ResyncReason, epoch?: string): void {
    const live = [...this.#live.values()].flatMap(({ circles }) => subscriptionsOf(circles))
    const joining = [...this.#joining.values()].filter(({ cursor }) => cursor.epoch !== epoch)
    for (const each of [...live, ...joining.map(({ subscription }) => subscription)]) this.#lose(each, reason)
  }

  async #deliver(batch: ChangeBatch): Promise<void> {
    const changes = batch.changes.map(loggedChange)
    this.#deps.onChanges(changes, batch.cursor.page?.target ?? batch.cursor.seen)
    for (let tries = 1; ; tries += 1) {
      try {
        // A try may have failed because the schema is newer by now.
        await this.#noteAuthority(changes, tries > 1 ? Infinity : batch.schemaVersion)
        const start = this.#position ?? batch.cursor
        return this.#send(await prepareBatch(this.#deps, this.#addressed(changes), { start, end: batch.cursor }))
      } catch (error) {
        this.#deps.onError(error)
        if (this.#stop.signal.aborted) return
        if (tries === maxTries) return this.#loseAll('fault')
        await pauseFor(100 * tries, undefined, { ref: false, signal: this.#stop.signal }).catch(() => {})
      }
    }
  }

  /** Nobody gets a change by rights that the same or an earlier change took away. */
  async #noteAuthority(changes: readonly LoggedChange[], schemaVersion: number): Promise<void> {
    await this.#deps.refreshSchema(schemaVersion)
    const users = changes.filter(({ collection }) => collection === 'users')
    if (users.length === 0) return
    await this.#deps.usersChanged(new Set(users.map(({ id }) => id)))
    for (const { judge, circles } of this.#live.values()) {
      if (judge !== null && judge.needs.fields.size > 0) this.#loseChangedUsers(circles, users)
    }
  }

  /** Where the rule asks about the user's own record, another record of the user is another rule. */
  #loseChangedUsers(circles: ReadonlyMap<string, Circle>, users: readonly LoggedChange[]): void {
    for (const subscription of subscriptionsOf(circles)) {
      if (users.some((change) => changesUser(change, subscription))) this.#lose(subscription, 'access')
    }
  }

  #addressed(changes: readonly LoggedChange[]): readonly Addressed[] {
    const byCollection = Map.groupBy(changes, ({ collection }) => collection)
    return [...this.#live.values()].flatMap((audience) => address(audience, audience.circles, byCollection) ?? [])
  }

  #send(ready: ReadyBatch): void {
    for (const subscription of sendBatch(this.#deps, ready)) this.#lose(subscription, 'slow')
  }

  async #advance(cursor: ChangeCursor): Promise<void> {
    this.#deps.counts.reads += 1
    this.#position = cursor
    this.#deps.onPosition(cursor)
    if (!this.#deps.isIdle()) this.#lastWanted = Date.now()
    else if (Date.now() - this.#lastWanted > lingerMs) return this.#sleep()
    // Half way through a batch is no place to be brought up to.
    if (cursor.page !== undefined || this.#joining.size === 0) return
    const newcomers = [...this.#joining.values()].slice(0, joinsAtATime)
    await Promise.all(
      newcomers.map((each) =>
        this.#bringUp(each, cursor).catch((error: unknown) => {
          this.#deps.onError(error)
          if (this.#joining.has(each.subscription)) this.#lose(each.subscription, 'fault')
        }),
      ),
    )
    if (this.#joining.size > 0) setImmediate(() => this.#deps.signal.wake())
  }

  /** Brings a newcomer up to where the live ones are; what is too far away takes several turns. */
  async #bringUp({ subscription, cursor }: Newcomer, position: ChangeCursor): Promise<void> {
    if (!hasSeenAll(position.seen, cursor.seen)) return
    const batch = await readChangesUpTo(this.#deps.records.database, cursor, position.seen, {
      collections: collectionsOf(subscription),
      maxBytes: this.#deps.batchBytes,
    })
    if (!this.#joining.has(subscription)) return
    if (batch === 'resync') return this.#lose(subscription, 'log')
    // It has begun in a newer epoch of the log, which the live ones are about to learn of.
    if (cursor.epoch !== position.epoch) return
    await this.#catchUp(subscription, batch, cursor)
    // Meanwhile it may have left, or lost its rights.
    if (!this.#joining.has(subscription)) return
    // Pages end where the log did when the first of them was read, which is behind where the live ones are now.
    const isThere = cursor.page === undefined && batch.cursor.page === undefined
    if (!isThere) return void this.#joining.set(subscription, { subscription, cursor: batch.cursor })
    this.#joining.delete(subscription)
    this.#addLive(subscription)
  }

  async #catchUp(
    subscription: Subscription,
    { changes: found, cursor: end }: ChangeBatch,
    start: ChangeCursor,
  ): Promise<void> {
    const changes = found.map(loggedChange)
    const users = changes.filter(({ collection }) => collection === 'users')
    if (users.some((change) => changesUser(change, subscription))) return this.#lose(subscription, 'access')
    const { audience } = subscription.plan
    const circles = new Map<string, Circle>()
    addToCircle(circles, subscription)
    const addressed = address(
      audience,
      circles,
      Map.groupBy(changes, ({ collection }) => collection),
    )
    if (addressed === null) return
    const ready = await prepareBatch(this.#deps, [addressed], { start, end })
    if (this.#joining.has(subscription)) this.#send(ready)
  }
}

function subscriptionsOf(circles: ReadonlyMap<string, Circle>): readonly Subscription[] {
  return [...circles.values()].flatMap(({ whole, single }) => [
    ...whole,
    ...[...single.values()].flatMap((each) => [...each]),
  ])
}
