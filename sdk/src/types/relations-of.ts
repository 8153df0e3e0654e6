import type { FieldOf, FieldsOf, HidesRecords } from './fields-of.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'

/** The ways back, by the collection that sees them: each relation that names its inverse. Worked out once for a schema. */
type Inverses<S extends SchemaShape> = {
  [I in AllInverses<S> as I['on']]: I
}

type AllInverses<S extends SchemaShape> = {
  [C in keyof S['collections']]: InversesIn<C, S['collections'][C]['fields']>
}[keyof S['collections']]

interface Inverse {
  on: PropertyKey
  name: string
  from: PropertyKey
  many: boolean
}

type InversesIn<C extends PropertyKey, Fields> = {
  [F in keyof Fields]: Fields[F] extends {
    readonly to: infer To extends string
    readonly inverse: infer Name extends string
  }
    ? { on: To; name: Name; from: C; many: Fields[F] extends { readonly unique: true } ? false : true }
    : never
}[keyof Fields]

type InversesOn<S extends SchemaShape, C> = C extends keyof Inverses<S> ? Extract<Inverses<S>[C], Inverse> : never

/** Names under which a collection sees relations of others. */
export type InverseName<S extends SchemaShape, C> = InversesOn<S, C>['name']

/** Names of a collection's own relations. */
export type RelationField<S extends SchemaShape, C extends CollectionName<S>> = {
  [F in keyof FieldsOf<S, C>]: FieldsOf<S, C>[F] extends { readonly type: 'relation' } ? F : never
}[keyof FieldsOf<S, C>] &
  string

/** Everything that leads to other records. */
export type RelationName<S extends SchemaShape, C extends CollectionName<S>> = RelationField<S, C> | InverseName<S, C>

/** Where a relation leads, by its name in either direction. */
export type LinkOf<S extends SchemaShape, C extends CollectionName<S>, R> =
  R extends RelationField<S, C> ? OwnLink<S, FieldOf<S, C, R>> : InverseLink<Extract<InversesOn<S, C>, { name: R }>>

/** One way to another collection; `nullable` where a single record there may be missing, or hidden by a rule. */
type OwnLink<S extends SchemaShape, F> = F extends { readonly to: infer To }
  ? {
      to: To
      many: F extends { readonly many: true } ? true : false
      nullable: F extends { readonly required: true } ? (true extends HidesRecords<S, To> ? true : false) : true
    }
  : never

type InverseLink<I> = I extends { from: infer From; many: infer Many }
  ? { to: From; many: Many; nullable: true }
  : never

/** The collection at the end of a relation. */
export type TargetOf<S extends SchemaShape, C extends CollectionName<S>, R> =
  LinkOf<S, C, R> extends { to: infer To extends CollectionName<S> } ? To : never

export type IsMany<S extends SchemaShape, C extends CollectionName<S>, R> =
  LinkOf<S, C, R> extends { many: true } ? true : false

export type IsNullable<S extends SchemaShape, C extends CollectionName<S>, R> =
  LinkOf<S, C, R> extends { nullable: true } ? true : false
