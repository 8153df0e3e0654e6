import type { FieldOf, FieldsOf, Simplify } from './fields-of.ts'
import type { FieldValue, ReadValue } from './field-value.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Path } from './sort.ts'
import type { Where } from './where.ts'

type Period = 'day' | 'week' | 'month'

type TimeField<Fields> = {
  [F in keyof Fields]: Fields[F] extends { readonly type: 'date' | 'datetime' } ? F : never
}[keyof Fields] &
  string

/** A field to group by, or the day, week or month of a time. */
export type Group<S extends SchemaShape, C extends CollectionName<S>> =
  | Path<S, C>
  | `${TimeField<FieldsOf<S, C>>}:${Period}`

type Paths<S extends SchemaShape, C extends CollectionName<S>> = readonly Path<S, C>[]

/** What to count and sum up. */
export interface Aggregates<S extends SchemaShape, C extends CollectionName<S>> {
  /** `true` counts records, a list counts values that are not null. */
  readonly count?: true | Paths<S, C>
  readonly countDistinct?: Paths<S, C>
  readonly sum?: Paths<S, C>
  readonly avg?: Paths<S, C>
  readonly min?: Paths<S, C>
  readonly max?: Paths<S, C>
}

export interface AggregateOptions<S extends SchemaShape, C extends CollectionName<S>> {
  readonly where?: Where<S, C>
  readonly limit?: number
  /** In which days, weeks and months begin; an IANA name such as `Europe/Berlin`. Default: UTC. */
  readonly timezone?: string
}

/** One group of an aggregate's answer. */
export type Aggregated<S extends SchemaShape, C extends CollectionName<S>, A, G> = Simplify<
  Groups<S, C, G> & Counts<A> & Numbers<S, C, A>
>

type Groups<S extends SchemaShape, C extends CollectionName<S>, G> = G extends readonly (infer Name extends string)[]
  ? { [N in Name]: GroupValue<S, C, N> }
  : unknown

/** A period is its first day. */
type GroupValue<S extends SchemaShape, C extends CollectionName<S>, N extends string> = N extends `${string}:${Period}`
  ? string | null
  : PathValue<S, C, N>

/** Behind a relation the value's type is not followed. */
type PathValue<S extends SchemaShape, C extends CollectionName<S>, N> = N extends keyof FieldsOf<S, C>
  ? ReadValue<FieldOf<S, C, N>>
  : unknown

type Counts<A> = A extends { readonly count: infer Count }
  ? Count extends readonly (infer Name extends string)[]
    ? { count: { [N in Name]: number } }
    : { count: number }
  : unknown

type Numbers<S extends SchemaShape, C extends CollectionName<S>, A> = {
  -readonly [F in keyof A as F extends 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'
    ? F
    : never]: A[F] extends readonly (infer Name extends string)[]
    ? { [N in Name]: F extends 'countDistinct' ? number : AggregatedValue<S, C, F, N> }
    : never
}

/** Null where a group has no values. An average of whole numbers is a number; of decimals it is exact, and text. */
type AggregatedValue<S extends SchemaShape, C extends CollectionName<S>, F, N> = N extends keyof FieldsOf<S, C>
  ? FieldValue<FieldOf<S, C, N>> | null
  : F extends 'sum' | 'avg'
    ? number | string | null
    : unknown
