import type { FieldName, Simplify, SometimesAbsent } from './fields-of.ts'
import type { RecordOf, ValueOf } from './record-of.ts'
import type { IsMany, IsNullable, RelationName, TargetOf } from './relations-of.ts'
import type { CollectionName, SchemaShape } from './schema-shape.ts'
import type { Sort } from './sort.ts'
import type { Expr } from '../where/expr.ts'
import type { Where } from './where.ts'

/**
 * What of a record to answer: names (`*` for all own fields, `rev` for the revision), or an object in which relations have
 * a `select` of their own.
 *
 * @example
 * db.posts.list({ select: ['id', 'title'] })
 * db.posts.list({ select: { title: true, author: ['name'], comments: { select: ['body'], sort: '-created', limit: 3 } } })
 */
export type Select<S extends SchemaShape, C extends CollectionName<S>> = SelectList<S, C> | SelectTree<S, C>

export type SelectList<S extends SchemaShape, C extends CollectionName<S>> = readonly (FieldName<S, C> | '*' | 'rev')[]

export type SelectTree<S extends SchemaShape, C extends CollectionName<S>> = {
  readonly [F in Exclude<FieldName<S, C>, RelationName<S, C>> | '*' | 'rev']?: true
} & {
  readonly [R in RelationName<S, C>]?: SelectRelated<S, C, R>
}

type SelectRelated<S extends SchemaShape, C extends CollectionName<S>, R> =
  | (R extends FieldName<S, C> ? true : never)
  | SelectList<S, TargetOf<S, C, R>>
  | (IsMany<S, C, R> extends true ? SelectMany<S, TargetOf<S, C, R>> : SelectOne<S, TargetOf<S, C, R>>)

interface SelectOne<S extends SchemaShape, C extends CollectionName<S>> {
  readonly select: Select<S, C>
}

interface SelectMany<S extends SchemaShape, C extends CollectionName<S>> extends SelectOne<S, C> {
  readonly where?: Where<S, C>
  readonly sort?: Sort<S, C>
  readonly limit?: number
}

/** Marks what a `select` names although it does not exist: TypeScript lets further members of an inferred type pass. */
export type Known<S extends SchemaShape, C extends CollectionName<S>, Chosen> = Chosen extends readonly unknown[]
  ? unknown
  : {
      readonly [K in keyof Chosen]: K extends FieldName<S, C> | RelationName<S, C> | '*' | 'rev'
        ? Chosen[K] extends { readonly select: infer Inner }
          ? KnownNested<S, TargetOf<S, C, K>, IsMany<S, C, K>, Chosen[K], Inner>
          : unknown
        : never
    }

type KnownNested<S extends SchemaShape, C extends CollectionName<S>, Many, Nested, Inner> = {
  readonly [K in Exclude<keyof Nested, Many extends true ? 'select' | 'where' | 'sort' | 'limit' : 'select'>]: never
} & { readonly select: Known<S, C, Inner> } & (Nested extends { readonly where: infer Conditions }
    ? { readonly where: KnownConditions<S, C, Conditions> }
    : unknown)

type KnownConditions<S extends SchemaShape, C extends CollectionName<S>, Conditions> = Conditions extends Expr
  ? unknown
  : {
      readonly [K in keyof Conditions]: K extends FieldName<S, C> | RelationName<S, C> | 'AND' | 'OR' | 'NOT'
        ? unknown
        : never
    }

/** A record in the shape of a `select`; all own fields without one. */
export type Selected<
  S extends SchemaShape,
  C extends CollectionName<S>,
  Chosen,
> = Chosen extends readonly (infer Name)[]
  ? Listed<S, C, Name>
  : Chosen extends object
    ? Tree<S, C, Chosen>
    : RecordOf<S, C>

type Listed<S extends SchemaShape, C extends CollectionName<S>, Name> = Simplify<
  ('*' extends Name ? Omit<RecordOf<S, C>, Name & string> : unknown) & {
    [F in Exclude<Name, '*' | SometimesAbsent<S, C>> & string]: NamedValue<S, C, F>
  } & { [F in Exclude<Name & SometimesAbsent<S, C>, '*'> & string]?: NamedValue<S, C, F> }
>

type Tree<S extends SchemaShape, C extends CollectionName<S>, Chosen> = Simplify<
  ('*' extends keyof Chosen ? Omit<RecordOf<S, C>, keyof Chosen> : unknown) & {
    -readonly [F in Exclude<keyof Chosen, '*' | SometimesAbsent<S, C>>]: ChosenValue<S, C, F, Chosen[F]>
  } & {
    -readonly [F in Exclude<keyof Chosen & SometimesAbsent<S, C>, '*'>]?: ChosenValue<S, C, F, Chosen[F]>
  }
>

type ChosenValue<S extends SchemaShape, C extends CollectionName<S>, F, How> = How extends true
  ? NamedValue<S, C, F>
  : Related<S, C, F, Selected<S, TargetOf<S, C, F>, How extends { readonly select: infer Inner } ? Inner : How>>

type Related<S extends SchemaShape, C extends CollectionName<S>, R, Item> =
  IsMany<S, C, R> extends true ? Item[] : IsNullable<S, C, R> extends true ? Item | null : Item

/** The revision is PostgreSQL's `xmin`, which travels as text. */
type NamedValue<S extends SchemaShape, C extends CollectionName<S>, F> = F extends 'rev' ? string : ValueOf<S, C, F>
