import type { CallOptions } from '../http/request-options.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Known, Select } from './select.ts'
import type { Sort } from './sort.ts'
import type { Where } from './where.ts'

/** `select`, checked for names that do not exist. */
export interface Choosing<S extends SchemaShape, C extends CollectionName<S>, Chosen> {
  readonly select?: Chosen & Known<S, C, Chosen>
}

export interface FirstOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen>
  extends Choosing<S, C, Chosen>,
    CallOptions {
  readonly where?: Where<S, C>
  readonly sort?: Sort<S, C>
}

export type CountKind = 'exact' | 'estimated'

export interface ListOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen, Count>
  extends FirstOptions<S, C, Chosen> {
  /** How many on a page: 1 to 1,000; default 20. */
  readonly limit?: number
  /** The `next` of the page before; null starts from the first. */
  readonly after?: string | null
  /** The page's number, from 1; slower than `after` the further it goes. */
  readonly page?: number
  /** How many match in all; `estimated` stops counting at 10,000. */
  readonly count?: Count
}

/** One page. `count` is there where it was asked for. */
export type Page<T, Count = undefined> = {
  readonly items: T[]
  /** For `after`; null on the last page. */
  readonly next: string | null
} & (Count extends CountKind ? { readonly count: number } : unknown)

export interface GetOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen>
  extends Choosing<S, C, Chosen>,
    CallOptions {}

export interface WriteOptions<S extends SchemaShape, C extends CollectionName<S>, Chosen>
  extends GetOptions<S, C, Chosen> {
  /** The revision (`select: ['rev']`) that the record must still have; else the call fails with `revisionMismatch`. */
  readonly ifRev?: string
}

/** What a `select` may be; undefined for all own fields. */
export type Choice<S extends SchemaShape, C extends CollectionName<S>> = Select<S, C> | undefined
