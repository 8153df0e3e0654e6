import type { ChannelSegment } from '../document/channel-pattern.ts'
import type { Collection, Field, Index, Permission, Role, SchemaDocument } from '../document/schema-document.ts'
import type { Expression } from '../expressions/expression.ts'
import type { ValueType } from '../expressions/value-type.ts'
import type { Column, FieldType } from '../fields/field-type.ts'

/**
 * A schema made ready for use: built-in collections and fields are added, relations know both ends, rules are checked
 * expressions. Made once per version by `buildModel`; immutable.
 */
export interface Model {
  readonly version: number
  readonly document: SchemaDocument
  readonly roles: ReadonlyMap<string, Role>
  readonly collections: ReadonlyMap<string, CollectionModel>
  /** By pattern. */
  readonly channels: ReadonlyMap<string, ChannelModel>
  /** What access tokens say besides who it is. */
  readonly claims: ReadonlyMap<string, Expression>
}

export interface CollectionModel {
  readonly name: string
  readonly kind: 'table' | 'view'
  /** As written in the document (the built-in collection `users` with its built-in fields). */
  readonly declared: Collection
  /** In wire order: `id`, the declared fields, `created`, `updated`. A view has no `created` and `updated` of its own. */
  readonly fields: ReadonlyMap<string, FieldModel>
  /** Relations of other collections that point here, by the name they gave as `inverse`. */
  readonly inverses: ReadonlyMap<string, InverseModel>
  readonly indexes: readonly Index[]
  readonly permissions: ReadonlyMap<string, PermissionModel>
  readonly collation: string | null
}

export interface FieldModel {
  readonly name: string
  readonly declared: Field
  readonly fieldType: FieldType
  readonly valueType: ValueType
  /** Null for a relation to many: it lives in the join table. */
  readonly column: Column | null
  readonly required: boolean
  /** `id`, `created`, `updated`, and the built-in fields of `users`. */
  readonly builtIn: boolean
  readonly relation: RelationModel | null
  /** The checked expression of a computed field. */
  readonly computed: Expression | null
}

export interface RelationModel {
  readonly to: string
  readonly many: boolean
  readonly inverse: string | null
  readonly onDelete: 'restrict' | 'cascade' | 'setNull'
}

/** The other end of `collection`.`field`. It reaches one record at most where that relation is unique. */
export interface InverseModel {
  readonly name: string
  readonly collection: string
  readonly field: string
  /** True where `field` itself is a relation to many (then a join table connects both). */
  readonly throughJoinTable: boolean
  readonly toOne: boolean
}

export type RuleModel = boolean | Expression

/** A role's permission with its texts checked. `read: undefined` means the role does not say. */
export interface PermissionModel {
  readonly declared: Permission
  readonly read: RuleModel | undefined
  readonly create: RuleModel
  readonly update: RuleModel
  readonly delete: RuleModel
  readonly hide: ReadonlySet<string>
  readonly readIf: ReadonlyMap<string, Expression>
  readonly writeIf: ReadonlyMap<string, Expression>
  readonly set: ReadonlyMap<string, Expression>
}

/** The channels that fit one pattern. */
export interface ChannelModel {
  readonly pattern: string
  readonly segments: readonly ChannelSegment[]
  /** What `@channel` means: a record whose fields are the parameters. No table has it. */
  readonly parameters: CollectionModel
  /** How many of the latest messages are kept. */
  readonly replay: number
  readonly permissions: ReadonlyMap<string, ChannelPermissionModel>
}

/** What a role may do in a channel: a kind of message, and its rule. */
export type ChannelAction = 'join' | 'broadcast' | 'presence'
export type ChannelPermissionModel = Readonly<Record<ChannelAction, RuleModel>>
