import type { Expr } from '../where/expr.ts'
import type { Exact } from '../where/literal.ts'
import type { FieldsOf } from './fields-of.ts'
import type { FieldValue, OptionOf } from './field-value.ts'
import type { InverseName, IsMany, TargetOf } from './relations-of.ts'
import type { CollectionName, FieldShape, SchemaShape } from './schema-shape.ts'

/**
 * Which records: all conditions must hold.
 *
 * @example
 * db.posts.list({
 *   where: {
 *     status: 'published',
 *     views: { gt: 10 },
 *     author: { team: { name: { contains: 'ops' } } },
 *     comments: { any: { hidden: false } },
 *     OR: [{ title: { startsWith: 'A' } }, { featured: true }],
 *   },
 * })
 */
export type Where<S extends SchemaShape, C extends CollectionName<S>> = Expr | WhereFields<S, C>

type WhereFields<S extends SchemaShape, C extends CollectionName<S>> = {
  readonly [F in keyof FieldsOf<S, C>]?: Condition<S, C, F, FieldsOf<S, C>[F]>
} & {
  readonly [R in InverseName<S, C>]?: IsMany<S, C, R> extends true
    ? Quantified<S, TargetOf<S, C, R>>
    : null | { readonly not?: null } | RelatedWhere<S, TargetOf<S, C, R>>
} & Logic<Where<S, C>>

interface Logic<W> {
  readonly AND?: readonly W[]
  readonly OR?: readonly W[]
  readonly NOT?: W
}

/** Names of conditions that a field can have as well. Behind a relation such a field is reached by an `expr`. */
type Taken = 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'has' | 'any' | 'all' | 'none' | 'near'

/** Conditions on the one record that a relation leads to. An `expr` would name fields of the record before it. */
type RelatedWhere<S extends SchemaShape, C extends CollectionName<S>> = {
  readonly [F in Exclude<keyof FieldsOf<S, C>, Taken>]?: Condition<S, C, F, FieldsOf<S, C>[F]>
} & {
  readonly [R in Exclude<InverseName<S, C>, Taken>]?: IsMany<S, C, R> extends true
    ? Quantified<S, TargetOf<S, C, R>>
    : null | { readonly not?: null } | RelatedWhere<S, TargetOf<S, C, R>>
} & Logic<RelatedWhere<S, C>>

interface Equality<T> {
  readonly not?: T | null
  readonly in?: readonly (T | null)[]
  readonly notIn?: readonly (T | null)[]
}

interface Ordered<T> extends Equality<T> {
  readonly gt?: T
  readonly gte?: T
  readonly lt?: T
  readonly lte?: T
}

interface TextCondition extends Ordered<string> {
  /** Ignoring case. */
  readonly contains?: string
  readonly notContains?: string
  readonly startsWith?: string
  readonly endsWith?: string
}

/** Without `object`, TypeScript lets plain values pass here: no member of a `where` has to be there. */
type Conditions<S extends SchemaShape, C extends CollectionName<S>> = Where<S, C> & object

interface Quantified<S extends SchemaShape, C extends CollectionName<S>> {
  /** Is linked to the record of this id. */
  readonly has?: string
  readonly any?: Conditions<S, C> | true
  readonly all?: Conditions<S, C>
  readonly none?: Conditions<S, C> | true
}

interface Near {
  /** Within so many metres. */
  readonly near?: { readonly lat: number; readonly lon: number; readonly within: number }
  readonly not?: null
}

type Numeric = number | bigint | Exact
type Time = string | Date

interface ConditionsByType<F> {
  text: string | TextCondition
  richtext: string | TextCondition
  email: string | TextCondition
  url: string | TextCondition
  slug: string | TextCondition
  integer: Numeric | Ordered<Numeric>
  decimal: Numeric | Ordered<Numeric>
  float: Numeric | Ordered<Numeric>
  autonumber: Numeric | Ordered<Numeric>
  boolean: boolean | Equality<boolean>
  date: Time | Ordered<Time>
  datetime: Time | Ordered<Time>
  select: OptionOf<F> | Equality<OptionOf<F>>
  multiselect: { readonly has?: OptionOf<F>; readonly not?: null }
  json: { readonly not?: null }
  geopoint: Near
  uuid: string | Equality<string>
}

type Condition<S extends SchemaShape, C extends CollectionName<S>, N, F> = F extends { readonly type: 'relation' }
  ? F extends { readonly many: true }
    ? Quantified<S, TargetOf<S, C, N>>
    : string | null | Equality<string> | RelatedWhere<S, TargetOf<S, C, N>>
  : F extends { readonly type: 'computed'; readonly result: infer Result extends keyof ConditionsByType<F> }
    ? ConditionsByType<F>[Result] | null
    : F extends { readonly type: infer Type extends keyof ConditionsByType<F> }
      ? ConditionsByType<F>[Type] | null
      : F extends FieldShape
        ? FieldValue<F> | null | Equality<FieldValue<F>>
        : never
