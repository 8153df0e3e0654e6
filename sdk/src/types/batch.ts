import type { Choice, Choosing } from './query.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Selected } from './select.ts'
import type { Where } from './where.ts'
import type { Changes, NewRecord, Ref } from './write.ts'

declare const answer: unique symbol

/** An operation of a batch. Its members stand for values that it will answer, in later operations. */
export type Planned<T> = { readonly [answer]: T } & (T extends object
  ? { readonly [K in keyof T]-?: Ref<T[K]> }
  : unknown)

/** What the operations that a batch's function returned have answered. */
export type Answered<R> =
  R extends Planned<infer T> ? T : R extends object ? { -readonly [K in keyof R]: Answered<R[K]> } : R

/** A function that plans a batch does so before it returns: what it did later would be in no batch. */
export type AtOnce<R> = R extends PromiseLike<unknown> ? never : unknown

type Id = string | Ref<string>

interface Guarded {
  /** The revision that the record must still have. */
  readonly ifRev?: string | Ref<string>
}

interface Expecting {
  /** How many records it must affect; else nothing of the batch is done. */
  readonly expect?: number
}

/** The operations on one collection that can go in a batch. */
export interface BatchCollection<S extends SchemaShape, C extends CollectionName<S>> {
  get<const Chosen extends Choice<S, C> = undefined>(
    id: Id,
    options?: Choosing<S, C, Chosen>,
  ): Planned<Selected<S, C, Chosen>>
  create<const Chosen extends Choice<S, C> = undefined>(
    record: NewRecord<S, C>,
    options?: Choosing<S, C, Chosen>,
  ): Planned<Selected<S, C, Chosen>>
  update<const Chosen extends Choice<S, C> = undefined>(
    id: Id,
    changes: Changes<S, C>,
    options?: Choosing<S, C, Chosen> & Guarded,
  ): Planned<Selected<S, C, Chosen>>
  replace<const Chosen extends Choice<S, C> = undefined>(
    id: Id,
    record: NewRecord<S, C>,
    options?: Choosing<S, C, Chosen> & Guarded,
  ): Planned<Selected<S, C, Chosen>>
  delete(id: Id, options?: Guarded): Planned<null>
  /** Answers how many; `true` means all there are. */
  updateMany(where: Where<S, C> | true, changes: Changes<S, C>, options?: Expecting): Planned<number>
  deleteMany(where: Where<S, C> | true, options?: Expecting): Planned<number>
}

/** Takes the operations of a batch, by collection. */
export type Batch<S extends SchemaShape> = {
  readonly [C in Exclude<CollectionName<S>, 'collection'>]: BatchCollection<S, C>
} & {
  collection<C extends CollectionName<S>>(name: C): BatchCollection<S, C>
}
