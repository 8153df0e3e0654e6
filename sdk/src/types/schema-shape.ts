/**
 * What the client has to know of a schema: the type of a schema document, as `defineSchema` infers it and as
 * `plinth types` writes it. Whatever else a document holds is ignored.
 *
 * @example
 * type Schema = {
 *   collections: {
 *     posts: { fields: { title: { type: 'text'; required: true }; author: { type: 'relation'; to: 'users' } } }
 *   }
 * }
 * const db = createClient<Schema>('https://api.example.com')
 */
export interface SchemaShape {
  readonly roles?: object
  readonly collections: Readonly<Record<string, CollectionShape>>
}

export interface CollectionShape {
  readonly kind?: string
  readonly fields: Readonly<Record<string, FieldShape>>
  readonly permissions?: Readonly<Record<string, PermissionShape>>
}

export interface FieldShape {
  readonly type: string
  readonly required?: boolean
  readonly unique?: boolean
  readonly default?: unknown
  readonly hidden?: boolean
  readonly readonly?: boolean
  readonly [option: string]: unknown
}

/** Permissions say what may be absent from an answer, and what need not be given. */
export interface PermissionShape {
  readonly read?: boolean | string
  readonly hide?: readonly string[]
  readonly readIf?: object
  readonly set?: object
}

declare const schema: unique symbol

/**
 * What has this schema, known to the type alone. The compiler infers it from here, and sees here that clients of two schemas
 * are not the same: to look at all that a client can do takes it seconds.
 */
export interface OfSchema<S extends SchemaShape> {
  /** Never there. A function of both kinds, so that neither a wider nor a narrower schema is taken for this one. */
  readonly [schema]?: (given: S) => S
}

/** Names of the collections; `users` is always there. */
export type CollectionName<S extends SchemaShape> = (keyof S['collections'] & string) | 'users'
