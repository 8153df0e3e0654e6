/** A record as it travels on the wire: decimals and times are text, a relation is an id, a missing field is null. */
export type WireRecord = Readonly<Record<string, unknown>>

/** What a predicate decides about. */
export interface PredicateInput {
  readonly record: WireRecord
  /** The record before an update; without one, `@old` fields are null. */
  readonly old?: WireRecord
  /** The user's record, or null for an actor who is none: fold its absence in with `foldAbsentUser` first. */
  readonly user: WireRecord | null
  readonly roles: readonly string[]
  /** `verified` of the actor. */
  readonly verified: boolean
  readonly now: Date
}

/** Computes a value from the input; null where the value, or a part it is made of, is null. */
export type Compute<Value> = (input: PredicateInput) => Value | null
