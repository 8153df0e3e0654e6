import type { Index } from '../document/schema-document.ts'
import type { CollectionModel, FieldModel } from '../model/model.ts'

/** A collection before and after; its name may differ. */
export interface CollectionPair {
  readonly from: CollectionModel
  readonly to: CollectionModel
}

/** A field before and after, with its collection before and after. */
export interface FieldPair {
  readonly collection: CollectionPair
  readonly from: FieldModel
  readonly to: FieldModel
}

/** What may change about a field that stays; each is a step of its own. */
export type FieldChangeKind =
  | 'renameField'
  | 'changeType'
  | 'changeTarget'
  | 'changeOnDelete'
  | 'changeComputed'
  | 'changeOptions'
  | 'changeRequired'
  | 'changeUnique'
  | 'changeDefault'

/**
 * One difference between two schemas. `id` is stable and readable (`dropField:posts.notes`): a caller accepts a
 * destructive change by it. Collections and fields that stay are named as in the new schema, those that go as in the old.
 */
export type Change = { readonly id: string } & (
  | { readonly kind: 'addCollection'; readonly collection: CollectionModel }
  | { readonly kind: 'dropCollection'; readonly collection: CollectionModel }
  | { readonly kind: 'renameCollection'; readonly collection: CollectionPair }
  | { readonly kind: 'changeCollation'; readonly collection: CollectionPair }
  | { readonly kind: 'addField'; readonly collection: CollectionPair; readonly field: FieldModel }
  | { readonly kind: 'dropField'; readonly collection: CollectionPair; readonly field: FieldModel }
  | { readonly kind: FieldChangeKind; readonly field: FieldPair }
  | { readonly kind: 'addIndex' | 'dropIndex'; readonly collection: CollectionPair; readonly index: Index }
  | { readonly kind: 'addView' | 'dropView'; readonly collection: CollectionModel }
  | { readonly kind: 'replaceView'; readonly collection: CollectionPair }
  /** Roles and permissions: read from the document, so the database does not change. */
  | { readonly kind: 'changePermissions' }
  /** Channels and their rules: read from the document, so the database does not change. */
  | { readonly kind: 'changeChannels' }
  /** Claims of access tokens: read from the document, so the database does not change. */
  | { readonly kind: 'changeClaims' }
  /** Labels, descriptions, inverses and the like: read from the document, so the database does not change. */
  | { readonly kind: 'changeDescriptions' }
)

/** The changes of some kinds: `ChangeOf<'addField'>`. */
export type ChangeOf<Kind extends Change['kind']> = OfKind<Change, Kind>

type OfKind<Each, Kind> = Each extends { readonly kind: infer Own }
  ? [Extract<Kind, Own>] extends [never]
    ? never
    : Each & { readonly kind: Kind }
  : never
