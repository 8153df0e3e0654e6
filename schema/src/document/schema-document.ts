/** A schema as it is written, stored and exchanged: plain JSON. */
export interface SchemaDocument {
  readonly version: number
  readonly roles: Readonly<Record<string, Role>>
  readonly collections: Readonly<Record<string, Collection>>
  /** Rooms for messages and presence, by the pattern of their names: `room:{id}`. */
  readonly channels?: Readonly<Record<string, Channel>>
  /** What access tokens say besides who it is: name -> expression about `@user`. */
  readonly claims?: Readonly<Record<string, string>>
}

export interface Role {
  readonly description?: string
  readonly inherits?: readonly string[]
  /** Who has this role, also by inheritance, may do nothing before they have a second factor. */
  readonly mfa?: 'required'
}

export interface Collection {
  readonly kind: 'table' | 'view'
  readonly label?: string
  readonly description?: string
  /** The field whose value names a record to a person. */
  readonly display?: string
  /** An ICU locale by which text is sorted for people, for example `de`; default: the root locale. */
  readonly collation?: string
  readonly fields: Readonly<Record<string, Field>>
  readonly indexes?: readonly Index[]
  readonly permissions?: Readonly<Record<string, Permission>>
  /** The query of a view; it must give `id` (a uuid) and each declared field. */
  readonly sql?: string
}

/** A field: its type's name, the common options, and the options of that type. */
export interface Field {
  readonly type: string
  readonly required?: boolean
  readonly unique?: boolean
  readonly default?: unknown
  readonly description?: string
  readonly label?: string
  /** Only admins see it through the API. Rules may use it. */
  readonly hidden?: boolean
  /** No caller but an admin may write it; defaults and `set` may fill it. */
  readonly readonly?: boolean
  readonly [option: string]: unknown
}

export interface Index {
  /** Field names; a leading `-` sorts downwards. */
  readonly fields: readonly string[]
  readonly unique?: boolean
}

/** `true` and `false` are themselves; a text is an expression that decides record by record. */
export type Rule = boolean | string

export interface Permission {
  readonly read?: Rule
  readonly create?: Rule
  readonly update?: Rule
  readonly delete?: Rule
  /** Fields this role neither sees nor writes. */
  readonly hide?: readonly string[]
  /** Fields this role sees only on records for which the expression holds. */
  readonly readIf?: Readonly<Record<string, string>>
  /** Fields this role may give or change only where the expression holds. */
  readonly writeIf?: Readonly<Record<string, string>>
  /** Values filled in on create, that the caller may not choose otherwise: field -> expression. */
  readonly set?: Readonly<Record<string, string>>
}

/** Channels whose names fit one pattern. */
export interface Channel {
  readonly description?: string
  /**
   * Parameters that are the id of a record: parameter -> collection. Such a channel exists only where that record does, and
   * rules follow its relations: `any(@channel.id.members, user = @user.id)`.
   */
  readonly records?: Readonly<Record<string, string>>
  /** How many of the latest messages who joins may ask for. */
  readonly replay?: number
  readonly permissions?: Readonly<Record<string, ChannelPermission>>
}

/** What a role may do in a channel. The last two hold only for who may join as well. */
export interface ChannelPermission {
  /** Be a member: get what is broadcast. */
  readonly join?: Rule
  /** Send messages to all members. */
  readonly broadcast?: Rule
  /** See who is there, and be seen. */
  readonly presence?: Rule
}

/**
 * A rename that a plan should not mistake for a drop and an add. Without `collection` it renames a collection; with it, a
 * field of that collection, which is named as in the new schema.
 */
export interface Rename {
  readonly collection?: string
  readonly from: string
  readonly to: string
}
