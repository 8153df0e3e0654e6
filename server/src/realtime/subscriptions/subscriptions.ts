import { errors, Problem } from '@plinth/schema'
import { type Actor } from '../../access/actor.ts'
import type { ChangeCursor } from '../../changes/cursor.ts'
import type { RecordsDeps } from '../../records/operation.ts'
import type { Connection } from '../connection.ts'
import type { ChangeHub } from './change-hub.ts'
import { planFor, prepare } from './plan-subscription.ts'
import type { ResyncReason, Subscription, SubscriptionPlan } from './subscription.ts'

/** The subscriptions of one connection, by their ids. */
interface Own {
  readonly subscriptions: Map<string, Subscription>
  lastId: number
}

/** Keeps the subscriptions of all connections, and each of them true to who asks and to the schema. */
export class Subscriptions {
  readonly #records: RecordsDeps
  readonly #hub: () => ChangeHub
  readonly #limit: number
  readonly #own = new Map<Connection, Own>()
  #count = 0

  /** @param limit how many a connection may have */
  constructor(records: RecordsDeps, hub: () => ChangeHub, limit: number) {
    this.#records = records
    this.#hub = hub
    this.#limit = limit
  }

  /** How many there are on all connections. */
  get count(): number {
    return this.#count
  }

  /** @throws Problem tooManySubscriptions */
  reserve(connection: Connection): void {
    if ((this.#own.get(connection)?.subscriptions.size ?? 0) >= this.#limit)
      throw errors.tooManySubscriptions({ limit: this.#limit })
  }

  /** Starts a subscription. What is sent comes after the acknowledgement, since something has to be read for it first. */
  start(connection: Connection, plan: SubscriptionPlan, cursor: ChangeCursor): Subscription {
    const own = this.#own.get(connection) ?? this.#welcome(connection)
    own.lastId += 1
    const subscription: Subscription = { id: String(own.lastId), connection, plan, ended: false }
    own.subscriptions.set(subscription.id, subscription)
    this.#count += 1
    this.#hub().join(subscription, cursor)
    return subscription
  }

  /** @throws Problem subscriptionNotFound */
  end(connection: Connection, id: string): void {
    const subscription = this.#own.get(connection)?.subscriptions.get(id)
    if (subscription === undefined) throw errors.subscriptionNotFound({ subscription: id })
    this.#remove(subscription)
  }

  /** It cannot go on: tells its client to read the records again. */
  lose(subscription: Subscription, reason: ResyncReason): void {
    this.#remove(subscription)
    subscription.connection.notify('resync', { subscription: subscription.id, reason })
  }

  /** The schema has changed. */
  schemaChanged(): void {
    for (const [connection, { subscriptions }] of this.#own) this.#replanAll(connection, subscriptions)
  }

  #welcome(connection: Connection): Own {
    const own: Own = { subscriptions: new Map(), lastId: 0 }
    this.#own.set(connection, own)
    connection.onActorChanged(() => this.#replanAll(connection, own.subscriptions))
    connection.closed.addEventListener('abort', () => {
      for (const each of own.subscriptions.values()) this.#remove(each)
      this.#own.delete(connection)
    })
    return own
  }

  #remove(subscription: Subscription): void {
    if (this.#own.get(subscription.connection)?.subscriptions.delete(subscription.id) === true) this.#count -= 1
    this.#hub().leave(subscription)
  }

  #replanAll({ actor }: Connection, subscriptions: ReadonlyMap<string, Subscription>): void {
    for (const subscription of subscriptions.values()) {
      const plan = this.#planAgain(subscription, actor)
      if (plan === null) this.lose(subscription, 'access')
      else this.#hub().replan(subscription, plan)
    }
  }

  /** Null where what is sent would be something else from now on. */
  #planAgain({ plan }: Subscription, actor: Actor): SubscriptionPlan | null {
    try {
      const { catalog, plans } = this.#records
      const prepared = prepare(plans, plans.access(catalog.model, actor), actor, plan.wish)
      const { user } = plan.viewer
      if ((user?.['id'] ?? null) !== actor.userId) return null
      const again = planFor(prepared, user)
      return again.fingerprint === plan.fingerprint ? again : null
    } catch (error) {
      if (error instanceof Problem) return null
      throw error
    }
  }
}
