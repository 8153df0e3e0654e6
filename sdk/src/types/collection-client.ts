import type { CallOptions } from '../http/request-options.ts'
import type { Aggregated, AggregateOptions, Aggregates, Group } from './aggregate.ts'
import type { Choice, CountKind, FirstOptions, GetOptions, ListOptions, Page, WriteOptions } from './query.ts'
import type { LiveAggregateOptions, LiveOptions, RecordEvent, SubscribeOptions, Subscription } from './realtime.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Selected } from './select.ts'
import type { ExportOptions, ImportOptions, ImportReport } from './transfer.ts'
import type { Where } from './where.ts'
import type { Changes, NewRecord } from './write.ts'

/** A list that is sent when it is awaited, or read to its end by `for await`. */
export interface Listing<T, Count = undefined> extends Promise<Page<T, Count>>, AsyncIterable<T> {
  /** All pages, one after the other. */
  pages(): AsyncIterable<Page<T>>
  /** All records of all pages. */
  all(): Promise<T[]>
}

/** The records of one collection. */
export interface CollectionClient<S extends SchemaShape, C extends CollectionName<S>> {
  /**
   * A page of records, or all of them one by one.
   *
   * @example
   * const { items, next } = await db.posts.list({ where: { status: 'published' }, sort: '-created' })
   * for await (const post of db.posts.list({ select: ['title'] })) console.log(post.title)
   */
  list<const Chosen extends Choice<S, C> = undefined, Count extends CountKind | undefined = undefined>(
    options?: ListOptions<S, C, Chosen, Count>,
  ): Listing<Selected<S, C, Chosen>, Count>

  /** The first record, or null where there is none. */
  first<const Chosen extends Choice<S, C> = undefined>(
    options?: FirstOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen> | null>

  /** @throws PlinthError recordNotFound, also where a rule hides it */
  get<const Chosen extends Choice<S, C> = undefined>(
    id: string,
    options?: GetOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen>>

  /** Creates one record, or all of a list or none. */
  create<const Chosen extends Choice<S, C> = undefined>(
    records: readonly NewRecord<S, C>[],
    options?: GetOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen>[]>
  // The last one, of whose faults a compiler tells.
  create<const Chosen extends Choice<S, C> = undefined>(
    record: NewRecord<S, C>,
    options?: GetOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen>>

  /** @throws PlinthError revisionMismatch where it has changed since the revision `ifRev` */
  update<const Chosen extends Choice<S, C> = undefined>(
    id: string,
    changes: Changes<S, C>,
    options?: WriteOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen>>

  /** Creates the record of this id, or replaces it: fields left out get their default. */
  replace<const Chosen extends Choice<S, C> = undefined>(
    id: string,
    record: NewRecord<S, C>,
    options?: WriteOptions<S, C, Chosen>,
  ): Promise<Selected<S, C, Chosen>>

  delete(id: string, options?: CallOptions & { readonly ifRev?: string }): Promise<void>

  /** Changes all records that match, or none; `true` means all there are. Answers how many. */
  updateMany(where: Where<S, C> | true, changes: Changes<S, C>, options?: CallOptions): Promise<number>

  /** Deletes all records that match, or none; `true` means all there are. Answers how many. */
  deleteMany(where: Where<S, C> | true, options?: CallOptions): Promise<number>

  /**
   * Counts, sums, averages and extremes, by group.
   *
   * @example
   * const [total] = await db.posts.aggregate({ count: true })
   * await db.posts.aggregate({ sum: ['views'], group: ['status', 'created:month'] })
   */
  aggregate<const A extends Aggregates<S, C>, const G extends readonly Group<S, C>[] | undefined = undefined>(
    options: A & { readonly group?: G } & AggregateOptions<S, C> & CallOptions,
  ): Promise<Aggregated<S, C, A, G>[]>

  /**
   * Hears of every change that the caller may see, once and in order, until it is ended. What a handler awaits comes before
   * the next event.
   *
   * @example
   * const { unsubscribe } = db.posts.subscribe({ where: { status: 'published' } }, (event) => console.log(event.type, event))
   */
  subscribe<const Chosen extends Choice<S, C> = undefined>(
    options: SubscribeOptions<S, C, Chosen>,
    handler: (event: RecordEvent<Selected<S, C, Chosen>>) => unknown,
  ): Subscription

  /**
   * A list that is kept right: the handler gets all of it at the beginning and after each change.
   *
   * @example
   * db.posts.live({ where: { status: 'published' }, sort: '-created', limit: 10 }, (posts) => show(posts))
   */
  live<const Chosen extends Choice<S, C> = undefined>(
    options: LiveOptions<S, C, Chosen>,
    handler: (items: readonly Selected<S, C, Chosen>[]) => void,
  ): Subscription

  /**
   * An aggregate that is kept right.
   *
   * @example
   * db.posts.liveAggregate({ count: true, group: ['status'] }, (groups) => show(groups))
   */
  liveAggregate<const A extends Aggregates<S, C>, const G extends readonly Group<S, C>[] | undefined = undefined>(
    options: LiveAggregateOptions<S, C, A, G>,
    handler: (groups: readonly Aggregated<S, C, A, G>[]) => void,
  ): Subscription

  /**
   * All records that match as one file, which streams: `response.body`, `.blob()`, `.text()`.
   *
   * @example
   * const file = await (await db.posts.export({ format: 'csv', where: { status: 'published' } })).blob()
   */
  export(options?: ExportOptions<S, C>): Promise<Response>

  /**
   * Brings in a file, all of it or nothing.
   *
   * @throws PlinthError importFailed, whose `errors` name rows and what is wrong with them
   */
  import(file: BodyInit, options: ImportOptions<S, C>): Promise<ImportReport>
}
