import type { ValueType } from './value-type.ts'

/**
 * What an expression may name. A filter's scope knows only what its caller may see, so that a hidden field and a missing
 * one are the same thing; a rule's scope knows everything.
 */
export interface Scope {
  /** The collection that plain fields belong to, or null where there is no record. */
  readonly record: string | null
  /** Whether `@old` and `changed` mean something here (rules of updates). */
  readonly old: boolean
  /** Whether `@user` means something here. */
  readonly user: boolean
  /** The collection whose fields are the parameters of `@channel`, where that means something (rules of channels). */
  readonly channel?: string
  /** A field or an inverse relation; undefined where it does not exist for this caller. */
  lookup(collection: string, name: string): ScopeField | undefined
  /** The names that an error may suggest. */
  names(collection: string): readonly string[]
}

export interface ScopeField {
  readonly type: ValueType
  /**
   * The other end of another collection's relation. The record does not carry it, so the value of such a path to one
   * record is the `id` one hop away.
   */
  readonly inverse?: boolean
}
