import type { CompareOperator, Quantifier, Span } from './syntax-tree.ts'
import type { ValueType } from './value-type.ts'

/**
 * A checked expression: every name is resolved, every comparison has one type on both sides, and nothing in it can fail
 * on stored data. Both back ends (SQL and JavaScript) read this tree and nothing else.
 *
 * Logic is two-valued: `null = null` is true, `null` is neither below nor above anything, `a <= b` means `a < b || a = b`,
 * and each negated operator (`!=`, `!~`, `not in`) is exactly the negation of its counterpart.
 */
export type Expression = Span & { readonly type: ValueType } & ExpressionNode

export type ExpressionNode =
  | { readonly kind: 'literal'; readonly value: LiteralValue }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'path'; readonly root: PathRoot; readonly hops: readonly Hop[]; readonly field: string }
  | { readonly kind: 'now' | 'today' | 'userRoles' }
  /** Whether the user who asks has shown that they read the mail to their address. No field: nobody can write it. */
  | { readonly kind: 'userVerified' }
  /** Equality and order; `as` says how both sides are read. `!=` never occurs: it is `not` of `=`. */
  | {
      readonly kind: 'compare'
      readonly operator: Exclude<CompareOperator, '!='>
      readonly as: Comparison
      readonly left: Expression
      readonly right: Expression
    }
  /** Case-insensitive: `lower(right)` occurs in `lower(left)`. */
  | { readonly kind: 'contains'; readonly left: Expression; readonly right: Expression }
  /** `right` is a list literal, `@user.roles`, a list field, or a path to many records. */
  | { readonly kind: 'in'; readonly as: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  /** Times plus or minus durations, or numbers; `as` is how numbers are calculated. */
  | {
      readonly kind: 'arithmetic'
      readonly operator: '+' | '-'
      readonly as: 'exact' | 'float' | 'time' | 'date'
      readonly left: Expression
      readonly right: Expression
    }
  /** `over` is a path to many records; `where` speaks about one of them (root `record`). `none` never occurs: it is `not any`. */
  | {
      readonly kind: 'quantifier'
      readonly quantifier: Exclude<Quantifier, 'none'>
      readonly over: ManyPath
      readonly where: Expression
    }
  | { readonly kind: 'count'; readonly over: ManyPath }
  | { readonly kind: 'lower' | 'length'; readonly of: Expression }
  | { readonly kind: 'startsWith' | 'endsWith'; readonly of: Expression; readonly with: Expression }
  /** `of` and `was` are the same field of the new and of the old record. */
  | { readonly kind: 'changed'; readonly of: Expression; readonly was: Expression }
  /** Metres between a point and a fixed place, along a great circle (haversine, radius 6,371,008.8 m). */
  | {
      readonly kind: 'distance'
      readonly of: Expression
      readonly latitude: Expression
      readonly longitude: Expression
    }
  /** Each word (split at white space) is contained, ignoring case, in at least one of the fields. */
  | { readonly kind: 'search'; readonly words: readonly string[]; readonly fields: readonly Expression[] }

/**
 * How two values are compared: `text` by code point, `exact` as decimals of any size, `float` as doubles (both sides
 * converted), `time` as instants in milliseconds (a date is its midnight, UTC), `date` as days, `id` as uuids.
 */
export type Comparison =
  | 'text'
  | 'exact'
  | 'float'
  | 'boolean'
  | 'time'
  | 'date'
  | 'duration'
  | 'id'
  | 'json'
  | 'geopoint'
  | 'list'

/** Text as it is; numbers as their exact decimal text; datetimes and durations in milliseconds; dates as `YYYY-MM-DD`. */
export type LiteralValue = string | number | boolean | null

/**
 * Whose fields a path starts from: the record at hand, the record before an update, the user who asks, or the channel that
 * is asked about, whose fields are its parameters.
 */
export type PathRoot = 'record' | 'old' | 'user' | 'channel'

/** One step through a relation to one record: from `collection` through its `field` to `to`. */
export interface Hop {
  readonly collection: string
  readonly field: string
  readonly to: string
}

/** Hops to one record each, then a relation to many: a field with `many`, or an inverse. `to` is what is reached. */
export interface ManyPath {
  readonly root: PathRoot
  readonly hops: readonly Hop[]
  readonly collection: string
  readonly field: string
  readonly to: string
}
