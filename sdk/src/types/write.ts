import type { FieldOf, FieldsOf, FilledField, Simplify } from './fields-of.ts'
import type { FieldValue } from './field-value.ts'
import type { CollectionName, FieldShape, SchemaShape } from './schema-shape.ts'

/** Stands for a value of an earlier operation of the same batch. */
export interface Ref<T> {
  toJSON(): { readonly $ref: string }
  /** Never there: it keeps references to values of different types apart. */
  readonly __value?: T
}

type Written<F> = F extends FieldShape
  ? F extends { readonly required: true } | { readonly many: true }
    ? Given<WrittenValue<F>>
    : Given<WrittenValue<F>> | null
  : never

/** Dates travel as text, too. A `date` has no time of day, and so no Date says it. */
type WrittenValue<F extends FieldShape> = F['type'] extends 'datetime' ? string | Date : FieldValue<F>

type Given<T> = Immutable<T> | Ref<T>
type Immutable<T> = T extends readonly (infer Item)[] ? readonly (Item | Ref<Item>)[] : T

/** PostgreSQL fills these. */
type Filled = { readonly type: 'computed' | 'autonumber' }

type Writable<Fields> = { [F in keyof Fields]: Fields[F] extends Filled ? never : F }[keyof Fields]

type RequiredField<Fields> = {
  [F in keyof Fields]: F extends 'id' | 'created' | 'updated'
    ? never
    : Fields[F] extends Filled | { readonly default: unknown } | { readonly many: true } | { readonly readonly: true }
      ? never
      : Fields[F] extends { readonly required: true }
        ? F
        : never
}[keyof Fields]

/** What must be given to create a record: required fields that nothing else fills. */
type MustBeGiven<S extends SchemaShape, C extends CollectionName<S>> = Exclude<
  RequiredField<FieldsOf<S, C>>,
  FilledField<S, C>
>

/** A new record. */
export type NewRecord<S extends SchemaShape, C extends CollectionName<S>> = Simplify<
  { readonly [F in MustBeGiven<S, C>]: Written<FieldsOf<S, C>[F]> } & {
    readonly [F in Exclude<Writable<FieldsOf<S, C>>, MustBeGiven<S, C>>]?: Written<FieldsOf<S, C>[F]>
  }
>

type NumberField<Fields> = {
  [F in keyof Fields]: Fields[F] extends { readonly type: 'integer' | 'float' | 'decimal' } ? F : never
}[keyof Fields] &
  string

type ManyField<Fields> = {
  [F in keyof Fields]: Fields[F] extends { readonly many: true } ? F : never
}[keyof Fields] &
  string

/** Changes to a record: fields, `views+` to add to a number, `+tags` and `-tags` to add and take away links. */
export type Changes<S extends SchemaShape, C extends CollectionName<S>> = {
  readonly [F in Exclude<Writable<FieldsOf<S, C>>, 'id'>]?: Written<FieldsOf<S, C>[F]>
} & {
  readonly [F in NumberField<FieldsOf<S, C>> as `${F}+`]?: FieldValue<FieldOf<S, C, F>>
} & {
  readonly [F in ManyField<FieldsOf<S, C>> as `+${F}` | `-${F}`]?: readonly (string | Ref<string>)[]
}
