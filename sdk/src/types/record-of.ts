import type { FieldOf, FieldsOf, Simplify, SometimesAbsent } from './fields-of.ts'
import type { ReadValue } from './field-value.ts'
import type { CollectionName, FieldShape, SchemaShape } from './schema-shape.ts'

/**
 * A record as it is read without a `select`: its own fields, relations as ids. Fields that not everybody sees are optional.
 *
 * @example
 * type Post = RecordOf<Schema, 'posts'>
 */
export type RecordOf<S extends SchemaShape, C extends CollectionName<S>> = [SometimesAbsent<S, C>] extends [never]
  ? AllFields<FieldsOf<S, C>>
  : Simplify<
      AllFields<Omit<FieldsOf<S, C>, SometimesAbsent<S, C>>> &
        Partial<AllFields<Pick<FieldsOf<S, C>, SometimesAbsent<S, C> & keyof FieldsOf<S, C>>>>
    >

type AllFields<Fields> = { -readonly [F in keyof Fields]: Fields[F] extends FieldShape ? ReadValue<Fields[F]> : never }

/** One value of a record; undefined is among its types where the field may be absent. */
export type ValueOf<S extends SchemaShape, C extends CollectionName<S>, F> = ReadValue<FieldOf<S, C, F>>
