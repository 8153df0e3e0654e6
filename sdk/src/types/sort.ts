import type { FieldName, FieldsOf } from './fields-of.ts'
import type { IsMany, RelationField, TargetOf } from './relations-of.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'

type Unsortable = 'json' | 'geopoint' | 'multiselect'

type Sortable<Fields> = {
  [F in keyof Fields]: Fields[F] extends { readonly type: Unsortable } | { readonly many: true } ? never : F
}[keyof Fields] &
  string

type ToOne<S extends SchemaShape, C extends CollectionName<S>> = {
  [R in RelationField<S, C>]: IsMany<S, C, R> extends true ? never : R
}[RelationField<S, C>]

/** Through one relation the field is checked; further ones are left to the server. */
type ThroughOne<S extends SchemaShape, C extends CollectionName<S>> = {
  [R in ToOne<S, C>]: `${R}.${FieldName<S, TargetOf<S, C, R>>}` | `${R}.${ToOne<S, TargetOf<S, C, R>>}.${string}`
}[ToOne<S, C>]

/** A field, or one that relations to one lead to: what can be sorted, grouped and summed by. */
export type Path<S extends SchemaShape, C extends CollectionName<S>> = Sortable<FieldsOf<S, C>> | ThroughOne<S, C>

type Key<S extends SchemaShape, C extends CollectionName<S>> = Path<S, C> | `-${Path<S, C>}`

/**
 * By what to sort; `-` sorts downwards.
 *
 * @example
 * db.posts.list({ sort: ['author.name', '-created'] })
 */
export type Sort<S extends SchemaShape, C extends CollectionName<S>> = Key<S, C> | readonly Key<S, C>[]
