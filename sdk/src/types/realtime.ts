import type { Aggregates, AggregateOptions, Group } from './aggregate.ts'
import type { Choosing } from './query.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Sort } from './sort.ts'
import type { Where } from './where.ts'

/** What everything that goes on until it is ended takes. */
export interface StandingOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined
  /** Told why it has ended by itself: the server refuses it, or its handler has thrown. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Something that goes on, through lost connections, until it is ended. */
export interface Subscription {
  /** Resolves once it has begun; rejects where it is refused, or ended before. */
  readonly ready: Promise<void>
  unsubscribe(): void
}

// One type for each, so that `event.type` tells them apart also by what it is not.
interface Shown<Type, T> {
  readonly type: Type
  readonly id: string
  readonly record: T
}
interface Gone<Type> {
  readonly type: Type
  readonly id: string
}

/** What happened to a record that the subscriber may see. */
export type RecordEvent<T> =
  | Shown<'create', T>
  | Shown<'update', T>
  | Shown<'enter', T>
  | Gone<'leave'>
  | Gone<'delete'>
  /** The list to start from, with `list`: everything from before is out of date. */
  | { readonly type: 'list'; readonly items: T[]; readonly next: string | null }
  /** Something was missed, without `list`: read anew what you show. */
  | { readonly type: 'resync'; readonly reason: string }

export interface SubscribeOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen>
  extends Choosing<S, C, Chosen>,
    StandingOptions {
  readonly where?: Where<S, C>
  /** Only this record. */
  readonly record?: string
  /** Starts with a list of the same moment, and again whenever changes were missed. */
  readonly list?: true | { readonly sort?: Sort<S, C>; readonly limit?: number }
  /** A name under which the place is stored, so that the next start of the program goes on from there. */
  readonly resume?: string
}

export interface LiveOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen>
  extends Choosing<S, C, Chosen>,
    StandingOptions {
  readonly where?: Where<S, C>
  readonly sort?: Sort<S, C>
  /** How many: 1 to 1,000; default 20. */
  readonly limit?: number
}

/** An aggregate that is kept right. */
export type LiveAggregateOptions<
  S extends SchemaShape,
  C extends CollectionName<S>,
  A extends Aggregates<S, C>,
  G extends readonly Group<S, C>[] | undefined,
> = A & { readonly group?: G } & AggregateOptions<S, C> & StandingOptions
