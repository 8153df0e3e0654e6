import type { CollectionName, FieldShape, SchemaShape } from './schema-shape.ts'

interface Id {
  readonly id: { readonly type: 'uuid'; readonly required: true; readonly unique: true }
}

interface Times {
  readonly created: { readonly type: 'datetime'; readonly required: true; readonly readonly: true }
  readonly updated: { readonly type: 'datetime'; readonly required: true; readonly readonly: true }
}

interface UserFields<Role extends string> {
  readonly email: { readonly type: 'email'; readonly required: true; readonly unique: true }
  readonly roles: {
    readonly type: 'multiselect'
    readonly options: readonly Role[]
    readonly required: true
    readonly default: readonly []
    readonly readonly: true
  }
}

type RoleOf<S extends SchemaShape> = (keyof S['roles'] & string) | 'admin'

/** A collection as it is declared; one that is not declared has no fields of its own. */
export type Declared<S extends SchemaShape, C> = C extends keyof S['collections']
  ? S['collections'][C]
  : { readonly fields: object }

type OwnFields<S extends SchemaShape, C> = C extends keyof S['collections'] ? S['collections'][C]['fields'] : unknown

/** All fields of a collection, those that every collection has included. */
export type FieldsOf<S extends SchemaShape, C extends CollectionName<S>> = OwnFields<S, C> &
  Id &
  (Declared<S, C> extends { readonly kind: 'view' } ? unknown : Times) &
  (C extends 'users' ? UserFields<RoleOf<S>> : unknown)

export type FieldName<S extends SchemaShape, C extends CollectionName<S>> = keyof FieldsOf<S, C> & string

/** What is known of one field. */
export type FieldOf<S extends SchemaShape, C extends CollectionName<S>, F> = F extends keyof FieldsOf<S, C>
  ? FieldsOf<S, C>[F] extends FieldShape
    ? FieldsOf<S, C>[F]
    : never
  : never

type PermissionOf<S extends SchemaShape, C> = C extends keyof S['collections']
  ? S['collections'][C] extends { readonly permissions: infer Permissions }
    ? Permissions[keyof Permissions]
    : never
  : never

type HiddenBy<P> = P extends { readonly hide: readonly (infer Name extends string)[] } ? Name : never
type ShownIf<P> = P extends { readonly readIf: infer Conditions } ? keyof Conditions & string : never
type FilledBy<P> = P extends { readonly set: infer Values } ? keyof Values & string : never

type HiddenField<Fields> = {
  [F in keyof Fields]: Fields[F] extends { readonly hidden: true } ? F : never
}[keyof Fields]

/** Fields that not everybody sees on every record: a field one may not see is absent. */
export type SometimesAbsent<S extends SchemaShape, C extends CollectionName<S>> =
  | HiddenField<FieldsOf<S, C>>
  | HiddenBy<PermissionOf<S, C>>
  | ShownIf<PermissionOf<S, C>>

/** Fields that a permission may fill. */
export type FilledField<S extends SchemaShape, C extends CollectionName<S>> = FilledBy<PermissionOf<S, C>>

/** Whether a rule hides some of the collection's records from some of its readers. */
export type HidesRecords<S extends SchemaShape, C> =
  PermissionOf<S, C> extends infer P
    ? P extends { readonly read: infer Rule }
      ? Rule extends string
        ? true
        : false
      : false
    : false

/** For an editor: one object instead of an intersection. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {}
